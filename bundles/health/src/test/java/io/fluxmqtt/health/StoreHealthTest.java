package io.fluxmqtt.health;

import static org.apache.felix.hc.api.Result.Status.CRITICAL;
import static org.apache.felix.hc.api.Result.Status.OK;
import static org.apache.felix.hc.api.Result.Status.TEMPORARILY_UNAVAILABLE;
import static org.apache.felix.hc.api.Result.Status.WARN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.Test;

class StoreHealthTest {
  private static final String STORE = "MQTT store";

  private final Given given = Given.running();

  @Test
  void storeThatWritesIsFineAndSaysWhereItIs() {
    given.store.folder = Path.of("/data/store/rocksdb");
    Result result = given.looked(STORE);
    assertEquals(OK, result.getStatus());
    assertEquals("OK rocksdb in /data/store/rocksdb\n", Given.text(result));
  }

  @Test
  void storeThatCannotWriteIsRedUntilItCan() {
    given.store.problem = "No space left on device: make room";
    Result result = given.looked(STORE);
    assertEquals(CRITICAL, result.getStatus());
    assertTrue(Given.text(result).startsWith("CRITICAL No space left on device: make room\n"));
    given.store.problem = null;
    assertEquals(OK, given.status(STORE));
  }

  @Test
  void writesThatFailedAreRedForSomeSecondsThoughItWritesAgain() {
    given.store.failedWrites = 2;
    Result result = given.looked(STORE);
    assertEquals(TEMPORARILY_UNAVAILABLE, result.getStatus());
    assertTrue(Given.text(result).contains("2 writes have failed"), Given.text(result));

    given.pass(Duration.ofSeconds(2));
    given.store.failedWrites = 3;
    given.watch.look();
    given.pass(Duration.ofSeconds(2));
    result = given.looked(STORE);
    assertEquals(TEMPORARILY_UNAVAILABLE, result.getStatus());
    assertTrue(Given.text(result).contains("3 writes have failed"), Given.text(result));

    given.pass(Duration.ofSeconds(1));
    assertEquals(OK, given.status(STORE));

    given.store.failedWrites = 4;
    assertTrue(Given.text(given.looked(STORE)).contains("1 writes have failed"), "counted anew");
  }

  @Test
  void writesThatFailedBeforeTheFirstLookOrInAnotherStoreDoNotCount() {
    Given late = new Given();
    late.store.failedWrites = 7;
    late.watch.store().came(late.store);
    assertEquals(OK, late.status(STORE));
    late.store.failedWrites = 0;
    assertEquals(OK, late.status(STORE));
    late.store.failedWrites = 1;
    assertEquals(TEMPORARILY_UNAVAILABLE, late.status(STORE));
  }

  @Test
  void problemIsToldWithoutTheFailuresThatItExplains() {
    given.store.problem = "full";
    given.store.failedWrites = 9;
    String text = Given.text(given.looked(STORE));
    assertTrue(text.startsWith("CRITICAL full"), text);
    assertTrue(!text.contains("9 writes"), text);
    given.store.problem = null;
    assertEquals(OK, given.status(STORE), "the cause is gone");
  }

  @Test
  void commitThatWaitsTooLongIsRedUntilItIsWritten() {
    given.store.waiting = 3.0;
    assertEquals(OK, given.status(STORE));
    given.store.waiting = 3.1;
    Result result = given.looked(STORE);
    assertEquals(TEMPORARILY_UNAVAILABLE, result.getStatus());
    assertTrue(
        Given.text(result).contains("waited for 3.1 s (commitWaitMaxMillis=3000"),
        Given.text(result));
    given.watch.configure(new HealthSettings(Duration.ofSeconds(4), 0, 0, 0, 14));
    assertEquals(OK, given.status(STORE));
    given.store.waiting = 0;
    assertEquals(OK, given.status(STORE));
  }

  @Test
  void damageIsAWarningUntilSomebodyHasLookedAtIt() {
    given.store.quarantined = 2;
    given.store.setAside = 1;
    Result result = given.looked(STORE);
    assertEquals(WARN, result.getStatus());
    assertTrue(
        Given.text(result).contains("2 damaged entries and 1 damaged files"), Given.text(result));
    assertTrue(Given.text(result).contains("damageSeen=3"), Given.text(result));
    given.watch.configure(new HealthSettings(Duration.ofSeconds(3), 0, 0, 3, 14));
    assertEquals(OK, given.status(STORE));
    given.store.quarantined = 3;
    assertEquals(WARN, given.status(STORE));
  }

  @Test
  void engineThatForgetsIsAsChosenButSaysSo() {
    given.store.durable = false;
    Result result = given.looked(STORE);
    assertEquals(OK, result.getStatus());
    assertTrue(
        Given.text(result).startsWith("OK rocksdb keeps nothing beyond the end of the process"),
        Given.text(result));
  }

  @Test
  void missingStoreIsOnItsWayAtFirstAndRedLater() {
    given.watch.broker().went(given.broker.admin);
    given.watch.store().went(given.store);
    assertEquals(TEMPORARILY_UNAVAILABLE, given.status(STORE));
    given.pass(Duration.ofSeconds(10));
    Result result = given.looked(STORE);
    assertEquals(CRITICAL, result.getStatus());
    assertTrue(
        Given.text(result).startsWith("CRITICAL there has been no store for 10.0 s"),
        Given.text(result));
    given.watch.store().came(given.store);
    assertEquals(OK, given.status(STORE));
  }

  @Test
  void storeThatDoesNotTellIsAWarning() {
    given.watch.store().went(given.store);
    given.pass(Duration.ofSeconds(60));
    Result result = given.looked(STORE);
    assertEquals(WARN, result.getStatus());
    assertTrue(Given.text(result).startsWith("WARN the store does not tell"), Given.text(result));
  }

  @Test
  void storeThatIsReplacedBeforeItGoesIsThere() {
    Given.FakeStore next = new Given.FakeStore();
    given.watch.store().came(next);
    given.watch.store().went(given.store);
    assertEquals(OK, given.status(STORE));
  }

  @Test
  void storeThatCameIsNotJudgedBeforeItWasAsked() {
    Given fresh = new Given();
    fresh.watch.look();
    fresh.watch.store().came(fresh.store);
    assertEquals(TEMPORARILY_UNAVAILABLE, fresh.result(STORE).getStatus());
    assertEquals(OK, fresh.status(STORE));
  }

  @Test
  void storeThatDoesNotAnswerIsRedUntilItDoes() {
    given.threads.stuck = true;
    given.watch.look();
    given.pass(Duration.ofMillis(2_999));
    assertEquals(OK, given.status(STORE), "what it said last");
    given.pass(Duration.ofMillis(1));
    Result result = given.looked(STORE);
    assertEquals(CRITICAL, result.getStatus());
    assertTrue(
        Given.text(result).startsWith("CRITICAL the store has not answered for 3.0 s"),
        Given.text(result));
    given.threads.release();
    assertEquals(OK, given.status(STORE));
  }

  @Test
  void storeThatFailsToAnswerIsRedUntilItDoes() {
    given.store.broken = new IllegalStateException("closed");
    Result result = given.looked(STORE);
    assertEquals(CRITICAL, result.getStatus());
    assertEquals("CRITICAL the store cannot say how it is: closed\n", Given.text(result));
    given.store.broken = null;
    assertEquals(OK, given.status(STORE));
  }
}
