package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentContext;

final class EngineConfiguratorTest {
  /** What the framework was told, in order. */
  private final List<String> calls = new ArrayList<>();

  @Test
  void targetIsWrittenBeforeTheStoreIsEnabled() throws Exception {
    configure(Map.of());
    assertEquals(
        List.of("engine.target=(mqtt.engine.name=memory)", "enable io.fluxmqtt.store.wiring"),
        calls);
  }

  @Test
  void wrongEngineAtTheStartLeavesTheStoreDownUntilItIsCorrected() throws Exception {
    EngineConfigurator configurator = configure(Map.of("engine", "tape"));
    assertEquals(List.of(), calls);
    configurator.modified(Map.of("engine", "memory"));
    assertEquals(
        List.of("engine.target=(mqtt.engine.name=memory)", "enable io.fluxmqtt.store.wiring"),
        calls);
  }

  @Test
  void wrongEngineLaterKeepsTheOldOne() throws Exception {
    EngineConfigurator configurator = configure(Map.of("engine", "memory"));
    calls.clear();
    configurator.modified(Map.of("engine", "tape"));
    assertEquals(List.of(), calls);
    configurator.modified(Map.of("engine", "auto", "speling", "x"));
    assertEquals(List.of("engine.target=(mqtt.engine.name=memory)"), calls);
    configurator.deactivate();
    assertEquals("disable io.fluxmqtt.store.wiring", calls.get(1));
  }

  private EngineConfigurator configure(Map<String, Object> properties) throws Exception {
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
    ComponentContext context =
        fake(
            ComponentContext.class,
            (proxy, method, args) -> {
              calls.add(method.getName().replace("Component", "") + " " + args[0]);
              return null;
            });
    return new EngineConfigurator(context, admin, properties);
  }

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
