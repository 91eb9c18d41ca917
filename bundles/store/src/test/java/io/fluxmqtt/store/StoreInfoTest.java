package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.StoreInfo;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
final class StoreInfoTest {
  private final HeapEngine engine = new HeapEngine();

  @Test
  void tellsWhatThereIs() throws Exception {
    engine.folder(Path.of("/data/store/heap"));
    engine.setAside(3);
    engine.put(Keys.quarantined(Keys.session(9)), new byte[1]);
    try (Store store = open(true)) {
      store.sessions().load(new SessionModel());
      commit(store, put(1), put(2), append(5, 1, 2), append(6, 1));
      Outcome outcome = new Outcome();
      store.retained().put(Traffic.message("r/1", 7, null), outcome);
      outcome.assertSuccess();
      StoreInfo info = idle(store);
      assertEquals("heap", info.engine());
      assertTrue(info.durable());
      assertEquals(Path.of("/data/store/heap"), info.folder());
      assertEquals(1, info.formatVersion());
      assertNull(info.problem());
      assertEquals(2, info.sessions());
      assertEquals(2, info.queuedMessages());
      assertEquals(1, info.retainedMessages());
      assertEquals(store.retained().bytes(), info.retainedBytes());
      assertTrue(info.retainedBytes() > 10);
      assertEquals(1, info.quarantined());
      assertEquals(3, info.setAside());
      assertEquals(11, info.bytesOnDisk());
      assertEquals(12, info.bytesWritten());
      assertEquals(13, info.bytesGiven());
      assertEquals(0, info.pendingBytes());
      assertEquals(0, info.oldestPendingSeconds());
      assertEquals(0, info.failedWrites());
      assertEquals(2, info.syncSeconds().count());
      assertTrue(info.syncSeconds().sum() > 0);
      assertEquals(2, info.batchSize().count());
      assertEquals(4 + 1 + 2, info.batchSize().sum()); // and two notes of what is retained
      commit(store, new SessionChange.RemoveSession(1));
      StoreInfo later = store.admin().info();
      assertEquals(1, later.sessions());
      assertEquals(1, later.queuedMessages());
    }
  }

  @Test
  void whatIsDamagedIsCountedOverStarts() throws Exception {
    try (Store store = open(true)) {
      commit(store, put(1), put(2));
    }
    engine.put(Keys.session(1), new byte[3]);
    try (Store store = open(true)) {
      store.sessions().load(new SessionModel());
      assertEquals(1, store.admin().info().quarantined());
      assertEquals(1, store.admin().info().sessions());
    }
    try (Store store = open(true)) {
      store.sessions().load(new SessionModel());
      assertEquals(1, store.admin().info().quarantined());
    }
  }

  @Test
  void whatWaitsHasASizeAndAnAge() throws Exception {
    try (Store store = open(true)) {
      store.sessions().load(new SessionModel());
      engine.shutGate();
      Outcome stuck = new Outcome();
      store.sessions().commit(List.of(put(1)), stuck);
      engine.awaitWriter();
      StoreInfo first = store.admin().info();
      assertTrue(first.pendingBytes() > 0, first.toString());
      assertTrue(first.oldestPendingSeconds() > 0, first.toString());
      while (store.admin().info().oldestPendingSeconds() < first.oldestPendingSeconds() + 0.05) {
        Thread.onSpinWait();
      }
      engine.openGate();
      stuck.assertSuccess();
      StoreInfo done = idle(store);
      assertEquals(0, done.pendingBytes());
      long slow = done.syncSeconds().counts().stream().skip(8).mapToLong(Long::longValue).sum();
      assertEquals(1, slow, done.syncSeconds().toString()); // 50 ms or more
    }
  }

  @Test
  void batchThatWeighsNothingHasAnAgeToo() throws Exception {
    try (Store store = open(true)) {
      store.sessions().load(new SessionModel());
      Outcome put = new Outcome();
      store.retained().put(Traffic.message("r", 1, 5L), put);
      put.assertSuccess();
      engine.shutGate();
      store.retained().removeExpired(9);
      engine.awaitWriter();
      StoreInfo info = store.admin().info();
      assertEquals(0, info.pendingBytes());
      assertTrue(info.oldestPendingSeconds() > 0, info.toString());
      engine.openGate();
    }
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void engineThatKnowsWhatIsWrongIsQuotedWithWhatToDo(Reason reason) throws Exception {
    try (Store store = open(true)) {
      engine.fail(new EngineException(reason, "/data: so it is"));
      String problem = problem(store);
      assertTrue(problem.contains("/data: so it is; "), problem);
      engine.fail(null);
      assertNull(store.admin().info().problem());
    }
  }

  @Test
  void failureThatTheEngineDoesNotKnowIsAProblemUntilAWriteSucceeds() throws Exception {
    engine.folder(Path.of("/data/store/heap"));
    try (Store store = open(true)) {
      store.sessions().load(new SessionModel());
      engine.failWith(new IOException("strange"));
      Outcome outcome = new Outcome();
      store.sessions().commit(List.of(put(1)), outcome);
      assertNotNull(outcome.await());
      String problem = problem(store);
      assertTrue(
          problem.contains("heap")
              && problem.contains("strange")
              && problem.contains("/data/store/heap"),
          problem);
      assertEquals(1, store.admin().info().failedWrites());
      engine.failWith(null);
      commit(store, put(1));
      assertNull(store.admin().info().problem());
      assertEquals(1, store.admin().info().failedWrites());
    }
  }

  @Test
  void failureThatTheEngineKnowsIsOverWhenItSaysSo() throws Exception {
    try (Store store = open(true)) {
      store.sessions().load(new SessionModel());
      EngineException full = new EngineException(Reason.FULL, "full");
      engine.fail(full);
      engine.failWith(full);
      Outcome outcome = new Outcome();
      store.sessions().commit(List.of(put(1)), outcome);
      assertNotNull(outcome.await());
      assertTrue(problem(store).contains("full; make room"), problem(store));
      engine.fail(null);
      assertNull(store.admin().info().problem());
    }
  }

  @Test
  void closedStoreSaysSo() throws Exception {
    Store store = open(true);
    store.close();
    assertTrue(problem(store).contains("closed"));
  }

  @Test
  void engineThatSaysNothingOfItselfIsVolatileAndHasNoFolder() throws Exception {
    try (Store store = Store.open(engine, EngineProperties.of(Map.of()))) {
      StoreInfo info = store.admin().info();
      assertFalse(info.durable());
      assertEquals("unknown", info.engine());
      assertNull(info.folder());
    }
  }

  /** What it tells when its committer has nothing to do. */
  private static StoreInfo idle(Store store) {
    StoreInfo info = store.admin().info();
    while (info.oldestPendingSeconds() > 0) {
      Thread.onSpinWait();
      info = store.admin().info();
    }
    return info;
  }

  private static String problem(Store store) {
    @Nullable String problem = store.admin().info().problem();
    assertNotNull(problem);
    return problem;
  }

  private Store open(boolean durable) throws IOException {
    return Store.open(
        engine,
        EngineProperties.of(Map.of("mqtt.engine.name", "heap", "mqtt.engine.durable", durable)));
  }

  private static void commit(Store store, SessionChange... changes) throws InterruptedException {
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(changes), outcome);
    outcome.assertSuccess();
  }

  private static SessionChange put(long number) {
    return new SessionChange.PutSession(Traffic.session(number));
  }

  private static SessionChange append(long id, long... numbers) {
    Receivers receivers = new Receivers(0);
    for (long number : numbers) {
      receivers.add(number, QoS.AT_LEAST_ONCE, false, List.of());
    }
    return new SessionChange.Append(Traffic.message("a", id, null), receivers);
  }
}
