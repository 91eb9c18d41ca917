package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.StoreCheck;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is damaged is named, and what is not is not. */
@Timeout(60)
final class VerificationTest {
  private final HeapEngine engine = new HeapEngine();
  private Store store;

  @BeforeEach
  void fill() throws Exception {
    store = Store.open(engine);
    store.sessions().load(new SessionModel());
    for (int i = 0; i < 100; i++) { // those that are used here
      store.sessions().newSessionNumber();
      store.sessions().newMessageId();
    }
    Outcome outcome = new Outcome();
    store
        .sessions()
        .commit(
            List.of(
                put(1),
                put(2),
                new SessionChange.PutSubscription(1, Traffic.subscription("a/#")),
                append(4, 1, 2),
                append(5, 1, 2),
                append(6, 1),
                append(7, 1, 2),
                append(8, 1),
                new SessionChange.PutDelivery(1, Traffic.delivery(5)), // 4 waits
                new SessionChange.RemoveDelivery(2, 7), // so does 4: a mark
                new SessionChange.RemoveDelivery(2, 4), // progress
                new SessionChange.PutRelease(1, 7),
                new SessionChange.PutIncoming(2, 8)),
            outcome);
    store.retained().put(Traffic.message("home/x", 9, 60_000L), outcome);
    outcome.assertSuccess();
    await(new Outcome());
  }

  private void await(Outcome outcome) throws InterruptedException {
    store.retained().put(Traffic.message("home/y", 10, null), outcome);
    outcome.assertSuccess();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void healthyStoreHasNoFindingAndAllIsRead() throws Exception {
    StoreCheck check = verify();
    assertEquals(List.of(), check.findings());
    int notes = StoreHeader.NOTES.size() + 1; // and the clock
    assertEquals(engine.data().size() + notes, check.entries());
    assertEquals(0, check.more());
  }

  @Test
  void everyDamagedRecordIsNamedWithWhatHappensToIt() throws Exception {
    Map<byte[], String> names =
        Map.of(
            Keys.session(1), "session 1: damaged (checksum",
            Keys.subscription(1, new TopicFilter(null, "a/#")),
                "the subscription a/# of session 1 (client c1): damaged (",
            Keys.delivery(1, 5), "the delivery of message 5 to session 1 (client c1): damaged (",
            Keys.delivery(2, 7), "the delivery of message 7 to session 2 (client c2): damaged (",
            Keys.release(1, 7), "outgoing identifier 7 of session 1 (client c1): damaged (",
            Keys.incoming(2, 8), "incoming identifier 8 of session 2 (client c2): damaged (",
            Keys.progress(2), "the progress of session 2 (client c2): damaged (",
            Keys.body(6), "message 6: damaged (",
            Keys.retained("home/x"), "the retained message of home/x: damaged (",
            Keys.meta("messageId"), "the note messageId: damaged (");
    for (Map.Entry<byte[], String> each : names.entrySet()) {
      byte[] sound = engine.get(each.getKey());
      byte[] flipped = sound.clone();
      flipped[flipped.length / 2] ^= 4;
      engine.put(each.getKey(), flipped);
      StoreCheck check = verify();
      assertEquals(1, check.findings().size(), check.findings().toString());
      String finding = check.findings().get(0);
      assertTrue(finding.startsWith(each.getValue()), finding);
      assertTrue(finding.matches("(?s).*\\); .*\\b(sets?|makes|damaged|set) .*"), finding);
      engine.put(each.getKey(), sound);
    }
    assertEquals(List.of(), verify().findings());
  }

  @Test
  void whatBelongsToNothingIsNamed() throws Exception {
    byte[] mark = Records.mark();
    assertOnly(
        "the subscription x of session 9: its session is not there; the next start removes it",
        Keys.subscription(9, new TopicFilter(null, "x")),
        Records.subscription(Traffic.subscription("x")));
    assertOnly(
        "the subscription $share/g/x of session 9: its session is not there; the next start removes it",
        Keys.subscription(9, new TopicFilter("g", "x")),
        Records.subscription(Traffic.subscription("x")));
    assertOnly(
        "outgoing identifier 3 of session 9: its session is not there; the next start removes it",
        Keys.release(9, 3),
        mark);
    assertOnly(
        "incoming identifier 3 of session 9: its session is not there; the next start removes it",
        Keys.incoming(9, 3),
        mark);
    assertOnly(
        "the progress of session 9: its session is not there; the next start removes it",
        Keys.progress(9),
        Records.number(3));
    assertOnly(
        "the delivery of message 5 to session 9: its session or its message is not there; the next start removes it",
        Keys.delivery(9, 5),
        Records.delivery(Traffic.delivery(5)));
    assertOnly(
        "the delivery of message 99 to session 1 (client c1): its session or its message is not there; the next start removes it",
        Keys.delivery(1, 99),
        Records.delivery(Traffic.delivery(99)));
    assertOnly(
        "the delivery of message 98 to session 1 (client c1): its session or its message is not there; the next start removes it",
        Keys.delivery(1, 98),
        mark);
    assertOnly(
        "message 3: no session waits for it; the next start removes it",
        Keys.body(3),
        Records.body(Traffic.message("a", 3, null), new Receivers(0)));
    assertOnly(
        "the expiry of the retained message of home/z at 1970-01-01T00:00:05Z: its message is not there; it is removed when its time comes",
        Keys.expiry(5_000, Keys.retained("home/z")),
        new byte[0]);
    assertOnly(
        "the expiry of the retained message of home/y at 1970-01-01T00:00:05Z: its message is not there; it is removed when its time comes",
        Keys.expiry(5_000, Keys.retained("home/y")),
        new byte[0]);
    assertOnly(
        "the retained message of home/x/c: damaged; it was set aside and counts no more",
        Keys.quarantined(Keys.retained("home/x/c")),
        new byte[3]);
    assertOnly("an entry of no known kind, 5a01: nobody reads it", new byte[] {'Z', 1}, mark);
    assertOnly("an entry of no known kind, 01: nobody reads it", new byte[] {1}, mark);
    assertOnly("an entry of no known kind, ff: nobody reads it", new byte[] {-1}, mark);
  }

  private void assertOnly(String finding, byte[] key, byte[] value) throws Exception {
    engine.put(key, value);
    assertEquals(List.of(finding), verify().findings());
    engine.remove(key);
  }

  @Test
  void keysThatAreDamagedThemselvesAreNamedByTheirBytes() throws Exception {
    for (Table table : Table.values()) {
      if (table != Table.META && table != Table.QUARANTINE) {
        byte[] key = {table.tag()};
        engine.put(key, Records.mark());
        StoreCheck check = verify();
        assertEquals(1, check.findings().size(), check.findings().toString());
        String finding = check.findings().get(0);
        assertTrue(finding.contains(": damaged ("), finding);
        engine.remove(key);
      }
    }
    engine.put(Keys.release(1, 1), Records.mark());
    byte[] zero = Keys.release(1, 1);
    zero[zero.length - 1] = 0;
    engine.put(zero, Records.mark());
    List<String> findings = verify().findings();
    assertEquals(1, findings.size(), findings.toString());
    assertTrue(
        findings.get(0).startsWith("an entry under a damaged key, 6f000000000000010000"),
        findings.get(0));
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    assertMissing(
        Keys.body(6),
        "message 6: sessions wait for it and it is not in the engine; they do not get it");
    assertMissing(
        Keys.body(8),
        "message 8: sessions wait for it and it is not in the engine; they do not get it");
    assertMissing(
        Keys.delivery(1, 5),
        "the delivery of message 5 to session 1 (client c1): it is not in the engine; after the next start it is sent again, or never");
    assertMissing(
        Keys.delivery(2, 7),
        "the delivery of message 7 to session 2 (client c2): it is not in the engine; after the next start it is sent again, or never");
    assertMissing(
        Keys.session(2),
        "session 2: it is in use and not in the engine; the next start will not find it");
    assertMissing(
        Keys.expiry(60_000, Keys.retained("home/x")),
        "the retained message of home/x: it never expires, for want of an entry that says when; publish it anew");
    assertMissing(Keys.meta("format"), "the note format: missing; the next start makes up for it");
    assertMissing(
        Keys.retained("home/y"),
        "retained messages: there are 1 of %d bytes, counted are 2 of %d; nothing follows from that but wrong figures"
            .formatted(
                store.retained().bytes() - size(Keys.retained("home/y")),
                store.retained().bytes()));
  }

  private long size(byte[] key) throws IOException {
    return key.length + (long) engine.get(key).length;
  }

  private void assertMissing(byte[] key, String finding) throws Exception {
    byte[] value = engine.get(key);
    engine.remove(key);
    assertEquals(List.of(finding), verify().findings());
    engine.put(key, value);
  }

  @Test
  void numbersInUseAboveTheMarkAreNamed() throws Exception {
    engine.put(Keys.meta(StoreHeader.SESSION_MARK), Records.number(1));
    engine.put(Keys.meta(StoreHeader.MESSAGE_MARK), Records.number(9));
    List<String> findings = verify().findings();
    assertEquals(2, findings.size(), findings.toString());
    assertTrue(findings.get(0).startsWith("the note sessionNumber: it is 1, and 2 is in use"));
    assertTrue(findings.get(1).startsWith("the note messageId: it is 9, and 10 is in use"));
    engine.put(Keys.meta(StoreHeader.SESSION_MARK), Records.number(2));
    engine.put(Keys.meta(StoreHeader.MESSAGE_MARK), Records.number(10));
    assertEquals(List.of(), verify().findings());
  }

  @Test
  void recordsUnderTheKeysOfOthersAreNamed() throws Exception {
    byte[] six = engine.get(Keys.body(6));
    engine.put(Keys.body(6), engine.get(Keys.body(8)));
    assertTrue(verify().findings().get(0).startsWith("message 6: damaged (it is message 8)"));
    engine.put(Keys.body(6), six);
    engine.put(Keys.retained("home/y"), engine.get(Keys.retained("home/x")));
    String finding = verify().findings().get(0);
    assertTrue(
        finding.startsWith("the retained message of home/y: damaged (message of another topic)"),
        finding);
  }

  @Test
  void partsThatTheEngineHasSetAsideAreTold() throws Exception {
    engine.setAside(2);
    String finding = verify().findings().get(0);
    assertTrue(finding.startsWith("the engine: 2 damaged parts of its files"), finding);
  }

  @Test
  void moreThanAFewFindingsAreCounted() throws Exception {
    for (int number = 1; number <= 250; number++) {
      engine.put(Keys.release(9, number), Records.mark());
    }
    StoreCheck check = verify();
    assertEquals(StoreCheck.MAX_FINDINGS, check.findings().size());
    assertEquals(150, check.more());
    assertTrue(check.findings().get(99).startsWith("outgoing identifier 100 of session 9"));
  }

  @Test
  void manyMissingMessagesAndDeliveriesAreFoundInPieces() throws Exception {
    List<SessionChange> changes = new ArrayList<>();
    for (long id = 1_001; id <= 8_000; id++) {
      changes.add(append(id, 1, 2));
      changes.add(
          id % 2 == 0
              ? new SessionChange.PutDelivery(2, Traffic.delivery(id))
              : new SessionChange.RemoveDelivery(2, id));
    }
    Outcome outcome = new Outcome();
    store.sessions().commit(changes, outcome);
    outcome.assertSuccess();
    assertEquals(List.of(), verify().findings());
    for (long id = 1_001; id <= 8_000; id++) {
      engine.remove(Keys.body(id));
    }
    assertEquals(7_000, total(verify()));
    for (long id = 1_001; id <= 8_000; id++) {
      engine.remove(Keys.delivery(2, id));
    }
    assertEquals(14_000, total(verify()));
  }

  private static long total(StoreCheck check) {
    return check.findings().size() + check.more();
  }

  @Test
  void storeThatWorksHasNoFinding() throws Exception {
    try (Traffic one = Traffic.start(store, 1);
        Traffic other = Traffic.start(store, 2)) {
      for (int turn = 0; turn < 60; turn++) {
        assertEquals(List.of(), verify().findings());
      }
      engine.onHeap();
      for (int turn = 0; turn < 60; turn++) {
        assertEquals(List.of(), verify().findings());
      }
    }
    assertEquals(List.of(), verify().findings());
  }

  @Test
  void whatIsAmissInAStoreThatWorksIsFound() throws Exception {
    try (Traffic one = Traffic.start(store, 1);
        Traffic other = Traffic.start(store, 2)) {
      engine.put(Keys.body(3), Records.body(Traffic.message("a", 3, null), new Receivers(0)));
      engine.remove(Keys.body(8));
      engine.put(Keys.incoming(77, 3), Records.mark());
      engine.put(Keys.retained("home/y"), new byte[9]);
      List<String> findings = verify().findings();
      assertEquals(4, findings.size(), findings.toString());
      assertTrue(
          findings.get(0).startsWith("incoming identifier 3 of session 77"), findings.toString());
      assertTrue(findings.get(1).startsWith("message 3: no session waits"), findings.toString());
      assertTrue(
          findings.get(2).startsWith("message 8: sessions wait for it"), findings.toString());
      assertTrue(
          findings.get(3).startsWith("the retained message of home/y: damaged"),
          findings.toString());
    }
  }

  @Test
  void afterAFailedBatchTheNextLooksAtAllAnew() throws Exception {
    engine.failWith(new IOException("full"));
    Outcome failed = new Outcome();
    store.sessions().commit(List.of(put(3)), failed);
    assertInstanceOf(IOException.class, failed.await());
    engine.failWith(null);
    assertEquals(List.of(), verify().findings());
    engine.put(Keys.body(3), Records.body(Traffic.message("a", 3, null), new Receivers(0)));
    assertTrue(verify().findings().get(0).startsWith("message 3: no session"));
  }

  @Test
  void whileNothingCanBeWrittenItSaysWhatItCannotTell() throws Exception {
    engine.put(Keys.incoming(9, 3), Records.mark()); // to be removed by the next load
    engine.put(Keys.retained("home/y"), new byte[9]);
    engine.failWith(new IOException("full"));
    Outcome failed = new Outcome();
    store.sessions().commit(List.of(put(3)), failed);
    assertInstanceOf(IOException.class, failed.await());
    List<String> findings = verify().findings();
    assertEquals(2, findings.size(), findings.toString());
    assertTrue(findings.get(0).startsWith("the retained message of home/y"), findings.get(0));
    assertTrue(findings.get(1).startsWith("not everywhere was compared"), findings.get(1));
  }

  @Test
  void engineThatCannotReadEndsIt() throws Exception {
    engine.failReadsWith(new IOException("broken"));
    CompletionStage<StoreCheck> check = store.admin().verify();
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> check.toCompletableFuture().get());
    assertInstanceOf(IOException.class, thrown.getCause());
    engine.failReadsWith(null);
    assertEquals(List.of(), verify().findings());
  }

  @Test
  void closedStoreEndsIt() {
    store.close();
    CompletionStage<StoreCheck> check = store.admin().verify();
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> check.toCompletableFuture().get());
    assertInstanceOf(IOException.class, thrown.getCause());
    assertTrue(String.valueOf(thrown.getMessage()).contains("closed"));
  }

  private StoreCheck verify() throws Exception {
    return store.admin().verify().toCompletableFuture().get();
  }

  private static SessionChange put(long number) {
    return new SessionChange.PutSession(Traffic.session(number));
  }

  private static SessionChange append(long id, long... numbers) {
    Receivers receivers = new Receivers(0);
    for (long number : numbers) {
      receivers.add(number, QoS.AT_LEAST_ONCE, false, List.of());
    }
    return new SessionChange.Append(Traffic.message("a/b", id, null), receivers);
  }
}
