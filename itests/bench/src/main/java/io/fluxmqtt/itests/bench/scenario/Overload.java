package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Histogram;
import io.fluxmqtt.itests.bench.load.Pace;
import java.io.IOException;

/**
 * Publishers that do not care what arrives, at brokers with the limits that they are shipped with.
 * What is missing was dropped or left unread.
 */
record Overload(String name, Pairs pairs) implements Scenario {
  @Override
  public String title() {
    return pairs.title() + ", flooded, limits as shipped";
  }

  @Override
  public double target() {
    return Double.NaN;
  }

  @Override
  public boolean isUnlimited() {
    return false;
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    try (Generator generator = attempt.generator()) {
      pairs.make(generator);
      generator.pace(Pace.CLOSED);
      Steady.swingIn(generator, attempt);
      Stopwatch closed = new Stopwatch(attempt.broker());
      long before = generator.count().arrived();
      generator.run(Steady.seconds(attempt.seconds()));
      double usual = closed.stop().perSecond(generator.count().arrived() - before);

      generator.pace(Pace.FLOOD);
      Steady.swingIn(generator, attempt);
      Stopwatch flood = new Stopwatch(attempt.broker());
      before = generator.count().arrived();
      generator.run(Steady.seconds(attempt.seconds()));
      long count = generator.count().arrived() - before;
      flood.stop();
      Steady.settle(generator);
      Sample sample = flood.sample(count, generator.count(), generator.wrongs(), new Histogram());
      return sample.withNote("%.2f of the closed loop".formatted(sample.perSecond() / usual));
    }
  }
}
