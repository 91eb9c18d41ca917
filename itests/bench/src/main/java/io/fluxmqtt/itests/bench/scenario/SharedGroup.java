package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import java.io.IOException;
import java.util.List;

/** As many publishers as there are members of one shared subscription. */
record SharedGroup(String name, int members, int qos, double target) implements Scenario {
  private static final int PAYLOAD_BYTES = 64;

  @Override
  public String title() {
    return "shared group of " + members + ", QoS " + qos;
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    return Steady.run(attempt, 1, this::make);
  }

  private void make(Generator generator) throws IOException {
    for (int i = 0; i < members; i++) {
      generator.subscriber(List.of("$share/bench/bench/shared/+"), qos);
    }
    for (int i = 0; i < members; i++) {
      List<String> topic = List.of("bench/shared/" + i);
      Generator.Messages messages = new Generator.Messages(topic, qos, false, PAYLOAD_BYTES);
      generator.publisher(messages, 1, Pairs.WINDOW);
    }
  }
}
