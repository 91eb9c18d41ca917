package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Our own, as it is shipped but for its store, which is in memory where that of the others is. */
final class Flux implements Peer {
  private static final String LISTENER = "io.fluxmqtt.listener-default.cfg";

  private static final String STORE = "io.fluxmqtt.store.cfg";

  private static final Map<String, Map<String, String>> LIMITS =
      Map.of(
          LISTENER,
          Map.of(
              "connectionsMax", "1000000",
              "filtersPerPacketMax", "1000000",
              "packetMaxBytes", "268435460"),
          "io.fluxmqtt.session.cfg",
          Map.of(
              "receiveMaximum", "65535",
              "inFlightMax", "65535",
              "sessionsMax", "10000000",
              "subscriptionsPerSessionMax", "10000000",
              "queueMaxMessages", "10000000",
              "queueMaxBytes", "1099511627776",
              "queueTotalMaxBytes", "1099511627776",
              "qos0QueueMaxBytes", "1099511627776",
              "retainedMaxMessages", "100000000",
              "retainedMaxBytes", "1099511627776"));

  private final Path home;

  /** The unpacked runtime in {@code home}. */
  Flux(Path home) {
    this.home = home;
  }

  @Override
  public String name() {
    return "flux";
  }

  @Override
  public boolean isJvm() {
    return true;
  }

  @Override
  public boolean isAvailable() {
    return Files.isExecutable(home.resolve("bin/flux-mqtt"));
  }

  @Override
  public Launch launch(Place place) throws IOException {
    Path etc = Files.createDirectories(place.folder().resolve("etc"));
    try (Stream<Path> files = Files.list(home.resolve("etc"))) {
      for (Path file : files.toList()) {
        Files.copy(file, etc.resolve(file.getFileName()));
      }
    }
    set(etc.resolve(LISTENER), Map.of("port", String.valueOf(place.port())));
    TreeMap<String, String> shown =
        new TreeMap<>(Map.of("engine", place.mode().isDurable() ? "auto" : "memory"));
    set(etc.resolve(STORE), shown);
    if (place.mode().isUnlimited()) {
      for (Map.Entry<String, Map<String, String>> file : LIMITS.entrySet()) {
        shown.putAll(file.getValue());
        set(etc.resolve(file.getKey()), file.getValue());
      }
    }
    return new Launch(
        List.of(home.resolve("bin/flux-mqtt").toString()),
        Map.of(
            "FLUX_MQTT_ETC",
            etc.toString(),
            "FLUX_MQTT_DATA",
            place.folder().resolve("data").toString(),
            "JAVA_OPTS",
            "-Xmx" + place.heap(),
            "FLUX_MQTT_CDS",
            "off"),
        "-Xmx" + place.heap() + ", as shipped, and " + Settings.text(shown));
  }

  private static void set(Path file, Map<String, String> keys) throws IOException {
    String text = Files.readString(file);
    for (Map.Entry<String, String> key : keys.entrySet()) {
      text = text.replaceFirst("(?m)^" + key.getKey() + "\\s*=.*(\\R|$)", "");
      text += key.getKey() + " = " + key.getValue() + "\n";
    }
    Files.writeString(file, text);
  }
}
