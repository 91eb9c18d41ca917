package io.fluxmqtt.health;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.Histogram;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.PluginInfo;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreCheck;
import io.fluxmqtt.api.admin.StoreInfo;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.ResultLog;
import org.jspecify.annotations.Nullable;

/** A watch over a store and a broker that say what a test tells them, by a clock that it moves. */
final class Given {
  static final HealthSettings SETTINGS =
      new HealthSettings(Duration.ofSeconds(3), 200_000_000, 100_000_000, 0, 14);

  static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  /** A store with everything an operator could see. */
  static final class FakeStore implements StoreAdmin {
    boolean durable = true;
    @Nullable Path folder;
    @Nullable String problem;
    long quarantined;
    long setAside;
    double waiting;
    long failedWrites;
    @Nullable RuntimeException broken;

    @Override
    public StoreInfo info() {
      if (broken != null) {
        throw broken;
      }
      Histogram none = new Histogram(List.of(), List.of(0L), 0);
      return new StoreInfo(
          "rocksdb",
          durable,
          folder,
          1,
          problem,
          0,
          0,
          0,
          0,
          quarantined,
          setAside,
          0,
          0,
          0,
          0,
          waiting,
          failedWrites,
          none,
          none);
    }

    @Override
    public CompletionStage<Path> backup(Path to) {
      throw new AssertionError("health changes nothing");
    }

    @Override
    public CompletionStage<StoreCheck> verify() {
      throw new AssertionError("health reads no entries");
    }
  }

  /** What a broker says is wrong. */
  static final class FakeBroker {
    final List<String> outages = new ArrayList<>();
    final List<String> others = new ArrayList<>();
    final List<ListenerInfo> listeners = new ArrayList<>();
    final List<PluginInfo> plugins = new ArrayList<>();
    final BrokerAdmin admin =
        (BrokerAdmin)
            Proxy.newProxyInstance(
                Given.class.getClassLoader(),
                new Class<?>[] {BrokerAdmin.class},
                (proxy, method, arguments) -> answer(method.getName()));

    private List<?> answer(String method) {
      if (method.equals("listeners")) {
        return List.copyOf(listeners);
      } else if (method.equals("plugins")) {
        return List.copyOf(plugins);
      }
      List<String> lines = new ArrayList<>(outages);
      switch (method) {
        case "outages" -> {}
        case "problems" -> lines.addAll(others);
        default -> throw new AssertionError("health does not ask for " + method);
      }
      return lines;
    }
  }

  /** Runs at once, or holds what it is given as a disk that hangs does. */
  static final class Threads implements Executor {
    boolean stuck;
    private final List<Runnable> held = new ArrayList<>();

    @Override
    public void execute(Runnable work) {
      if (stuck) {
        held.add(work);
      } else {
        work.run();
      }
    }

    void release() {
      stuck = false;
      held.forEach(Runnable::run);
      held.clear();
    }
  }

  final FakeStore store = new FakeStore();
  final FakeBroker broker = new FakeBroker();
  final Threads threads = new Threads();
  private long nanos = -1_000; // nanoTime may be negative
  final Watch watch = new Watch(SETTINGS, threads, () -> nanos, Clock.fixed(NOW, ZoneOffset.UTC));

  /** Both are there and were asked. */
  static Given running() {
    Given given = new Given();
    given.watch.store().came(given.store);
    given.watch.broker().came(given.broker.admin);
    given.watch.look();
    return given;
  }

  /** Time goes by, without a look. */
  void pass(Duration time) {
    nanos += time.toNanos();
  }

  /** What a check says after another look. */
  Result looked(String check) {
    watch.look();
    return result(check);
  }

  Result result(String name) {
    return watch.checks().stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow()
        .result();
  }

  Result.Status status(String check) {
    return looked(check).getStatus();
  }

  /** The lines of a result. */
  static String text(Result result) {
    StringBuilder text = new StringBuilder();
    for (ResultLog.Entry entry : result) {
      text.append(entry.getStatus()).append(' ').append(entry.getMessage()).append('\n');
    }
    return text.toString();
  }
}
