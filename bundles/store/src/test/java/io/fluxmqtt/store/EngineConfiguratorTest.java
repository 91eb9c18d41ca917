package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentContext;

final class EngineConfiguratorTest {
  private static final String ENABLE = "enable io.fluxmqtt.store.wiring";

  @TempDir Path data;

  /** What the framework was told, in order. */
  private final List<String> calls = new CopyOnWriteArrayList<>();

  private final List<String> installed = new ArrayList<>();
  private final List<String> loaded = new ArrayList<>();
  private final Map<String, Reason> failing = new HashMap<>();
  private int held;

  @Test
  void targetIsWrittenBeforeTheStoreIsEnabled() throws Exception {
    EngineConfigurator configurator = configure(Map.of("engine", "memory"));
    assertEquals(List.of(), calls);
    configurator.engineCame(engine("memory", false, true));
    assertEquals(List.of(target("memory"), ENABLE), calls);
  }

  @Test
  void autoTakesTheBestThatIsInstalledAndNotesIt() throws Exception {
    installed.add("io.fluxmqtt.store.rocksdb");
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("memory", false, true));
    configurator.engineCame(engine("mvstore", true, true));
    assertEquals(List.of(), calls); // the better one is on its way
    configurator.engineCame(engine("rocksdb", true, true));
    assertEquals(List.of(target("rocksdb"), ENABLE), calls);
    assertEquals("rocksdb", new EngineNote(data.resolve("store")).read());
  }

  @Test
  void autoTakesTheOtherWhereTheBestCannotRun() throws Exception {
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("rocksdb", true, false));
    assertEquals(List.of(), calls);
    configurator.engineCame(engine("mvstore", true, true));
    assertEquals(List.of(target("mvstore"), ENABLE), calls);
    configurator.engineCame(engine("rocksdb", true, true));
    assertEquals(2, calls.size(), "decided once");
  }

  @Test
  void autoTakesTheOtherWhereTheBestTurnsOutNotToRun() throws Exception {
    failing.put("rocksdb", Reason.UNAVAILABLE);
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("rocksdb", true, true));
    assertEquals(List.of("rocksdb"), loaded);
    assertFalse(Files.exists(data.resolve("store")), "it is not noted");
    configurator.engineCame(engine("mvstore", true, true));
    assertEquals(List.of(target("mvstore"), ENABLE), calls);
    assertEquals("mvstore", new EngineNote(data.resolve("store")).read());
    assertEquals(List.of("rocksdb", "mvstore"), loaded);
    assertEquals(0, held, "given back");
  }

  @Test
  void notedEngineThatDoesNotRunIsRefusedUntilItDoes() throws Exception {
    new EngineNote(data.resolve("store")).write("rocksdb");
    failing.put("rocksdb", Reason.UNAVAILABLE);
    EngineConfigurator configurator = configure(Map.of());
    ServiceReference<KvEngine> first = engine("rocksdb", true, true);
    configurator.engineCame(first);
    configurator.engineCame(engine("mvstore", true, true));
    assertEquals(List.of(), calls);
    assertEquals(List.of("rocksdb"), loaded);
    assertEquals("rocksdb", new EngineNote(data.resolve("store")).read());

    failing.clear();
    configurator.engineGone(first);
    configurator.engineCame(first); // after an update of its bundle
    assertEquals(List.of(target("rocksdb"), ENABLE), calls);
  }

  @Test
  void engineThatTurnsOutNotToRunIsNotNotedEvenIfItWasNamed() throws Exception {
    failing.put("rocksdb", Reason.UNAVAILABLE);
    EngineConfigurator configurator = configure(Map.of("engine", "rocksdb"));
    configurator.engineCame(engine("mvstore", true, true));
    configurator.engineCame(engine("rocksdb", true, true));
    assertEquals(List.of(), calls);
    configurator.modified(Map.of());
    assertEquals(List.of(target("mvstore"), ENABLE), calls);
  }

  @Test
  void engineThatFailsOtherwiseIsTakenAllTheSame() throws Exception {
    failing.put("rocksdb", Reason.FAILED);
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("rocksdb", true, true));
    assertEquals(List.of(target("rocksdb"), ENABLE), calls);
  }

  @Test
  void noEngineIsLoadedButTheChosenOne() throws Exception {
    EngineConfigurator configurator = configure(Map.of("engine", "memory"));
    configurator.engineCame(engine("rocksdb", true, true));
    configurator.engineCame(engine("mvstore", true, true));
    configurator.engineCame(engine("memory", false, true));
    assertEquals(List.of("memory"), loaded);
  }

  @Test
  void autoNeverTakesWhatForgets() throws Exception {
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("memory", false, true));
    assertEquals(List.of(), calls);
    assertFalse(Files.exists(data.resolve("store")));
  }

  @Test
  void notedEngineIsTakenAlthoughThereIsABetterOne() throws Exception {
    new EngineNote(data.resolve("store")).write("mvstore");
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("rocksdb", true, true));
    assertEquals(List.of(), calls);
    configurator.engineCame(engine("mvstore", true, true));
    assertEquals(List.of(target("mvstore"), ENABLE), calls);
  }

  @Test
  void engineThatDoesNotHoldTheDataIsRefused() throws Exception {
    new EngineNote(data.resolve("store")).write("rocksdb");
    EngineConfigurator configurator = configure(Map.of("engine", "mvstore"));
    configurator.engineCame(engine("mvstore", true, true));
    configurator.engineCame(engine("rocksdb", true, true));
    assertEquals(List.of(), calls);
    configurator.modified(Map.of("engine", "rocksdb"));
    assertEquals(List.of(target("rocksdb"), ENABLE), calls);
  }

  @Test
  void memoryLeavesTheDataFolderAlone() throws Exception {
    new EngineNote(data.resolve("store")).write("rocksdb");
    EngineConfigurator configurator = configure(Map.of("engine", "memory"));
    configurator.engineCame(engine("memory", false, true));
    assertEquals(List.of(target("memory"), ENABLE), calls);
    assertEquals("rocksdb", new EngineNote(data.resolve("store")).read());
  }

  @Test
  void laterFormatIsRefusedUntouched() throws Exception {
    Path note = Files.createDirectory(data.resolve("store")).resolve("engine.txt");
    Files.writeString(note, "engine = mvstore\nformat = 2\n");
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("mvstore", true, true));
    assertEquals(List.of(), calls);
    assertEquals("engine = mvstore\nformat = 2\n", Files.readString(note));
  }

  @Test
  void folderThatCannotBeMadeLeavesTheStoreDown() throws Exception {
    Files.writeString(data.resolve("store"), "a file");
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("mvstore", true, true));
    assertEquals(List.of(), calls);
    Files.delete(data.resolve("store"));
    configurator.modified(Map.of());
    assertEquals(List.of(target("mvstore"), ENABLE), calls);
  }

  @Test
  @Timeout(60)
  void folderThatCannotBeMadeIsTriedAgainUntilItCan() throws Exception {
    Files.writeString(data.resolve("store"), "a file");
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("mvstore", true, true));
    assertEquals(List.of(), calls);
    Files.delete(data.resolve("store"));
    while (calls.size() < 2) { // a second later, by itself
      Thread.onSpinWait();
    }
    assertEquals(List.of(target("mvstore"), ENABLE), calls);
  }

  @Test
  void goneItTriesNothingAgain() throws Exception {
    Files.writeString(data.resolve("store"), "a file");
    EngineConfigurator configurator = configure(Map.of());
    configurator.engineCame(engine("mvstore", true, true));
    configurator.deactivate();
    Files.delete(data.resolve("store"));
    assertFalse(retryEnds(), "a thread is left");
    assertEquals(List.of("disable io.fluxmqtt.store.wiring"), calls);
  }

  /** Whether a thread that tries again is still there after a while. */
  private static boolean retryEnds() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("flux-mqtt-engine-retry")) {
        thread.join(10_000);
      }
    }
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("flux-mqtt-engine-retry"));
  }

  @Test
  void wrongEngineAtTheStartLeavesTheStoreDownUntilItIsCorrected() throws Exception {
    EngineConfigurator configurator = configure(Map.of("engine", "Tape!"));
    configurator.engineCame(engine("memory", false, true));
    assertEquals(List.of(), calls);
    configurator.modified(Map.of("engine", "memory"));
    assertEquals(List.of(target("memory"), ENABLE), calls);
  }

  @Test
  void wrongEngineLaterKeepsTheOldOne() throws Exception {
    EngineConfigurator configurator = configure(Map.of("engine", "memory"));
    configurator.engineCame(engine("memory", false, true));
    calls.clear();
    for (String wrong : List.of("Tape!", "tape", "rocksdb")) {
      configurator.modified(Map.of("engine", wrong));
      assertEquals(List.of(), calls, wrong);
    }
    configurator.modified(Map.of("engine", "memory", "speling", "x"));
    assertEquals(List.of(target("memory")), calls);
    configurator.deactivate();
    assertEquals("disable io.fluxmqtt.store.wiring", calls.get(1));
  }

  @Test
  void engineOfAnotherVendorIsTakenByItsName() throws Exception {
    EngineConfigurator configurator = configure(Map.of("engine", "tape"));
    assertEquals(List.of(), calls);
    ServiceReference<?> gone = engine("mvstore", true, true);
    configurator.engineCame(cast(gone));
    configurator.engineGone(cast(gone));
    configurator.engineCame(engine("tape", true, true));
    assertEquals(List.of(target("tape"), ENABLE), calls);
    assertEquals("tape", new EngineNote(data.resolve("store")).read());
  }

  private static String target(String engine) {
    return "engine.target=(mqtt.engine.name=" + engine + ")";
  }

  private EngineConfigurator configure(Map<String, Object> properties) throws IOException {
    Configuration configuration =
        fake(
            Configuration.class,
            (proxy, method, args) -> {
              Dictionary<?, ?> wiring = (Dictionary<?, ?>) args[0];
              calls.add("engine.target=" + wiring.get("engine.target"));
              return true;
            });
    ConfigurationAdmin admin =
        fake(ConfigurationAdmin.class, (proxy, method, args) -> configuration);
    BundleContext framework =
        fake(
            BundleContext.class,
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getService" -> {
                    held++;
                    yield loadable((ServiceReference<?>) args[0]);
                  }
                  case "ungetService" -> --held == 0;
                  default ->
                      installed.stream().map(EngineConfiguratorTest::bundle).toArray(Bundle[]::new);
                });
    ComponentContext context =
        fake(
            ComponentContext.class,
            (proxy, method, args) -> {
              if (method.getName().equals("getBundleContext")) {
                return framework;
              }
              calls.add(method.getName().replace("Component", "") + " " + args[0]);
              return null;
            });
    return new EngineConfigurator(context, admin, properties, data);
  }

  private KvEngine loadable(ServiceReference<?> reference) {
    String name = String.valueOf(reference.getProperty(KvEngine.NAME));
    return fake(
        KvEngine.class,
        (proxy, method, args) -> {
          assertEquals("load", method.getName(), "nothing else is called: no data are opened");
          loaded.add(name);
          Reason reason = failing.get(name);
          if (reason != null) {
            throw new EngineException(reason, "as the test wants");
          }
          return null;
        });
  }

  private static Bundle bundle(String name) {
    return fake(Bundle.class, (proxy, method, args) -> name);
  }

  private static <T> ServiceReference<T> engine(String name, boolean durable, boolean available) {
    Map<String, Object> properties =
        Map.of(
            "mqtt.engine.name", name,
            "mqtt.engine.durable", durable,
            "mqtt.engine.available", available);
    return cast(
        fake(
            ServiceReference.class,
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getProperty" -> properties.get(args[0]);
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == args[0];
                  default -> throw new UnsupportedOperationException(method.getName());
                }));
  }

  @SuppressWarnings("unchecked")
  private static <T> ServiceReference<T> cast(ServiceReference<?> reference) {
    return (ServiceReference<T>) reference;
  }

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
