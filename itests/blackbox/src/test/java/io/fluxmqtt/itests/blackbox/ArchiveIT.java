package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The class-data archive: made at the first start, mapped by the later ones, never in the way. */
@Timeout(300)
class ArchiveIT {
  private static final String MADE = "class-data archive made";
  private static final String SOON = "-Xmx256m -Dflux.mqtt.afterwards.millis=0";
  private static final Duration LIMIT = Duration.ofSeconds(180);

  @Test
  void firstStartMakesItAndLaterOnesMapIt() throws Exception {
    try (BrokerProcess broker = prepare()) {
      List<String> home = home(broker);
      broker.start();
      assertFalse(isMapped(broker));
      broker.awaitLine(MADE, LIMIT);
      assertEquals(List.of("archive.for", "archive.jsa", "archive.sum"), left(broker));
      assertEquals(home, home(broker), "nothing is written there: it may be read-only");
      restart(broker);
      assertTrue(isMapped(broker), broker.log());
      Await.until("the old cache is gone", () -> !Files.exists(data(broker).resolve("cache.old")));
      restart(broker);
      assertTrue(isMapped(broker), "it is there to stay\n" + broker.log());
      RawClient.connected(broker.address(), ConnectPacket.v5("mapped")).close();
    }
  }

  @Test
  void oneThatIsDamagedIsMadeAnewWithoutAWord() throws Exception {
    try (BrokerProcess broker = prepare()) {
      broker.start();
      broker.awaitLine(MADE, LIMIT);
      broker.stop(Duration.ofSeconds(10));
      byte[] bytes = Files.readAllBytes(archive(broker));
      for (int i = bytes.length / 2; i < bytes.length / 2 + 4096; i++) {
        bytes[i] ^= 0x55;
      }
      Files.write(archive(broker), bytes);
      broker.start();
      assertFalse(isMapped(broker));
      assertEquals(0, broker.lines(0).stream().filter(line -> line.contains("jsa")).count());
      broker.awaitLine(MADE, LIMIT);
      restart(broker);
      assertTrue(isMapped(broker), broker.log());
    }
  }

  @Test
  void oneForOtherJarsIsMadeAnewWithoutAWord() throws Exception {
    try (BrokerProcess broker = prepare()) {
      broker.start();
      broker.awaitLine(MADE, LIMIT);
      broker.stop(Duration.ofSeconds(10));
      Path felix = broker.folder().resolve("home/lib/felix.jar");
      Files.setLastModifiedTime(felix, FileTime.fromMillis(1_000_000_000_000L));
      broker.start();
      assertFalse(isMapped(broker), "the JVM refuses it");
      assertEquals(0, broker.lines(0).stream().filter(line -> line.contains("jsa")).count());
      broker.awaitLine(MADE, LIMIT);
    }
  }

  @Test
  void whoeverWantsNoneGetsNone() throws Exception {
    try (BrokerProcess broker = prepare(Map.of("FLUX_MQTT_CDS", "off", "JAVA_OPTS", SOON))) {
      broker.start();
      broker.stop(Duration.ofSeconds(10));
      broker.start();
      awaitLauncher(broker);
      assertFalse(Files.exists(data(broker).resolve("cache.old")));
      assertFalse(Files.exists(data(broker).resolve("cds")));
      assertEquals(0, broker.process().descendants().count());
    }
  }

  @Test
  void trainingHasNoneOfTheBrokersFilesAndPorts() throws Exception {
    try (BrokerProcess broker = prepare()) {
      broker.start();
      ProcessHandle training = training(broker);
      Path own = data(broker).resolve("cds/training");
      try (Stream<Path> open = Files.list(Path.of("/proc/" + training.pid() + "/fd"))) {
        for (Path file : open.toList()) {
          Path target = target(file);
          assertTrue(
              !target.startsWith(broker.folder())
                  || target.startsWith(own)
                  || target.toString().endsWith(".jar"),
              target.toString());
        }
      }
      RawClient.connected(broker.address(), ConnectPacket.v5("served")).close();
      broker.awaitLine(MADE, LIMIT);
      assertFalse(Files.exists(own));
    }
  }

  @Test
  void stopDoesNotWaitForTheTrainingAndEndsIt() throws Exception {
    try (BrokerProcess broker = prepare()) {
      broker.start();
      ProcessHandle training = training(broker);
      Duration took = broker.stop(Duration.ofSeconds(10));
      System.out.printf("ArchiveIT: ended %d ms after SIGTERM%n", took.toMillis());
      assertTrue(took.compareTo(StopIT.limit()) <= 0, took + "\n" + broker.log());
      Await.until("the training ends", LIMIT, () -> !training.isAlive());
      assertFalse(Files.exists(archive(broker)));
    }
  }

  @Test
  void trainingEndsWithABrokerThatIsKilled() throws Exception {
    try (BrokerProcess broker = prepare()) {
      broker.start();
      ProcessHandle training = training(broker);
      broker.kill();
      Await.until("the training ends", LIMIT, () -> !training.isAlive());
      broker.process().waitFor();
      assertFalse(Files.exists(archive(broker)));
      broker.start();
      broker.awaitLine(MADE, LIMIT);
    }
  }

  @Test
  void afterThreeTrialsForTheSameJarsNoneIsMade() throws Exception {
    try (BrokerProcess broker = prepare()) {
      for (int i = 0; i < 3; i++) {
        broker.start();
        training(broker);
        broker.stop(Duration.ofSeconds(10));
      }
      broker.start();
      awaitLauncher(broker);
      assertEquals(0, broker.process().descendants().count());
      assertEquals(List.of("archive.for"), left(broker));
    }
  }

  private static BrokerProcess prepare() throws IOException {
    return prepare(Map.of("FLUX_MQTT_CDS", "on", "JAVA_OPTS", SOON));
  }

  private static BrokerProcess prepare(Map<String, String> environment) throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs /proc");
    return BrokerProcess.prepare("archive", environment);
  }

  private static void restart(BrokerProcess broker) throws Exception {
    broker.stop(Duration.ofSeconds(10));
    broker.start();
  }

  private static Path data(BrokerProcess broker) {
    return broker.folder().resolve("data");
  }

  private static Path archive(BrokerProcess broker) {
    return data(broker).resolve("cds/archive.jsa");
  }

  private static List<String> left(BrokerProcess broker) throws IOException {
    try (Stream<Path> files = Files.list(data(broker).resolve("cds"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static List<String> home(BrokerProcess broker) throws IOException {
    try (Stream<Path> files = Files.walk(broker.folder().resolve("home"))) {
      return files.map(file -> file + " " + file.toFile().lastModified()).sorted().toList();
    }
  }

  private static boolean isMapped(BrokerProcess broker) throws IOException {
    String maps = Files.readString(Path.of("/proc/" + broker.process().pid() + "/maps"));
    return maps.contains("/archive.jsa");
  }

  /** The process that trains, once its framework runs. */
  private static ProcessHandle training(BrokerProcess broker) throws Exception {
    Duration limit = Duration.ofSeconds(60);
    // One that is left over is deleted before there is a process.
    Await.until("a process", limit, () -> broker.process().descendants().count() > 0);
    Path own = data(broker).resolve("cds/training/data/cache");
    Await.until("its framework", limit, () -> Files.exists(own));
    return broker.process().descendants().findFirst().orElseThrow();
  }

  /** Waits until the launcher's thread, which begins before the ready line, has nothing to do. */
  private static void awaitLauncher(BrokerProcess broker) throws Exception {
    Path threads = Path.of("/proc/" + broker.process().pid() + "/task");
    Await.until(
        "the launcher is done",
        () -> {
          try (Stream<Path> all = Files.list(threads)) {
            return all.noneMatch(thread -> name(thread).startsWith("flux-mqtt-launc"));
          }
        });
  }

  private static String name(Path thread) {
    try {
      return Files.readString(thread.resolve("comm"));
    } catch (IOException e) {
      return "ended";
    }
  }

  private static Path target(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (IOException e) {
      return link; // closed meanwhile
    }
  }
}
