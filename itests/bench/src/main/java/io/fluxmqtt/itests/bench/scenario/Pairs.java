package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Publisher.Window;
import java.io.IOException;
import java.util.List;

/** Publishers with one subscriber each. */
public record Pairs(String name, int pairs, int qos, int payloadBytes, double target)
    implements Scenario {
  static final Window WINDOW = new Window(100, 1_000);

  @Override
  public String title() {
    return pairs + " pairs QoS " + qos + (qos > 0 ? ", window 100, " : ", ") + size(payloadBytes);
  }

  static String size(int bytes) {
    return bytes < 1024 ? bytes + " B" : bytes / 1024 + " KB";
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    return Steady.run(attempt, 1, this::make);
  }

  void make(Generator generator) throws IOException {
    for (int i = 0; i < pairs; i++) {
      List<String> topic = List.of("bench/pair/%03d".formatted(i));
      generator.subscriber(topic, qos);
      generator.publisher(new Generator.Messages(topic, qos, false, payloadBytes), 1, WINDOW);
    }
  }
}
