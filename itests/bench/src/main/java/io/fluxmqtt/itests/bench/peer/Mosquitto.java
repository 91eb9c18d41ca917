package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Debian's mosquitto, the yardstick of the targets. */
final class Mosquitto implements Peer {
  private static final Path BINARY = Path.of("/usr/sbin/mosquitto");

  private static final List<String> SETTINGS =
      List.of("allow_anonymous true", "sys_interval 0", "set_tcp_nodelay true", "log_dest none");

  /** All of it is written anew after each change, though what caused it is acknowledged before. */
  private static final List<String> DURABLE =
      List.of(
          "persistence true",
          "autosave_on_changes true",
          "autosave_interval 1",
          "user " + System.getProperty("user.name")); // else root's folder would not be writable

  private static final List<String> LIMITS =
      List.of(
          "max_inflight_messages 0",
          "max_queued_messages 0",
          "max_queued_bytes 0",
          "max_connections -1",
          "memory_limit 0");

  @Override
  public String name() {
    return "mosquitto";
  }

  @Override
  public boolean isJvm() {
    return false;
  }

  @Override
  public boolean isAvailable() {
    return Files.isExecutable(BINARY);
  }

  @Override
  public Launch launch(Place place) throws IOException {
    List<String> settings = new ArrayList<>(SETTINGS);
    settings.addAll(place.mode().isDurable() ? DURABLE : List.of("persistence false"));
    if (place.mode().isUnlimited()) {
      settings.addAll(LIMITS);
    }
    Path file = place.folder().resolve("mosquitto.conf");
    String text =
        """
        listener %d 127.0.0.1
        persistence_location %s/
        %s
        """;
    Files.writeString(
        file, text.formatted(place.port(), place.folder(), String.join("\n", settings)));
    return new Launch(
        List.of(BINARY.toString(), "-c", file.toString()), Map.of(), String.join(", ", settings));
  }
}
