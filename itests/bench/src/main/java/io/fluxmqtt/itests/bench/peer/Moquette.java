package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Moquette from Maven Central. */
final class Moquette extends MavenPeer {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "allow_anonymous", "true",
          "telemetry_enabled", "false");

  private static final Map<String, String> MEMORY = Map.of("persistence_enabled", "false");

  private static final Map<String, String> DURABLE =
      Map.of(
          "persistence_enabled", "true",
          "persistent_queue_type", "h2",
          "autosave_interval", "1"); // seconds; the least

  private static final Map<String, String> LIMITS =
      Map.of(
          "session_queue_size", "1000000", // commands that wait for a thread; the default is 1024
          "netty.mqtt.message_size", "268435455");

  Moquette(Path projects) {
    super("moquette", projects);
  }

  @Override
  public Launch launch(Place place) throws IOException, InterruptedException {
    TreeMap<String, String> settings = new TreeMap<>(SETTINGS);
    settings.putAll(place.mode().isDurable() ? DURABLE : MEMORY);
    if (place.mode().isUnlimited()) {
      settings.putAll(LIMITS);
    }
    String shown = Settings.text(settings);
    settings.put("host", "127.0.0.1");
    settings.put("port", String.valueOf(place.port()));
    settings.put("data_path", place.folder().resolve("data").toString());
    Path config = Files.createDirectories(place.folder().resolve("config"));
    Files.createDirectories(place.folder().resolve("data"));
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append(' ').append(value).append('\n'));
    Files.writeString(config.resolve("moquette.conf"), text);
    List<String> options =
        List.of(
            "-Xmx" + place.heap(),
            "-Dmoquette.path=" + place.folder(),
            "-Dlog4j.configuration=" + log(place.folder()));
    return new Launch(
        java(options, "io.moquette.broker.Server"),
        Map.of(),
        "0.17, -Xmx" + place.heap() + ", " + shown);
  }

  /** Errors only. */
  private static String log(Path folder) throws IOException {
    Path file = folder.resolve("log4j.properties");
    Files.writeString(
        file,
        """
        log4j.rootLogger=ERROR, out
        log4j.appender.out=org.apache.log4j.ConsoleAppender
        log4j.appender.out.layout=org.apache.log4j.SimpleLayout
        """);
    return file.toUri().toString();
  }
}
