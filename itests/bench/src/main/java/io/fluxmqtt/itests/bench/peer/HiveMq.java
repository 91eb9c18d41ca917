package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** HiveMQ Community Edition from Maven Central. */
final class HiveMq extends MavenPeer {
  private static final String LIMITS =
      """
      <mqtt>
        <queued-messages><max-queue-size>10000000</max-queue-size></queued-messages>
        <packets><max-packet-size>268435460</max-packet-size></packets>
        <receive-maximum><server-receive-maximum>65535</server-receive-maximum></receive-maximum>
      </mqtt>
      <restrictions>
        <max-connections>-1</max-connections>
        <incoming-bandwidth-throttling>0</incoming-bandwidth-throttling>
      </restrictions>
      """;

  HiveMq(Path projects) {
    super("hivemq", projects);
  }

  @Override
  public Launch launch(Place place) throws IOException, InterruptedException {
    Path folder = place.folder();
    Path conf = Files.createDirectories(folder.resolve("conf"));
    String limits = place.mode().isUnlimited() ? LIMITS : "";
    String persistence = place.mode().isDurable() ? "file" : "in-memory";
    Files.writeString(
        conf.resolve("config.xml"),
        """
        <?xml version="1.0"?>
        <hivemq>
        <listeners><tcp-listener>
          <port>%d</port><bind-address>127.0.0.1</bind-address>
        </tcp-listener></listeners>
        %s
        <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
        <persistence><mode>%s</mode></persistence>
        </hivemq>
        """
            .formatted(place.port(), limits, persistence));
    Files.writeString(
        conf.resolve("logback.xml"), "<configuration><root level=\"ERROR\"/></configuration>");
    List<String> options =
        List.of(
            "-Xmx" + place.heap(),
            "-Dlogback.configurationFile=" + conf.resolve("logback.xml"),
            "-Dhivemq.log.folder=" + Files.createDirectories(folder.resolve("log-folder")));
    List<String> command =
        java(
            options,
            "HiveMq",
            conf.toString(),
            Files.createDirectories(folder.resolve("data")).toString(),
            Files.createDirectories(folder.resolve("extensions")).toString());
    return new Launch(
        command,
        Map.of(),
        "CE 2025.5, -Xmx%s, persistence mode %s; %s"
            .formatted(place.heap(), persistence, limits.replaceAll("\\s+", " ")));
  }
}
