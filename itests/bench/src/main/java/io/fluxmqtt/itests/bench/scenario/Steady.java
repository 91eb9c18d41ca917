package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Pace;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Messages that flow: all publishers at the pace that the window allows, measured after they have
 * swung in; then, where latency is wanted, by the clock.
 */
final class Steady {
  /** Seconds until the flow is even. */
  private static final double RAMP = 0.3;

  /** After so long without an arrival what is missing is lost. */
  static final Duration STILL = Duration.ofSeconds(3);

  /** In which a loop that is told to stop sends what it has begun. */
  static final Duration SENDING = Duration.ofMillis(5);

  /** Delivered per second in the stream whose latency is measured, all publishers together. */
  static final double STREAM = 1_000;

  /** Published per second at least in that stream: there would be too few moments else. */
  private static final double STREAM_MIN = 10;

  /** Clients that are to be measured. */
  interface Clients {
    void make(Generator generator) throws IOException;
  }

  private Steady() {}

  /** Messages arrive {@code copies} times each. */
  static Sample run(Attempt attempt, int copies, Clients clients)
      throws IOException, InterruptedException {
    Generator generator = attempt.generator();
    Stopwatch watch;
    long count;
    try (generator) {
      clients.make(generator);
      generator.pace(Pace.CLOSED);
      swingIn(generator, attempt);
      watch = new Stopwatch(attempt.broker());
      long before = generator.count().arrived();
      generator.run(seconds(attempt.seconds()));
      count = generator.count().arrived() - before;
      watch.stop();
      settle(generator);
      if (attempt.latencySeconds() > 0) {
        double perSecond = Math.max(STREAM_MIN, STREAM / copies);
        stream(generator, perSecond, seconds(attempt.latencySeconds()));
      }
    }
    return watch.sample(count, generator.count(), generator.wrongs(), generator.latency());
  }

  /** Waits until messages flow, and flow evenly. */
  static void swingIn(Generator generator, Attempt attempt)
      throws IOException, InterruptedException {
    swingIn(generator, attempt, () -> generator.count().arrived());
  }

  /** Likewise where something else than arrivals is counted. */
  static void swingIn(Generator generator, Attempt attempt, LongSupplier done)
      throws IOException, InterruptedException {
    long before = done.getAsLong();
    generator.runUntil(() -> done.getAsLong() > before);
    generator.run(seconds(Math.min(RAMP, attempt.seconds())));
  }

  /** All publishers by the clock, {@code perSecond} together; each message carries its time. */
  static void stream(Generator generator, double perSecond, Duration time)
      throws IOException, InterruptedException {
    int publishers = generator.publishers().size();
    double each = perSecond / publishers;
    for (int i = 0; i < publishers; i++) {
      // One after the other, evenly.
      long origin = System.nanoTime() + (long) (1e9 / perSecond * i);
      generator.publishers().get(i).pace(Pace.open(each, origin));
    }
    generator.run(time);
    settle(generator);
  }

  /** Stops the publishers and waits for what is under way. */
  static void settle(Generator generator) throws IOException, InterruptedException {
    generator.pace(Pace.STOPPED);
    generator.run(SENDING); // that counts too
    generator.awaitUnlessStill(() -> generator.count().missing() <= 0, STILL);
  }

  static Duration seconds(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
