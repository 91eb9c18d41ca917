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
      List.of(
          "allow_anonymous true",
          "persistence false",
          "sys_interval 0",
          "set_tcp_nodelay true",
          "log_dest none");

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
    if (place.unlimited()) {
      settings.addAll(LIMITS);
    }
    Path file = place.folder().resolve("mosquitto.conf");
    Files.writeString(
        file, "listener " + place.port() + " 127.0.0.1\n" + String.join("\n", settings) + "\n");
    return new Launch(
        List.of(BINARY.toString(), "-c", file.toString()), Map.of(), String.join(", ", settings));
  }
}
