package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Publisher.Window;
import java.io.IOException;
import java.util.List;

/** Many publishers, one subscriber. */
record FanIn(String name, int publishers, int qos, double target) implements Scenario {
  private static final Window WINDOW = new Window(100, 200);
  private static final int PAYLOAD_BYTES = 64;

  @Override
  public String title() {
    return publishers + " publishers to 1 subscriber, QoS " + qos;
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    return Steady.run(attempt, 1, this::make);
  }

  private void make(Generator generator) throws IOException {
    generator.subscriber(List.of("bench/in/+"), qos);
    for (int i = 0; i < publishers; i++) {
      List<String> topic = List.of("bench/in/%03d".formatted(i));
      generator.publisher(new Generator.Messages(topic, qos, false, PAYLOAD_BYTES), 1, WINDOW);
    }
  }
}
