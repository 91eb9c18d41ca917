package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

@Timeout(60)
final class StoreOpenerTest {
  private static final String THREAD = "flux-mqtt-store-retry";

  private final Set<Thread> before = Thread.getAllStackTraces().keySet();
  private final HeapEngine engine = new HeapEngine();

  /** What the framework was told, in order. */
  private final List<String> calls = new CopyOnWriteArrayList<>();

  private volatile Runnable atRegistration = () -> {};

  @Test
  void storeIsThereWhenItHasOpenedAndGoesBeforeItCloses() {
    StoreOpener opener = new StoreOpener(context(), Map.entry(Map.of(), engine));
    assertEquals(List.of("register"), calls);
    opener.close();
    assertEquals(List.of("register", "unregister open"), calls);
    assertFalse(tries());
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"FAILED", "FULL", "DAMAGED", "UNAVAILABLE", "CLOSED"})
  void whatFailsIsTriedAgainUntilItWorks(Reason reason) throws Exception {
    engine.failGetsWith(new EngineException(reason, "as the test wants"));
    StoreOpener opener = new StoreOpener(context(), Map.entry(Map.of(), engine));
    assertEquals(List.of(), calls);
    engine.failGetsWith(null);
    awaitCalls(1);
    opener.close();
    awaitCalls(2); // it may still have been registering
    assertEquals(List.of("register", "unregister open"), calls);
  }

  @Test
  void whatFailsInAnotherWayIsTriedAgainToo() throws Exception {
    engine.failWith(new IOException("the disk fails"));
    StoreOpener opener = new StoreOpener(context(), Map.entry(Map.of(), engine));
    assertEquals(List.of(), calls);
    engine.failWith(null);
    awaitCalls(1);
    opener.close();
  }

  @Test
  void laterVersionIsLeftAlone() throws Exception {
    engine.write(
        List.of(
            new KvEngine.Write(
                Keys.meta("format"), Records.number(StoreHeader.FORMAT_VERSION + 1))),
        true);
    StoreOpener opener = new StoreOpener(context(), Map.entry(Map.of(), engine));
    assertEquals(List.of(), calls);
    assertFalse(tries(), "it is tried again");
    assertEquals(1, engine.batches().size(), "it was written to");
    opener.close();
  }

  @Test
  void nothingIsTriedWhenItIsGone() throws Exception {
    engine.failGetsWith(new EngineException(Reason.FAILED, "as the test wants"));
    StoreOpener opener = new StoreOpener(context(), Map.entry(Map.of(), engine));
    assertTrue(tries());
    opener.close();
    engine.failGetsWith(null);
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals(THREAD)) {
        thread.join();
      }
    }
    assertEquals(List.of(), calls);
  }

  @Test
  void goneWhileItRegistersItEndsAllTheSame() {
    StoreOpener[] opener = new StoreOpener[1];
    engine.failGetsWith(new EngineException(Reason.FAILED, "as the test wants"));
    atRegistration = () -> opener[0].close();
    opener[0] = new StoreOpener(context(), Map.entry(Map.of(), engine));
    engine.failGetsWith(null);
    while (calls.size() < 2) {
      Thread.onSpinWait();
    }
    assertEquals(List.of("register", "unregister open"), calls);
  }

  @Test
  void pausesDoubleUpToHalfAMinute() {
    assertEquals(1_000, Retry.FIRST_MILLIS);
    assertEquals(2_000, Retry.nextMillis(1_000));
    assertEquals(30_000, Retry.nextMillis(16_000));
    assertEquals(30_000, Retry.nextMillis(30_000));
  }

  private boolean tries() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals(THREAD) && !before.contains(thread));
  }

  private void awaitCalls(int count) {
    while (calls.size() < count) {
      Thread.onSpinWait();
    }
  }

  private BundleContext context() {
    return fake(
        BundleContext.class,
        (method, args) -> {
          Store store = (Store) args[1];
          calls.add("register");
          atRegistration.run();
          return fake(
              ServiceRegistration.class,
              (called, none) -> {
                calls.add(called + " " + (isOpen(store) ? "open" : "closed"));
                return null;
              });
        });
  }

  private static boolean isOpen(Store store) throws InterruptedException {
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(), outcome);
    return outcome.await() == null;
  }

  private interface Answers {
    Object to(String method, Object[] args) throws Exception;
  }

  private static <T> T fake(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> answers.to(method.getName(), args)));
  }
}
