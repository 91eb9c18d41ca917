package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Clients with many filters that begin with {@code +}; each message matches one of them. */
record Wildcards(String name, int clients, int filters, double target) implements Scenario {
  private static final int PUBLISHERS = 10;
  private static final int TOPICS_EACH = 1_000;
  private static final int GROUPS = 1_000;
  private static final int PAYLOAD_BYTES = 64;

  @Override
  public String title() {
    return "%d clients with %,d wildcard filters in all, QoS 0".formatted(clients, filters);
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    int each = Math.max(1, attempt.scaled(filters) / clients);
    return Steady.run(attempt, 1, generator -> make(generator, each));
  }

  private void make(Generator generator, int each) throws IOException {
    for (int client = 0; client < clients; client++) {
      List<String> own = new ArrayList<>(each);
      for (int i = 0; i < each; i++) {
        own.add(path("+", client * each + i) + "/#");
      }
      generator.subscriber(own, 0);
    }
    Random random = new Random(1); // the same topics in every run
    for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
      List<String> topics = new ArrayList<>(TOPICS_EACH);
      for (int i = 0; i < TOPICS_EACH; i++) {
        topics.add(path("site", random.nextInt(clients * each)) + "/state");
      }
      Generator.Messages messages = new Generator.Messages(topics, 0, false, PAYLOAD_BYTES);
      generator.publisher(messages, 1, Pairs.WINDOW);
    }
  }

  private static String path(String site, int device) {
    return "%s/group%04d/device%07d".formatted(site, device % GROUPS, device);
  }
}
