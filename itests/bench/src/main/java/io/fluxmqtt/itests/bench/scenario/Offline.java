package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Histogram;
import io.fluxmqtt.itests.bench.load.Pace;
import io.fluxmqtt.itests.bench.load.Publisher;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Messages for sessions whose clients are away, either when they come or when the clients do. */
record Offline(String name, boolean isDrain, int sessions, int messages, double target)
    implements Scenario {
  private static final int QOS = 1;
  private static final int PAYLOAD_BYTES = 64;

  /** What a broker still does after the last message, its CPU counts. */
  private static final Duration REST = Duration.ofMillis(300);

  @Override
  public String title() {
    return "%d offline sessions, %,d messages each, QoS 1: %s"
        .formatted(sessions, messages, isDrain ? "drain" : "queue");
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    int count = attempt.scaled(messages);
    long all = (long) count * sessions;
    try (Generator generator = attempt.generator()) {
      for (int i = 0; i < sessions; i++) {
        generator.offlineSession(session(i), "bench/offline", QOS);
      }
      Stopwatch queue = new Stopwatch(attempt.broker());
      publish(generator, count);
      queue.lap();
      generator.run(REST);
      queue.stop();
      Stopwatch drain = new Stopwatch(attempt.broker());
      for (int i = 0; i < sessions; i++) {
        generator.resume(session(i));
      }
      generator.awaitUnlessStill(() -> generator.count().arrived() >= all, Steady.STILL);
      drain.lap();
      generator.run(REST);
      drain.stop();
      Generator.Count counted = new Generator.Count(all, generator.count().arrived());
      return (isDrain ? drain : queue)
          .sample(isDrain ? counted.arrived() : all, counted, generator.wrongs(), new Histogram());
    } finally {
      end(attempt);
    }
  }

  private static void publish(Generator generator, int count)
      throws IOException, InterruptedException {
    Publisher publisher =
        generator.publisher(
            new Generator.Messages(List.of("bench/offline"), QOS, false, PAYLOAD_BYTES),
            0,
            Pairs.WINDOW);
    publisher.pace(Pace.upTo(count));
    generator.runUntil(() -> publisher.sent() == count && publisher.isAcknowledged());
  }

  private void end(Attempt attempt) throws IOException, InterruptedException {
    try (Generator generator = attempt.generator()) {
      for (int i = 0; i < sessions; i++) {
        generator.endSession(session(i));
      }
    }
  }

  private static String session(int i) {
    return "bench-offline-" + i;
  }
}
