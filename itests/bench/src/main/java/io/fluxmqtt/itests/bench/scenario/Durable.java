package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Pace;
import io.fluxmqtt.itests.bench.load.Publisher.Window;
import io.fluxmqtt.itests.bench.peer.Meter;
import io.fluxmqtt.itests.bench.peer.Mode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Messages for sessions that outlive the broker. For those that are offline what the publishers get
 * acknowledged is counted; at the end all of it must be there.
 */
record Durable(String name, boolean isOffline, int publishers, int payloadBytes, String goal)
    implements Scenario {
  private static final int SESSIONS = 10;
  private static final int QOS = 1;

  /** Nothing but acknowledgements holds a publisher back whose subscriber is away. */
  private static final Window AWAY = new Window(100, Integer.MAX_VALUE);

  /** What a broker still writes after the last message counts. */
  private static final Duration REST = Duration.ofSeconds(1);

  @Override
  public String title() {
    return "%d publishers QoS 1, window 100, %s, to %d %s sessions, on disk"
        .formatted(
            publishers, Pairs.size(payloadBytes), SESSIONS, isOffline ? "offline" : "connected");
  }

  @Override
  public double target() {
    return Double.NaN;
  }

  @Override
  public String unit() {
    return isOffline ? "acknowledgement" : "message";
  }

  @Override
  public Mode mode() {
    return Mode.DURABLE;
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    Generator generator = attempt.generator();
    Meter meter = attempt.broker().meter();
    Stopwatch watch;
    long count;
    double written;
    try (generator) {
      make(generator);
      LongSupplier done = isOffline ? generator::acknowledged : () -> generator.count().arrived();
      long before = meter.writtenBytes();
      generator.pace(Pace.CLOSED);
      Steady.swingIn(generator, attempt, done);
      watch = new Stopwatch(attempt.broker());
      long first = done.getAsLong();
      generator.run(Steady.seconds(attempt.seconds()));
      count = done.getAsLong() - first;
      watch.stop();
      stop(generator);
      written = (double) (meter.writtenBytes() - before) / generator.sent() / payloadBytes;
      if (isOffline) {
        resume(generator);
      } else if (attempt.latencySeconds() > 0) {
        Steady.stream(generator, Steady.STREAM, Steady.seconds(attempt.latencySeconds()));
      }
      Steady.settle(generator);
    } finally {
      end(attempt);
    }
    return watch
        .sample(count, generator.count(), generator.wrongs(), generator.latency())
        .withNote(String.format(Locale.ROOT, "%.2f B written per B of payload", written));
  }

  private void make(Generator generator) throws IOException {
    for (int i = 0; i < SESSIONS; i++) {
      generator.offlineSession(session(i), "bench/durable/%d/+".formatted(i), QOS);
    }
    if (!isOffline) {
      resume(generator);
    }
    for (int i = 0; i < publishers; i++) {
      List<String> topic = List.of("bench/durable/%d/%03d".formatted(i % SESSIONS, i));
      Generator.Messages messages = new Generator.Messages(topic, QOS, false, payloadBytes);
      generator.publisher(messages, 1, isOffline ? AWAY : Pairs.WINDOW);
    }
  }

  private void resume(Generator generator) throws IOException {
    for (int i = 0; i < SESSIONS; i++) {
      generator.resume(session(i));
    }
  }

  private void stop(Generator generator) throws IOException, InterruptedException {
    if (isOffline) {
      generator.pace(Pace.STOPPED);
      generator.run(Steady.SENDING);
      generator.runUntil(() -> generator.acknowledged() == generator.sent());
    } else {
      Steady.settle(generator);
    }
    generator.run(REST);
  }

  private static void end(Attempt attempt) throws IOException, InterruptedException {
    try (Generator generator = attempt.generator()) {
      for (int i = 0; i < SESSIONS; i++) {
        generator.endSession(session(i));
      }
    }
  }

  private static String session(int i) {
    return "bench-durable-" + i;
  }
}
