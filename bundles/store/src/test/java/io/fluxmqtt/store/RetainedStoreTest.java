package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RetainedStoreTest {
  private final HeapEngine engine = new HeapEngine();
  private long lastId;

  @Test
  void newerRetainedMessageReplacesOlder() throws Exception {
    Samples samples = new Samples(4);
    Map<String, StoredMessage> model = new TreeMap<>();
    try (Store store = Store.open(engine)) {
      for (long id = 1; id <= 300; id++) {
        StoredMessage message = samples.stored(id);
        String topic = message.message().topic();
        Outcome outcome = new Outcome();
        if (samples.below(3) == 0) {
          model.remove(topic);
          store.retained().remove(topic, outcome);
        } else {
          model.put(topic, message);
          store.retained().put(message, outcome);
        }
        outcome.assertSuccess();
        assertEquals(model.size(), store.retained().count());
      }
      assertHolds(model, store);
    }
    try (Store store = Store.open(engine)) {
      assertHolds(model, store);
    }
  }

  private void assertHolds(Map<String, StoredMessage> model, Store store) throws Exception {
    Map<String, StoredMessage> found = new TreeMap<>();
    for (String filter : List.of("#", "$SYS/#")) {
      Search.all(store, filter).forEach(message -> found.put(message.message().topic(), message));
    }
    model.keySet().removeIf(topic -> topic.startsWith("$") && !topic.startsWith("$SYS/"));
    assertEquals(model, found);
    assertCounts(store);
  }

  /** What is counted is what the engine holds. */
  private void assertCounts(Store store) {
    Map<byte[], byte[]> entries = engine.entries(Table.RETAINED.all());
    long bytes =
        entries.entrySet().stream().mapToLong(e -> e.getKey().length + e.getValue().length).sum();
    assertEquals(entries.size(), store.retained().count());
    assertEquals(bytes, store.retained().bytes());
    assertEquals(entries.isEmpty(), store.retained().isEmpty());
  }

  @Test
  void countIsKnownAtTheStartWithoutALookAtTheMessages() throws Exception {
    try (Store store = Store.open(engine)) {
      put(store, "a", "b/c");
    }
    engine.failReadsWith(new IOException("not to be scanned"));
    try (Store store = Store.open(engine)) {
      assertEquals(2, store.retained().count());
      assertCounts(store);
    }
  }

  @Test
  void countThatIsLostIsMadeUpFor() throws Exception {
    try (Store store = Store.open(engine)) {
      put(store, "a", "b/c", "$d");
    }
    engine.put(Keys.meta("retainedCount"), new byte[] {1});
    try (Store store = Store.open(engine)) {
      assertEquals(3, store.retained().count());
      assertCounts(store);
    }
    engine.put(Keys.meta("retainedBytes"), new byte[] {1});
    try (Store store = Store.open(engine)) {
      assertCounts(store);
    }
    engine.failReadsWith(new IOException("noted again, so not to be scanned"));
    try (Store store = Store.open(engine)) {
      assertCounts(store);
    }
  }

  @Test
  void countIsNotTrustedWhereMessagesMayHaveGoneWithDamage() throws Exception {
    try (Store store = Store.open(engine)) {
      put(store, "a", "b/c");
    }
    engine.write(List.of(new KvEngine.Write(Keys.retained("a"), null)), true);
    engine.setAside(1);
    try (Store store = Store.open(engine)) {
      assertEquals(1, store.retained().count());
      assertCounts(store);
    }
  }

  @Test
  void searchSeesWhatIsStillBeingWritten() throws Exception {
    try (Store store = Store.open(engine)) {
      put(store, "gone");
      engine.shutGate();
      Outcome written = new Outcome();
      store.retained().put(message("a"), written);
      store.retained().remove("gone", new Outcome());
      engine.awaitWriter();
      assertFalse(store.retained().isEmpty());

      Search search = new Search();
      store.retained().find("#", null, 9, search);
      assertFalse(search.isDone());
      engine.openGate();

      assertEquals(List.of("a"), topics(search.await()));
      assertTrue(written.isDone());
      assertEquals(1, search.times());
    }
  }

  @Test
  void searchOfWhatCouldNotBeWrittenFindsWhatWasThere() throws Exception {
    try (Store store = Store.open(engine)) {
      put(store, "a");
      engine.failWith(new IOException("full"));
      Outcome outcome = new Outcome();
      store.retained().put(message("b"), outcome);
      store.retained().remove("a", new Outcome());

      assertEquals(List.of("a"), topics(Search.first(store, "#", 9)));
      assertInstanceOf(IOException.class, outcome.await());
      assertCounts(store);
      engine.failWith(null);
      put(store, "c");
      assertCounts(store);
    }
    try (Store store = Store.open(engine)) {
      assertCounts(store);
    }
  }

  @Test
  void searchIsAnsweredAtOnceWhereNothingIsToBeWaitedFor() throws Exception {
    try (Store store = Store.open(engine.onHeap())) {
      put(store, "a");
      assertTrue(store.retained().isOnHeap());
      Search search = new Search();
      store.retained().find("a", null, 1, search);
      assertSame(Thread.currentThread(), search.thread());
      assertEquals(List.of("a"), topics(search.await()));
    }
  }

  @Test
  void callerNeverReadsAnEngineThatMayWait() throws Exception {
    try (Store store = Store.open(engine)) {
      put(store, "a");
      assertFalse(store.retained().isOnHeap());
      Search search = new Search();
      store.retained().find("a", null, 1, search);
      assertEquals(List.of("a"), topics(search.await()));
      assertEquals("flux-mqtt-store-reader", search.thread().getName());
    }
  }

  @Test
  void sliceEndsAtItsLimitAndTheNextGoesOn() throws Exception {
    try (Store store = Store.open(engine)) {
      put(store, "a/1", "a/2", "a/3");

      RetainedStore.Slice slice = Search.first(store, "a/+", 2);
      assertEquals(List.of("a/1", "a/2"), topics(slice));
      put(store, "a/0", "a/2", "a/25"); // before, shown already, and still to be shown
      slice = Search.next(store, "a/+", slice.next(), 2);
      assertEquals(List.of("a/3"), topics(slice));
      assertNull(slice.next());

      slice = Search.next(store, "a/+", store.retained().after("a/2"), 9);
      assertEquals(List.of("a/25", "a/3"), topics(slice));
      assertEquals(
          0, Search.next(store, "a/3", store.retained().after("a/3"), 9).messages().size());
    }
  }

  @Test
  void sliceIsBoundedByBytes() throws Exception {
    try (Store store = Store.open(engine)) {
      for (int i = 0; i < 5; i++) {
        String large = "x".repeat(RetainedSearch.MAX_BYTES / 2);
        store.retained().put(message("a/" + i, large, null), new Outcome());
      }
      assertEquals(2, Search.first(store, "#", 100).messages().size());
      assertEquals(5, Search.all(store, "#").size());
    }
  }

  @Test
  void searchThroughLargeMessagesEndsEarly() throws Exception {
    try (Store store = Store.open(engine)) {
      for (int i = 0; i < 5; i++) {
        String large = "x".repeat(RetainedSearch.MAX_BYTES_READ / 2);
        store.retained().put(message("d" + i + "/a", large, null), new Outcome());
      }
      put(store, "z/z");
      RetainedStore.Slice slice = Search.first(store, "+/z", 9);
      assertEquals(List.of(), slice.messages());
      assertNotNull(slice.next());
      assertEquals(1, Search.all(store, "+/z").size());
    }
  }

  @Test
  void longSearchEndsEarlyAndGoesOn() throws Exception {
    try (Store store = Store.open(engine)) {
      for (int i = 0; i < 2 * RetainedSearch.MAX_STEPS; i++) {
        store.retained().put(message("d" + i + "/a"), new Outcome());
      }
      put(store, "z/z");
      RetainedStore.Slice slice = Search.first(store, "+/z", 9);
      assertEquals(List.of(), slice.messages());
      assertNotNull(slice.next());
      assertEquals(1, Search.all(store, "+/z").size());
    }
  }

  @Test
  void removingWhatIsNotThereWritesNothing() throws Exception {
    try (Store store = Store.open(engine)) {
      int batches = engine.batches().size();
      Outcome outcome = new Outcome();
      store.retained().remove("a", outcome);
      outcome.assertSuccess();
      assertEquals(batches, engine.batches().size());
    }
  }

  @Test
  void expiredMessagesLeaveTheStore() throws Exception {
    try (Store store = Store.open(engine)) {
      store.retained().put(message("at 5", "x", 5L), new Outcome());
      store.retained().put(message("at 6", "x", 6L), new Outcome());
      store.retained().put(message("before the epoch", "x", -7L), new Outcome());
      store.retained().put(message("later now", "x", 5L), new Outcome());
      store.retained().put(message("later now", "y", 50L), new Outcome());
      store.retained().put(message("never now", "x", 5L), new Outcome());
      store.retained().put(message("never now", "y", null), new Outcome());
      store.retained().put(message("gone", "x", 5L), new Outcome());
      store.retained().remove("gone", new Outcome());
      Search.settle(store);

      store.retained().removeExpired(5);
      Search.settle(store);

      assertEquals(List.of("at 6", "later now", "never now"), topics(Search.first(store, "#", 9)));
      assertEquals(2, engine.entries(Table.EXPIRY.all()).size());
      assertCounts(store);
      store.retained().removeExpired(Long.MAX_VALUE);
      Search.settle(store);
      assertEquals(List.of("never now"), topics(Search.first(store, "#", 9)));
      assertEquals(0, engine.entries(Table.EXPIRY.all()).size());
      assertCounts(store);
    }
  }

  @Test
  void manyExpireInPieces() throws Exception {
    try (Store store = Store.open(engine)) {
      for (int i = 0; i < 2_500; i++) {
        store.retained().put(message("a/" + i, "x", 1L), new Outcome());
      }
      Search.settle(store);
      int batches = engine.batches().size();
      store.retained().removeExpired(1);
      while (!store.retained().isEmpty()) {
        Search.settle(store);
      }
      assertTrue(engine.batches().size() >= batches + 3);
      assertEquals(0, engine.data().size());
    }
  }

  @Test
  void sweepThatFailedIsMadeUpForByTheNext() throws Exception {
    try (Store store = Store.open(engine)) {
      store.retained().put(message("a", "x", 1L), new Outcome());
      Search.settle(store);
      engine.failWith(new IOException("full"));
      store.retained().removeExpired(1);
      Search.settle(store);
      assertCounts(store);
      engine.failWith(null);
      store.retained().removeExpired(1);
      Search.settle(store);
      assertTrue(store.retained().isEmpty());
    }
  }

  @Test
  void expiryThatLeadsNowhereIsRemoved() throws Exception {
    engine.put(Keys.expiry(1, Keys.retained("none")), new byte[0]);
    engine.put(new byte[] {Table.EXPIRY.tag(), Keys.PLAIN, 1}, new byte[0]);
    try (Store store = Store.open(engine)) {
      put(store, "a");
      store.retained().removeExpired(1);
      Search.settle(store);
      assertEquals(1, store.retained().count());
    }
    assertEquals(0, engine.entries(Table.EXPIRY.all()).size());
  }

  @Test
  void damagedMessageIsSetAsideWhenItIsFound() throws Exception {
    try (Store store = Store.open(engine)) {
      put(store, "a", "b", "c");
    }
    byte[] damaged = {1, 2, 3};
    engine.put(Keys.retained("b"), damaged);
    try (Store store = Store.open(engine)) {
      assertEquals(List.of("a", "c"), topics(Search.first(store, "#", 9)));
      Search.settle(store);
      assertEquals(1, store.damagedRecords());
      assertEquals(2, store.retained().count());
      assertEquals(List.of(), Search.all(store, "b"));
    }
    assertArrayEquals(damaged, engine.get(Keys.quarantined(Keys.retained("b"))));
    assertEquals(2, engine.entries(Table.RETAINED.all()).size());
  }

  @Test
  void messageUnderAnotherTopicIsSetAside() throws Exception {
    engine.put(Keys.retained("other"), Records.message(new Samples(1).stored(1)));
    try (Store store = Store.open(engine)) {
      assertEquals(List.of(), Search.all(store, "#"));
      Search.settle(store);
      assertEquals(1, store.damagedRecords());
      assertCounts(store);
    }
    assertEquals(1, engine.entries(Table.QUARANTINE.all()).size());
    assertEquals(0, engine.entries(Table.RETAINED.all()).size());
  }

  @Test
  void damagedMessageThatWasReplacedStays() throws Exception {
    engine.put(Keys.retained("a"), new byte[] {1});
    try (Store store = Store.open(engine)) {
      put(store, "a");
      assertEquals(1, store.retained().count());
      assertEquals(1, Search.all(store, "a").size());
      assertEquals(0, store.damagedRecords());
      assertCounts(store);
    }
  }

  @Test
  void failedReadIsToldAndTheNextOneWorks() throws Exception {
    try (Store store = Store.open(engine)) {
      put(store, "a");
      engine.failReadsWith(new IOException("bad sector"));
      IOException failure = assertThrows(IOException.class, () -> Search.all(store, "#"));
      assertEquals("bad sector", failure.getMessage());
      engine.failReadsWith(null);
      assertEquals(1, Search.all(store, "#").size());
    }
  }

  @Test
  void whatCannotBeKeptUnalteredIsRefused() throws Exception {
    try (Store store = Store.open(engine)) {
      Outcome put = new Outcome();
      Outcome removed = new Outcome();
      store.retained().put(message("half \uD800"), put);
      store.retained().remove("half \uD800", removed);
      assertInstanceOf(IllegalArgumentException.class, put.await());
      assertInstanceOf(IllegalArgumentException.class, removed.await());
      assertTrue(store.retained().isEmpty());
    }
  }

  @Test
  void closedStoreFailsEveryCall() throws Exception {
    Store store = Store.open(engine.onHeap());
    store.close();
    Outcome outcome = new Outcome();
    store.retained().remove("a", outcome);
    assertInstanceOf(IOException.class, outcome.await());
    assertThrows(IOException.class, () -> Search.all(store, "#"));
    Search.first(openCopy(), "#", 1);
  }

  @Test
  void searchThatWaitsForAWriterEndsWithTheStore() throws Exception {
    Store store = Store.open(engine);
    engine.shutGate();
    store.retained().put(message("a"), new Outcome());
    engine.awaitWriter();
    Search search = new Search();
    store.retained().find("#", null, 1, search);
    store.close();
    assertThrows(IOException.class, search::await);
    engine.openGate();
    assertEquals(1, search.times());
  }

  private static Store openCopy() throws IOException {
    return Store.open(new HeapEngine());
  }

  private void put(Store store, String... topics) throws Exception {
    for (String topic : topics) {
      Outcome outcome = new Outcome();
      store.retained().put(message(topic), outcome);
      outcome.assertSuccess();
    }
  }

  private StoredMessage message(String topic) {
    return message(topic, "payload", null);
  }

  private StoredMessage message(String topic, String payload, @Nullable Long expiresAtMillis) {
    Message message = Message.of(topic, Payload.ofUtf8(payload), QoS.AT_LEAST_ONCE, true);
    return new StoredMessage(++lastId, message, null, expiresAtMillis);
  }

  private static List<String> topics(RetainedStore.Slice slice) {
    return slice.messages().stream().map(stored -> stored.message().topic()).toList();
  }
}
