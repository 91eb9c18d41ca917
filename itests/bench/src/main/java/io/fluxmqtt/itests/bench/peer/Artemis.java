package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** ActiveMQ Artemis from Maven Central. */
final class Artemis extends MavenPeer {
  private static final String LIMITS =
      """
      <address-settings><address-setting match="#">
        <max-size-bytes>-1</max-size-bytes><max-size-messages>-1</max-size-messages>
      </address-setting></address-settings>
      <global-max-size>-1</global-max-size>
      """;

  private static final String MEMORY = "<persistence-enabled>false</persistence-enabled>\n";
  private static final List<String> LIBRARIES = List.of("/usr/lib", "/usr/lib64");

  Artemis(Path projects) {
    super("artemis", projects);
  }

  @Override
  public Launch launch(Place place) throws IOException, InterruptedException {
    String limits = place.mode().isUnlimited() ? LIMITS : "";
    String persistence = place.mode().isDurable() ? journal(place) : MEMORY;
    String data = place.folder().resolve("data").toString();
    Path file = place.folder().resolve("broker.xml");
    Files.writeString(
        file,
        """
        <?xml version="1.0"?>
        <configuration xmlns="urn:activemq"><core xmlns="urn:activemq:core">
        %4$s
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
            .formatted(data, place.port(), limits, persistence));
    return new Launch(
        java(List.of("-Xmx" + place.heap()), "Artemis", file.toString()),
        Map.of(),
        "2.55.0, -Xmx"
            + place.heap()
            + ", security-enabled=false; "
            + (persistence + limits).replaceAll("\\s+", " "));
  }

  /**
   * Syncs whatever it acknowledges; waits for company as long as a sync takes, as its installer
   * sets it.
   */
  private static String journal(Place place) throws IOException {
    return """
        <persistence-enabled>true</persistence-enabled>
        <journal-type>%s</journal-type>
        <journal-datasync>true</journal-datasync>
        <journal-sync-transactional>true</journal-sync-transactional>
        <journal-sync-non-transactional>true</journal-sync-non-transactional>
        <journal-buffer-timeout>%d</journal-buffer-timeout>
        """
        .formatted(hasLibaio() ? "ASYNCIO" : "NIO", Disk.of(place.folder()).syncNanos());
  }

  private static boolean hasLibaio() throws IOException {
    for (String folder : LIBRARIES) {
      try (Stream<Path> files = Files.find(Path.of(folder), 2, (path, what) -> isLibaio(path))) {
        if (files.findAny().isPresent()) {
          return true;
        }
      } catch (NoSuchFileException | UncheckedIOException e) {
        // Not such a system.
      }
    }
    return false;
  }

  private static boolean isLibaio(Path path) {
    return path.getFileName().toString().equals("libaio.so.1");
  }
}
