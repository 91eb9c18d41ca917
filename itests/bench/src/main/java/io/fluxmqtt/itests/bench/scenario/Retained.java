package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Histogram;
import io.fluxmqtt.itests.bench.load.Pace;
import io.fluxmqtt.itests.bench.load.Publisher;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/** What one who subscribes to all is sent at once. */
record Retained(String name, int messages, double target) implements Scenario {
  /** So many subscribers one after the other, since one is soon served. */
  private static final int SUBSCRIBERS = 3;

  private static final int PAYLOAD_BYTES = 64;

  @Override
  public String title() {
    return "%,d retained messages to one # subscriber, QoS 0".formatted(messages);
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    int count = attempt.scaled(messages);
    try (Generator generator = attempt.generator()) {
      retain(generator, count);
      Stopwatch watch = new Stopwatch(attempt.broker());
      long expected = 0;
      for (int i = 0; i < SUBSCRIBERS; i++) {
        expected += count;
        long all = expected;
        generator.subscribeRetained("#", 0);
        generator.awaitUnlessStill(() -> generator.count().arrived() >= all, Steady.STILL);
      }
      watch.stop();
      Generator.Count counted = new Generator.Count(expected, generator.count().arrived());
      return watch.sample(counted.arrived(), counted, generator.wrongs(), new Histogram());
    }
  }

  private static void retain(Generator generator, int count)
      throws IOException, InterruptedException {
    List<String> topics = IntStream.range(0, count).mapToObj(Retained::topic).toList();
    Publisher publisher =
        generator.publisher(
            new Generator.Messages(topics, 1, true, PAYLOAD_BYTES), 0, Pairs.WINDOW);
    publisher.pace(Pace.upTo(count));
    generator.runUntil(() -> publisher.sent() == count && publisher.isAcknowledged());
  }

  private static String topic(int i) {
    return "bench/retained/%03d/%06d".formatted(i % 1_000, i);
  }
}
