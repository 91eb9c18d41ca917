package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.StoreInfo;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done beside a store that works, on the engines that are shipped. */
@Timeout(120)
final class DurableStoreTest {
  private static final long SLEEPER = 7;

  @TempDir Path work;

  @ParameterizedTest
  @ValueSource(strings = {DurableEngine.ROCKSDB, DurableEngine.MVSTORE})
  void copyThatIsTakenFromAStoreThatWorksHoldsAllThatWasAcknowledged(String name) throws Exception {
    AtomicLong acknowledged = new AtomicLong();
    AtomicBoolean ended = new AtomicBoolean();
    long[] before = new long[4];
    try (DurableEngine engine = DurableEngine.open(name, work.resolve("data"));
        Store store = Store.open(engine.engine(), engine.properties())) {
      store.sessions().load(new SessionModel());
      commit(store, new SessionChange.PutSession(Traffic.session(SLEEPER)));
      Thread writer = new Thread(() -> write(store, acknowledged, ended));
      writer.start();
      try {
        for (int turn = 0; turn < before.length; turn++) {
          Path data = Files.createDirectory(work.resolve("copy" + turn));
          while (acknowledged.get() < (turn + 1) * 500L) {
            Thread.onSpinWait();
          }
          before[turn] = acknowledged.get();
          Path folder = data.resolve("store");
          assertEquals(folder, store.admin().backup(folder).toCompletableFuture().get());
        }
      } finally {
        ended.set(true);
        writer.join();
      }
    }
    for (int turn = 0; turn < before.length; turn++) {
      assertHolds(name, work.resolve("copy" + turn), before[turn], acknowledged.get());
    }
  }

  private static void write(Store store, AtomicLong acknowledged, AtomicBoolean ended) {
    Semaphore window = new Semaphore(50);
    while (!ended.get()) {
      window.acquireUninterruptibly();
      long id = store.sessions().newMessageId();
      store
          .sessions()
          .commit(
              List.of(append(id, SLEEPER)),
              failure -> {
                if (failure == null) {
                  acknowledged.set(id);
                }
                window.release();
              });
    }
    window.acquireUninterruptibly(50);
  }

  private static void assertHolds(String name, Path data, long least, long most) throws Exception {
    assertEquals(name, new EngineNote(data.resolve("store")).read());
    try (Stream<Path> files = Files.list(data)) {
      assertEquals(List.of(data.resolve("store")), files.toList());
    }
    try (DurableEngine engine = DurableEngine.open(name, data);
        Store store = Store.open(engine.engine(), engine.properties())) {
      SessionModel loaded = new SessionModel();
      store.sessions().load(loaded);
      Set<Long> queue = loaded.sessions().get(SLEEPER).queue().keySet();
      long last = queue.size();
      assertTrue(last >= least && last <= most, least + " " + last + " " + most);
      assertEquals(LongStream.rangeClosed(1, last).boxed().toList(), List.copyOf(queue));
      assertEquals(0, store.damagedRecords());
      assertEquals(List.of(), store.admin().verify().toCompletableFuture().get().findings());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {DurableEngine.ROCKSDB, DurableEngine.MVSTORE})
  void storeThatWorksHasNoFinding(String name) throws Exception {
    try (DurableEngine engine = DurableEngine.open(name, work.resolve("data"));
        Store store = Store.open(engine.engine(), engine.properties())) {
      store.sessions().load(new SessionModel());
      try (Traffic one = Traffic.start(store, 3);
          Traffic other = Traffic.start(store, 4)) {
        for (int turn = 0; turn < 15; turn++) {
          assertEquals(List.of(), store.admin().verify().toCompletableFuture().get().findings());
        }
      }
      assertEquals(List.of(), store.admin().verify().toCompletableFuture().get().findings());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {DurableEngine.ROCKSDB, DurableEngine.MVSTORE})
  void infoTellsOfTheEnginesFiles(String name) throws Exception {
    Path data = work.resolve("data");
    try (DurableEngine engine = DurableEngine.open(name, data);
        Store store = Store.open(engine.engine(), engine.properties())) {
      commit(store, new SessionChange.PutSession(Traffic.session(1)));
      StoreInfo info = store.admin().info();
      assertEquals(name, info.engine());
      assertTrue(info.durable());
      assertEquals(data.resolve("store").resolve(name), info.folder());
      assertTrue(info.bytesOnDisk() > 0, info.toString());
      assertTrue(info.bytesGiven() > 0, info.toString());
      assertTrue(info.bytesWritten() > info.bytesGiven(), info.toString());
      assertNull(info.problem());
    }
  }

  private static void commit(Store store, SessionChange change) throws InterruptedException {
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(change), outcome);
    outcome.assertSuccess();
  }

  private static SessionChange append(long id, long number) {
    Receivers receivers = new Receivers(0);
    receivers.add(number, QoS.AT_LEAST_ONCE, false, List.of());
    return new SessionChange.Append(Traffic.message("a/b", id, null), receivers);
  }
}
