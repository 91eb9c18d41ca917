package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Publisher.Window;
import java.io.IOException;
import java.util.List;

/** One publisher, many subscribers. */
record FanOut(String name, int subscribers, int qos, double target) implements Scenario {
  private static final Window WINDOW = new Window(100, 100);
  private static final int PAYLOAD_BYTES = 64;

  @Override
  public String title() {
    return "1 publisher to %,d subscribers, QoS %d".formatted(subscribers, qos);
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    int copies = attempt.scaled(subscribers);
    return Steady.run(attempt, copies, generator -> make(generator, copies));
  }

  private void make(Generator generator, int copies) throws IOException {
    List<String> topic = List.of("bench/out/all");
    for (int i = 0; i < copies; i++) {
      generator.subscriber(topic, qos);
    }
    generator.publisher(new Generator.Messages(topic, qos, false, PAYLOAD_BYTES), copies, WINDOW);
  }
}
