package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** As much of Karaf as a command sees: a console, and perhaps the broker's service. */
final class FakeKaraf {
  /** How often the service was taken and not yet given back. */
  final AtomicInteger held = new AtomicInteger();

  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
  private final @Nullable BrokerAdmin broker;

  FakeKaraf(@Nullable BrokerAdmin broker) {
    this.broker = broker;
  }

  /** What the command prints. */
  String run(MqttCommand command) throws Exception {
    command.context = context();
    command.session = session();
    command.execute();
    return console.toString(StandardCharsets.UTF_8);
  }

  Session session() {
    return proxy(Session.class, Map.of("getConsole", () -> out));
  }

  BundleContext context() {
    ServiceReference<?> reference = proxy(ServiceReference.class, Map.of());
    return proxy(
        BundleContext.class,
        Map.of(
            "getServiceReference",
            () -> broker == null ? null : reference,
            "getService",
            () -> {
              held.incrementAndGet();
              return broker;
            },
            "ungetService",
            () -> held.decrementAndGet() >= 0));
  }

  private static <T> T proxy(Class<T> type, Map<String, Supplier<@Nullable Object>> answers) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Supplier<@Nullable Object> answer = answers.get(method.getName());
              if (answer == null) {
                throw new AssertionError(method + " is not expected");
              }
              return answer.get();
            });
    return type.cast(proxy);
  }
}
