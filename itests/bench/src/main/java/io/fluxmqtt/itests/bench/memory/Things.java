package io.fluxmqtt.itests.bench.memory;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Pace;
import io.fluxmqtt.itests.bench.load.Publisher;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/** All that is measured, with its targets. */
final class Things {
  private static final int CLIENTS = 100;
  private static final int GROUPS = 1_000;
  private static final int SESSIONS = 20;
  private static final int RETAINED_BYTES = 32;
  private static final int QUEUED_BYTES = 64;
  private static final Publisher.Window WINDOW = new Publisher.Window(100, 1_000);

  static final List<Thing> ALL =
      List.of(
          new Thing(
              "idle connection with one subscription", 3 << 10, 10_000, 0, Things::connections),
          new Thing(
              "subscription of 3 levels, by 100 clients", 300, 1_000_000, 0, Things::subscriptions),
          new Thing(
              "retained message of 32 B, without these",
              350,
              100_000,
              RETAINED_BYTES,
              Things::retained),
          new Thing("message of 64 B in a queue, for 20 sessions", 0, 200_000, 0, Things::queued));

  private Things() {}

  private static void connections(Generator generator, String name, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      generator.subscriber(List.of("bench/%s/%05d".formatted(name, i)), 0);
    }
  }

  private static void subscriptions(Generator generator, String name, int count)
      throws IOException {
    int clients = Math.min(CLIENTS, count);
    for (int client = 0; client < clients; client++) {
      generator.subscriber(
          IntStream.range(0, count)
              .skip((long) client * count / clients)
              .limit((client + 1L) * count / clients - (long) client * count / clients)
              .mapToObj(i -> "%s/group%03d/device%07d".formatted(name, i % GROUPS, i))
              .toList(),
          0);
    }
  }

  private static void retained(Generator generator, String name, int count)
      throws IOException, InterruptedException {
    List<String> topics =
        IntStream.range(0, count)
            .mapToObj(i -> "bench/%s/%03d/%06d".formatted(name, i % GROUPS, i))
            .toList();
    publish(generator, new Generator.Messages(topics, 1, true, RETAINED_BYTES), count);
  }

  private static void queued(Generator generator, String name, int count)
      throws IOException, InterruptedException {
    for (int i = 0; i < SESSIONS; i++) {
      generator.offlineSession(name + i, "bench/" + name, 1);
    }
    List<String> topic = List.of("bench/" + name);
    publish(generator, new Generator.Messages(topic, 1, false, QUEUED_BYTES), count / SESSIONS);
  }

  private static void publish(Generator generator, Generator.Messages messages, int count)
      throws IOException, InterruptedException {
    Publisher publisher = generator.publisher(messages, 0, WINDOW);
    publisher.pace(Pace.upTo(count));
    generator.runUntil(() -> publisher.sent() == count && publisher.isAcknowledged());
  }
}
