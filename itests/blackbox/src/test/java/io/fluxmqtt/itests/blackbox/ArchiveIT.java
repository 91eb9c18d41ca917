package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The class-data archive: made at the first start, mapped by the later ones, never in the way. */
@Timeout(300)
class ArchiveIT {
  private static final String MADE = "class-data archive made";
  private static final String SOON = "-Xmx256m -Dflux.mqtt.afterwards.millis=0";
  private static final Duration LIMIT = Duration.ofSeconds(180);

  @Test
  void firstStartMakesItAndLaterOnesMapIt() throws Exception {
    try (BrokerProcess broker =
        prepare("an archive", Map.of("FLUX_MQTT_CDS", "on", "JAVA_OPTS", SOON))) {
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
      assertIgnored(broker);
      broker.awaitLine(MADE, LIMIT);
      restart(broker);
      assertTrue(isMapped(broker), broker.log());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"truncated", "empty", "random bytes", "no checksum", "no shell tools"})
  void oneThatCannotBeTrustedIsNotMapped(String damage) throws Exception {
    Map<String, String> environment = new HashMap<>(Map.of("FLUX_MQTT_CDS", "on"));
    environment.put("JAVA_OPTS", "-Xmx256m -Dflux.mqtt.afterwards.millis=600000");
    try (BrokerProcess broker = prepare(environment)) {
      byte[] bytes = new byte[1 << 20];
      new Random(1).nextBytes(bytes);
      Path folder = Files.createDirectories(archive(broker).getParent());
      Files.write(archive(broker), bytes);
      Files.writeString(folder.resolve("archive.sum"), cksum(broker));
      switch (damage) {
        case "truncated" -> Files.write(archive(broker), Arrays.copyOf(bytes, 4711));
        case "empty" -> Files.write(archive(broker), new byte[0]);
        case "random bytes" -> {} // though the checksum is right
        case "no checksum" -> Files.delete(folder.resolve("archive.sum"));
        default -> {
          Files.delete(folder.resolve("archive.sum"));
          environment.put("PATH", failing(broker, "cksum", "rm") + ":" + System.getenv("PATH"));
        }
      }
      broker.start();
      assertIgnored(broker);
      RawClient.connected(broker.address(), ConnectPacket.v5("served")).close();
    }
  }

  @Test
  void noneIsLeftWhereItsFileCannotBeWritten() throws Exception {
    try (BrokerProcess broker = prepare()) {
      Path script = broker.folder().resolve("home/bin/flux-mqtt");
      Path shipped = Files.move(script, script.resolveSibling("shipped"));
      script(script, "ulimit -f 8192\nexec '" + shipped + "'\n");
      broker.start();
      broker.awaitLine("no class-data archive was made", LIMIT);
      Await.until("the rest is deleted", () -> left(broker).equals(List.of("archive.for")));
      assertEquals(0, broker.process().descendants().count());
      RawClient.connected(broker.address(), ConnectPacket.v5("served")).close();
      restart(broker);
      assertIgnored(broker);
    }
  }

  @Test
  void eachJavaHasItsOwn() throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("FLUX_MQTT_CDS", "on");
    environment.put("JAVA_OPTS", SOON);
    try (BrokerProcess broker = prepare(environment)) {
      broker.start();
      broker.awaitLine(MADE, LIMIT);
      broker.stop(Duration.ofSeconds(10));
      environment.put("JAVA_HOME", otherJava(broker).toString());
      broker.start();
      assertIgnored(broker);
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
      assertIgnored(broker);
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
    return prepare("archive", environment);
  }

  private static BrokerProcess prepare(String name, Map<String, String> environment)
      throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs /proc");
    return BrokerProcess.prepare(name, environment);
  }

  /** The JVM has not mapped it, and nobody has said so. */
  private static void assertIgnored(BrokerProcess broker) throws IOException {
    assertFalse(isMapped(broker));
    List<String> said =
        broker.lines(0).stream().filter(line -> line.matches(".*(jsa|cds|warning|rm:).*")).toList();
    assertEquals(List.of(), said);
  }

  /** A folder with tools that only fail: what a read-only disk makes of them. */
  private static Path failing(BrokerProcess broker, String... tools) throws IOException {
    Path folder = Files.createDirectories(broker.folder().resolve("tools"));
    for (String tool : tools) {
      script(folder.resolve(tool), "echo 'rm: read-only' >&2\nexit 1\n");
    }
    return folder;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text);
    assertTrue(file.toFile().setExecutable(true));
  }

  private static String cksum(BrokerProcess broker) throws Exception {
    Path lib = broker.folder().resolve("home/lib");
    String all = "cat '%s' '%s' '%s' | cksum";
    all = all.formatted(archive(broker), lib.resolve("felix.jar"), lib.resolve("launcher.jar"));
    Process process = new ProcessBuilder("sh", "-c", all).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** A Java of another build: the one that runs this, linked anew. */
  private static Path otherJava(BrokerProcess broker) throws Exception {
    Path own = Path.of(System.getProperty("java.home"));
    Assumptions.assumeTrue(
        Files.isDirectory(own.resolve("jmods")),
        "needs the Debian package openjdk-17-jdk-headless");
    Path linked = broker.folder().resolve("linked");
    run(
        own.resolve("bin/jlink").toString(),
        "--add-modules",
        "java.se,jdk.management,jdk.unsupported,jdk.crypto.ec",
        "--output",
        linked.toString());
    run(linked.resolve("bin/java").toString(), "-Xshare:dump");
    return linked;
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
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
