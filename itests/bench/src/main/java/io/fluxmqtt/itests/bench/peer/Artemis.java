package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** ActiveMQ Artemis from Maven Central. */
final class Artemis extends MavenPeer {
  private static final String LIMITS =
      """
      <address-settings><address-setting match="#">
        <max-size-bytes>-1</max-size-bytes><max-size-messages>-1</max-size-messages>
      </address-setting></address-settings>
      <global-max-size>-1</global-max-size>
      """;

  Artemis(Path projects) {
    super("artemis", projects);
  }

  @Override
  public Launch launch(Place place) throws IOException, InterruptedException {
    String limits = place.unlimited() ? LIMITS : "";
    String data = place.folder().resolve("data").toString();
    Path file = place.folder().resolve("broker.xml");
    Files.writeString(
        file,
        """
        <?xml version="1.0"?>
        <configuration xmlns="urn:activemq"><core xmlns="urn:activemq:core">
        <persistence-enabled>false</persistence-enabled>
        <security-enabled>false</security-enabled>
        <message-counter-enabled>false</message-counter-enabled>
        <bindings-directory>%1$s</bindings-directory>
        <journal-directory>%1$s</journal-directory>
        <paging-directory>%1$s</paging-directory>
        <large-messages-directory>%1$s</large-messages-directory>
        <acceptors>
          <acceptor name="mqtt">tcp://127.0.0.1:%2$d?protocols=MQTT;tcpNoDelay=true</acceptor>
        </acceptors>
        %3$s
        </core></configuration>
        """
            .formatted(data, place.port(), limits));
    return new Launch(
        java(List.of("-Xmx" + place.heap()), "Artemis", file.toString()),
        Map.of(),
        "2.55.0, -Xmx"
            + place.heap()
            + ", persistence-enabled=false, security-enabled=false; "
            + limits.replaceAll("\\s+", " "));
  }
}
