package io.fluxmqtt.itests.faults.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A checker that finds nothing proves nothing unless it finds what is there. */
final class InboxTest {
  private final Findings findings = new Findings("test");
  private final Inbox inbox = new Inbox("inbox", List.of(1, 2), findings);

  private void deliver(int publisher, int... numbers) {
    for (int number : numbers) {
      inbox.deliver(new Letter(publisher, number));
    }
  }

  @Test
  void allInOrderIsNoFinding() {
    deliver(0, 0, 1, 2);
    deliver(1, 0, 1);
    inbox.check(0, 3);
    inbox.check(1, 2);
    assertTrue(findings.isEmpty(), () -> findings.texts().toString());
    assertTrue(inbox.hasAll(0, 3));
  }

  @Test
  void qos1MayComeAgainFromAnyPoint() {
    deliver(0, 0, 1, 2, 1, 2, 3);
    inbox.check(0, 4);
    assertTrue(findings.isEmpty(), () -> findings.texts().toString());
    assertEquals(2, inbox.again());
    assertEquals(6, inbox.deliveries());
  }

  @Test
  void whatDidNotComeIsLost() {
    deliver(0, 0, 1, 3);
    inbox.check(0, 6);
    assertEquals(1, findings.count(Kind.LOST));
    assertTrue(findings.texts().get(0).contains("misses 3 "), findings.texts()::toString);
    assertTrue(findings.texts().get(0).contains(" 2 to 5"), findings.texts()::toString);
    assertFalse(inbox.hasAll(0, 3));
  }

  @Test
  void qos2ThatComesAgainIsFound() {
    deliver(1, 0, 1, 1);
    assertEquals(1, findings.count(Kind.TWICE));
  }

  @Test
  void whatOvertakesIsFound() {
    deliver(1, 0, 2, 1);
    assertEquals(1, findings.count(Kind.ORDER));
    deliver(0, 1, 0);
    assertEquals(2, findings.count(Kind.ORDER));
  }

  @Test
  void whatNobodyAskedForIsFound() {
    deliver(2, 0);
    assertEquals(1, findings.count(Kind.PROTOCOL));
  }

  @Test
  void findingsAreCountedBeyondWhatIsKept() {
    for (int i = 0; i < 50; i++) {
      findings.add(Kind.LOST, "x");
    }
    Findings all = new Findings("all");
    all.addAll(findings);
    all.addAll(findings);
    assertEquals(100, all.count(Kind.LOST));
    assertTrue(all.texts().size() < 50);
    assertEquals("100 lost, 0 twice, 0 order, 0 session, 0 start, 0 protocol", all.summary());
  }
}
