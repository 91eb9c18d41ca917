package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Histogram;
import io.fluxmqtt.itests.bench.load.Pace;
import io.fluxmqtt.itests.bench.peer.Inside;
import io.fluxmqtt.itests.bench.peer.Mode;
import java.io.IOException;
import java.util.Optional;

/**
 * Publishers that do not care what arrives, at brokers with the limits that they are shipped with.
 * Some of the subscribers may read nothing all the while, and the rest of what they are sent at the
 * end. What a broker has dropped by its own account is compared with what is missing.
 */
record Overload(String name, Pairs pairs, int deaf) implements Scenario {
  @Override
  public String title() {
    String deafness = deaf == 0 ? "" : ", %d of them deaf".formatted(deaf);
    return pairs.title() + ", flooded" + deafness + ", limits as shipped";
  }

  @Override
  public double target() {
    return Double.NaN;
  }

  @Override
  public Mode mode() {
    return Mode.LIMITED;
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    Optional<Inside> before = attempt.broker().inside();
    try (Generator generator = attempt.generator()) {
      pairs.make(generator);
      generator.pace(Pace.CLOSED);
      Steady.swingIn(generator, attempt);
      Stopwatch closed = new Stopwatch(attempt.broker());
      long arrived = generator.count().arrived();
      generator.run(Steady.seconds(attempt.seconds()));
      double usual = closed.stop().perSecond(generator.count().arrived() - arrived);

      generator.deafen(deaf);
      generator.pace(Pace.FLOOD);
      Steady.swingIn(generator, attempt);
      Stopwatch flood = new Stopwatch(attempt.broker());
      arrived = generator.count().arrived();
      generator.run(Steady.seconds(attempt.seconds()));
      long count = generator.count().arrived() - arrived;
      flood.stop();
      generator.deafen(0);
      Steady.settle(generator);
      Sample sample = flood.sample(count, generator.count(), generator.wrongs(), new Histogram());
      String rate = "%.2f of the closed loop".formatted(sample.perSecond() / usual);
      return sample.withNote(rate + account(attempt, before, sample.missing()));
    }
  }

  /** Whether what was sent is what was delivered and what was dropped. */
  private static String account(Attempt attempt, Optional<Inside> before, long missing)
      throws IOException {
    Optional<Inside> after = attempt.broker().inside();
    if (before.isEmpty() || after.isEmpty()) {
      return ", lost " + missing;
    }
    long dropped = after.get().allDropped() - before.get().allDropped();
    return dropped == missing
        ? ", lost %,d, all counted".formatted(missing)
        : ", lost %,d, counted %,d".formatted(missing, dropped);
  }
}
