package io.fluxmqtt.shell.karaf;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** As much of Karaf as a command sees: a console, its folder, and perhaps a service. */
final class FakeKaraf {
  /** How often the service was taken and not yet given back. */
  final AtomicInteger held = new AtomicInteger();

  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
  private final @Nullable Object service;

  /** What the user answers to a question, or null where nobody can be asked. */
  @Nullable String answer;

  final List<String> questions = new ArrayList<>();

  @Nullable Path base; // of Karaf

  FakeKaraf(@Nullable Object service) {
    this.service = service;
  }

  /** What the command prints. */
  String run(ServiceCommand<?> command) throws Exception {
    command.context = context();
    command.session = session();
    command.execute();
    return printed();
  }

  /** As above. */
  String run(PasswordCommand command) throws Exception {
    command.context = context();
    command.session = session();
    command.execute();
    return printed();
  }

  /** What was printed so far. */
  String printed() {
    return console.toString(StandardCharsets.UTF_8);
  }

  Session session() {
    return proxy(
        Session.class,
        Map.of("getConsole", none -> out, "readLine", arguments -> answered(arguments[0])));
  }

  private String answered(Object question) {
    questions.add(question.toString());
    if (answer == null) {
      throw new UnsupportedOperationException();
    }
    return answer;
  }

  BundleContext context() {
    ServiceReference<?> reference =
        proxy(ServiceReference.class, Map.of("getProperty", none -> "file"));
    return proxy(
        BundleContext.class,
        Map.of(
            "getServiceReference",
            none -> service == null ? null : reference,
            "getServiceReferences",
            none -> service == null ? List.of() : List.of(reference),
            "getService",
            none -> {
              held.incrementAndGet();
              return service;
            },
            "ungetService",
            none -> held.decrementAndGet() >= 0,
            "getProperty",
            none -> base == null ? null : base.toString()));
  }

  private static <T> T proxy(
      Class<T> type, Map<String, Function<Object[], @Nullable Object>> answers) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Function<Object[], @Nullable Object> answer = answers.get(method.getName());
              if (answer == null) {
                throw new AssertionError(method + " is not expected");
              }
              return answer.apply(arguments);
            });
    return type.cast(proxy);
  }
}
