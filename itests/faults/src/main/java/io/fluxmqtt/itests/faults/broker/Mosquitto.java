package io.fluxmqtt.itests.faults.broker;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Debian's mosquitto with its persistence as shipped, which writes every half hour: it has its
 * sessions after a kill, since it is told to write these, and lost what was acknowledged since. So
 * whoever finds nothing here finds nothing anywhere.
 */
public final class Mosquitto implements Victim {
  private static final Path DATABASE = Path.of("mosquitto.db");

  private final String program;
  private final Path folder;
  private final int port;
  private Process process;

  public Mosquitto(String program, Path folder) throws IOException {
    this.program = program;
    this.folder = Files.createDirectories(folder).toAbsolutePath();
    port = BrokerProcess.freePort();
    Files.writeString(
        folder.resolve("mosquitto.conf"),
        """
        listener %d 127.0.0.1
        allow_anonymous true
        persistence true
        persistence_location %s/
        max_queued_messages 0
        user root
        """
            .formatted(port, folder.toAbsolutePath()));
  }

  @Override
  public Duration start() throws Exception {
    long begin = System.nanoTime();
    process =
        new ProcessBuilder(program, "-c", folder.resolve("mosquitto.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    Await.until("mosquitto listens", this::isListening);
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private boolean isListening() {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public BrokerAddress address() {
    return BrokerAddress.loopback(port);
  }

  @Override
  public Path data() {
    return folder;
  }

  @Override
  public void keepSessions() throws Exception {
    Path database = folder.resolve(DATABASE);
    new ProcessBuilder("kill", "-USR1", Long.toString(process.pid())).start().waitFor();
    Await.until("mosquitto has written its sessions", () -> Files.exists(database));
  }

  @Override
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (process != null) {
      kill();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(each);
      }
    }
  }
}
