package io.fluxmqtt.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.disk.DiskImage;
import io.fluxmqtt.itests.faults.disk.Remains;
import io.fluxmqtt.itests.faults.disk.Shim;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a power cut, a kill and a stop leave of messages that are acknowledged before a sync. */
final class DurabilityIT {
  private static final String SESSION = "io.fluxmqtt.session.cfg";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long LONG_AFTER_NANOS = 5_000_000_000L; // for an interval of 200 ms

  static List<String> engines() throws IOException {
    return Flux.durableEngines();
  }

  @ParameterizedTest
  @MethodSource("engines")
  void topicsAreAsDurableAsConfiguredAndNoMore(String engine) throws Exception {
    Optional<Path> library = Cuts.library();
    assumeTrue(library.isPresent(), "cc is missing; install " + Shim.PACKAGES);
    Path work = Files.createDirectories(Path.of(System.getProperty("work.dir")));
    Path folder = Files.createTempDirectory(work, "durability-").toRealPath();
    Path data = folder.resolve("data");
    Shim shim = Shim.of(library.orElseThrow(), data.resolve("store"), folder);
    try (Flux flux = Flux.prepare(engine, data, shim.environment(true))) {
      flux.process().set(SESSION, "memoryTopics", "m/#");
      flux.process().set(SESSION, "intervalTopics", "i/#");
      flux.process().set(SESSION, "syncIntervalMillis", 60_000);
      Disk disk = new Disk(flux, shim);

      disk.start();
      leaveSession(flux);
      publish(flux, "i/lost", "m/lost");
      disk.cut();
      expect(flux); // nothing: else what follows would prove nothing

      publish(flux, "m/one", "i/two", "synced/three");
      disk.cut();
      expect(flux, "m/one", "i/two", "synced/three");

      publish(flux, "m/lost");
      disk.kill();
      expect(flux);

      publish(flux, "m/stopped", "i/stopped");
      flux.process().stop(LIMIT);
      flux.process().set(SESSION, "syncIntervalMillis", 200);
      disk.start();
      expect(flux, "m/stopped", "i/stopped");

      long syncs = disk.syncs();
      publish(flux, "m/early", "i/early");
      long acknowledged = System.nanoTime();
      Await.until(
          "a sync, and what the interval promises",
          LIMIT,
          () -> disk.syncs() > syncs && System.nanoTime() - acknowledged > LONG_AFTER_NANOS);
      disk.cut();
      expect(flux, "m/early", "i/early");
    } finally {
      Folders.delete(folder);
    }
  }

  private static void leaveSession(Flux flux) throws IOException {
    try (RawClient subscriber = RawClient.connected(flux.address(), away())) {
      assertEquals(1, subscriber.subscribe("#", 1));
      subscriber.disconnect();
    }
  }

  private static ConnectPacket away() {
    return ConnectPacket.v5("away").sessionExpiry(3_600).resume();
  }

  /** Publishes to each topic its own name; all are acknowledged when it returns. */
  private static void publish(Flux flux, String... topics) throws IOException {
    try (RawClient publisher = RawClient.connected(flux.address(), ConnectPacket.v5("publisher"))) {
      for (String topic : topics) {
        assertEquals(0, publisher.publish(topic, topic), topic);
      }
    }
  }

  /** The session is there, and gets these messages and no other. */
  private static void expect(Flux flux, String... topics) throws IOException {
    try (RawClient subscriber = RawClient.open(flux.address())) {
      assertTrue(subscriber.connect(away()).sessionPresent(), "session present");
      for (String topic : topics) {
        subscriber.take(topic);
      }
      subscriber.expectNothing();
      subscriber.disconnect();
    }
  }

  /** A broker on a disk that keeps what was synced. */
  private static final class Disk {
    private final Flux flux;
    private final Shim shim;
    private DiskImage image;

    Disk(Flux flux, Shim shim) {
      this.flux = flux;
      this.shim = shim;
    }

    void start() throws Exception {
      Files.deleteIfExists(shim.log());
      image = new DiskImage(shim.root(), true);
      flux.start();
    }

    long syncs() throws IOException {
      return image.follow(shim.log()).syncs();
    }

    void kill() throws Exception {
      flux.kill();
      start();
    }

    /** Kills the broker, takes away what was not synced, and starts it again. */
    void cut() throws Exception {
      flux.kill();
      image.follow(shim.log());
      assertTrue(image.blind().isEmpty(), () -> "not seen by the shim: " + image.blind());
      image.cut(Remains.SYNCED, new Random(1));
      start();
    }
  }
}
