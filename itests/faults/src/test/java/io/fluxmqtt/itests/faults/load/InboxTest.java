package io.fluxmqtt.itests.faults.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import java.util.BitSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A checker that finds nothing proves nothing unless it finds what is there. */
final class InboxTest {
  private final Findings findings = new Findings("test");
  private final Inbox inbox = new Inbox("inbox", Map.of(0, 1, 1, 2), true, findings);

  private void deliver(int publisher, int... numbers) {
    for (int number : numbers) {
      inbox.deliver(new Letter(publisher, number));
    }
  }

  /** A source of which all below a number is owed. */
  private record Owing(int id, int below) implements Source {
    @Override
    public BitSet owed() {
      BitSet owed = new BitSet();
      owed.set(0, below);
      return owed;
    }
  }

  @Test
  void allInOrderIsNoFinding() {
    deliver(0, 0, 1, 2);
    deliver(1, 0, 1);
    inbox.check(new Owing(0, 3));
    inbox.check(new Owing(1, 2));
    assertTrue(findings.isEmpty(), () -> findings.texts().toString());
    assertTrue(inbox.hasAll(new Owing(0, 3)));
  }

  @Test
  void qos1MayComeAgainFromAnyPoint() {
    deliver(0, 0, 1, 2, 1, 2, 3);
    inbox.check(new Owing(0, 4));
    assertTrue(findings.isEmpty(), () -> findings.texts().toString());
    assertEquals(2, inbox.again());
    assertEquals(6, inbox.deliveries());
  }

  @Test
  void whatDidNotComeIsLost() {
    deliver(0, 0, 1, 3);
    inbox.check(new Owing(0, 6));
    assertEquals(1, findings.count(Kind.LOST));
    assertTrue(findings.texts().get(0).contains("misses 3 "), findings.texts()::toString);
    assertTrue(findings.texts().get(0).contains(" 2 to 5"), findings.texts()::toString);
    assertFalse(inbox.hasAll(new Owing(0, 3)));
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
  void whereOrderIsNotPromisedNoneIsFound() {
    Inbox shared = new Inbox("shared", Map.of(0, 1), false, findings);
    shared.deliver(new Letter(0, 1));
    shared.deliver(new Letter(0, 0));
    shared.check(new Owing(0, 2));
    assertTrue(findings.isEmpty(), () -> findings.texts().toString());
  }

  @Test
  void whatNobodyAskedForIsFound() {
    deliver(2, 0);
    assertEquals(1, findings.count(Kind.PROTOCOL));
    inbox.check(new Owing(2, 7));
    assertTrue(inbox.hasAll(new Owing(2, 7)));
    assertEquals(0, findings.count(Kind.LOST));
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
    assertEquals(
        "100 lost, 0 twice, 0 order, 0 expired, 0 session, 0 start, 0 protocol", all.summary());
  }
}
