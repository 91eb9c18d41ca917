package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A peer that runs, in a process and a folder of its own. It ends with this object or the JVM. */
public final class Broker implements AutoCloseable {
  private static final long START_SECONDS = 120;
  private static final long LOOK_MILLIS = 20;
  private static final long REST_PATIENCE_SECONDS = 60;
  private static final long REST_MILLIS = 250;
  private static final double REST_SECONDS = 0.02; // of CPU in that time
  private static final byte[] CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 1, 'x'};

  private final Process process;
  private final InetSocketAddress address;
  private final Path folder;
  private final String settings;
  private final boolean isJvm;
  private final Thread hook = new Thread(this::kill);

  /**
   * What all brokers of a run share.
   *
   * @param work where each gets a folder of its own
   * @param heap the most that a JVM may have, as {@code -Xmx} takes it
   * @param cores as {@code taskset -c} takes them; empty to let the system choose
   */
  public record Site(Path work, String heap, String cores) {}

  private Broker(
      Process process, InetSocketAddress address, Path folder, String settings, boolean isJvm) {
    this.isJvm = isJvm;
    this.process = process;
    this.address = address;
    this.folder = folder;
    this.settings = settings;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a peer and waits until it accepts a client.
   *
   * @param mode how it is set up
   */
  public static Broker start(Peer peer, Site site, Mode mode)
      throws IOException, InterruptedException {
    Path work = Files.createDirectories(site.work());
    Path folder = Files.createTempDirectory(work, peer.name() + "-");
    int port = freePort();
    Peer.Launch launch = peer.launch(new Peer.Place(folder, port, site.heap(), mode));
    List<String> command = new ArrayList<>();
    if (!site.cores().isEmpty()) {
      command.addAll(
          List.of("taskset", "-c", site.cores())); // becomes the broker: the pid is its own
    }
    command.addAll(launch.command());
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
    builder.environment().putAll(launch.environment());
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
    Broker broker = new Broker(builder.start(), address, folder, launch.settings(), peer.isJvm());
    try {
      broker.awaitReady();
      return broker;
    } catch (IOException | InterruptedException e) {
      broker.close();
      throw e;
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!accepts()) {
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        String state = process.isAlive() ? "not ready" : "ended with " + process.exitValue();
        throw new IOException(state + "; its last words: " + lastWords());
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private boolean accepts() {
    try (Socket socket = new Socket()) {
      socket.connect(address);
      socket.setSoTimeout(1_000);
      socket.getOutputStream().write(CONNECT);
      byte[] answer = socket.getInputStream().readNBytes(4);
      return answer.length == 4 && answer[3] == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("log"));
    return String.join("; ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  public InetSocketAddress address() {
    return address;
  }

  public String settings() {
    return settings;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits until it rests, so that what one measurement leaves behind, subscriptions of a thousand
   * clients to be removed for example, spoils neither its next one nor that of another broker.
   */
  public void awaitRest() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(REST_PATIENCE_SECONDS);
    double used;
    do {
      double before = meter().cpuSeconds();
      Thread.sleep(REST_MILLIS);
      used = meter().cpuSeconds() - before;
    } while (used > REST_SECONDS && System.nanoTime() - end < 0);
  }

  /** Its meter. */
  public Meter meter() {
    return new Meter(process.pid());
  }

  /** What it knows of itself, after a full collection; nothing if it runs in no JVM. */
  public Optional<Inside> inside() throws IOException {
    return isJvm ? Optional.of(Inside.of(process.pid(), folder)) : Optional.empty();
  }

  private void kill() {
    process.destroyForcibly();
  }

  /** Ends the process and removes its folder. */
  @Override
  public void close() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    Runtime.getRuntime().removeShutdownHook(hook);
    try (Stream<Path> paths = Files.walk(folder)) {
      paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
