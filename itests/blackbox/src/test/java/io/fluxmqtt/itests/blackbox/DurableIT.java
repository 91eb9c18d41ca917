package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What was acknowledged is there after SIGKILL, on each engine that is shipped; and on no other.
 */
class DurableIT {
  private static final String STORE = "io.fluxmqtt.store.cfg";
  private static final Pattern ENGINE = Pattern.compile("io\\.fluxmqtt\\.store\\.([a-z0-9]+)-.*");
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int MESSAGES = 200;
  private static final long HOUR = 3_600;

  /** The engines with a disk that are in the runtime's folder. */
  static List<String> engines() throws IOException {
    try (Stream<Path> jars = Files.list(Path.of(System.getProperty("runtime.home"), "bundle"))) {
      List<String> engines =
          jars.map(jar -> ENGINE.matcher(jar.getFileName().toString()))
              .filter(Matcher::matches)
              .map(matcher -> matcher.group(1))
              .filter(name -> !name.equals("memory"))
              .toList();
      assertTrue(engines.contains("mvstore"), engines.toString());
      return engines;
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void whatWasAcknowledgedOutlivesAKill(String engine) throws Exception {
    try (BrokerProcess broker = BrokerProcess.prepare("durable-" + engine)) {
      broker.set(STORE, "engine", engine);
      broker.start();
      leaveSession(broker);
      try (RawClient publisher = connect(broker, "publisher")) {
        for (int i = 0; i < MESSAGES; i++) {
          assertEquals(0, publisher.publish("queue/" + i % 7, "message " + i));
        }
        publisher.publishFully(0x04, "queue/once", "exactly once");
        publisher.publishRetained("kept/a", "old");
        publisher.publishRetained("kept/a", "new");
        publisher.publishRetained("kept/b", "removed");
        publisher.publishRetained("kept/b", "");
      }
      killAndStart(broker);

      try (RawClient subscriber = RawClient.open(broker.address())) {
        assertTrue(resumes(subscriber), "session present");
        for (int i = 0; i < MESSAGES / 2; i++) {
          subscriber.take("message " + i);
        }
      }
      killAndStart(broker);

      try (RawClient subscriber = RawClient.open(broker.address())) {
        assertTrue(resumes(subscriber), "session present");
        Set<String> rest = new TreeSet<>();
        for (RawPacket next = subscriber.expect(Wire.PUBLISH); ; ) {
          subscriber.acknowledge(next);
          rest.add(next.payloadText());
          if (next.payloadText().equals("exactly once")) {
            break;
          }
          next = subscriber.expect(Wire.PUBLISH);
        }
        for (int i = MESSAGES / 2; i < MESSAGES; i++) {
          assertTrue(rest.contains("message " + i), "message " + i);
        }
        subscriber.expectNothing();
        assertEquals(1, subscriber.subscribe("kept/#", 1));
        subscriber.take("new");
        subscriber.expectNothing();
      }
    }
  }

  /** A session that is away, with a subscription. */
  private static void leaveSession(BrokerProcess broker) throws IOException {
    try (RawClient subscriber =
        RawClient.connected(broker.address(), ConnectPacket.v5("away").sessionExpiry(HOUR))) {
      assertEquals(2, subscriber.subscribe("queue/#", 2));
      subscriber.disconnect();
    }
  }

  private static boolean resumes(RawClient client) throws IOException {
    RawPacket connAck = client.connect(ConnectPacket.v5("away").sessionExpiry(HOUR).resume());
    assertEquals(0, connAck.reason());
    return connAck.sessionPresent();
  }

  private static RawClient connect(BrokerProcess broker, String id) throws IOException {
    return RawClient.connected(broker.address(), ConnectPacket.v5(id));
  }

  private static void killAndStart(BrokerProcess broker) throws Exception {
    broker.kill();
    broker.process().waitFor();
    broker.start();
  }

  @Test
  void engineIsChosenOnceAndNoOtherBeginsWithoutItsData() throws Exception {
    try (BrokerProcess broker = BrokerProcess.prepare("engine")) {
      broker.set(STORE, "engine", "mvstore");
      broker.start();
      Path store = broker.folder().resolve("data/store");
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(store)));
      leaveSession(broker);
      broker.stop(LIMIT);

      broker.set(STORE, "engine", "rocksdb");
      refused(broker, store + " holds data of the engine mvstore; set auto or mvstore");
      broker.set(STORE, "engine", "auto");
      Path jar = broker.bundle("io.fluxmqtt.store.mvstore-");
      Path away = broker.folder().resolve("away.jar");
      Files.move(jar, away);
      refused(broker, "the engine mvstore is not installed");
      Files.move(away, jar);
      broker.start();
      try (RawClient subscriber = RawClient.open(broker.address())) {
        assertTrue(resumes(subscriber), "session present");
      }
      broker.stop(LIMIT);

      Path note = store.resolve("engine.txt");
      Files.writeString(note, Files.readString(note).replace("format = 1", "format = 2"));
      Path data = store.resolve("mvstore/mvstore.db");
      byte[] before = Files.readAllBytes(data);
      refused(broker, note + ": the data have format 2, this version reads 1");
      assertTrue(java.util.Arrays.equals(before, Files.readAllBytes(data)), "untouched");
    }
  }

  @Test
  void engineThatCannotBeLoadedIsReplacedWhereThereAreNoDataYet() throws Exception {
    Map<String, String> nowhereToUnpack =
        Map.of("JAVA_OPTS", "-Xmx256m -Djava.io.tmpdir=/proc/no-such-folder");
    try (BrokerProcess broker = BrokerProcess.prepare("unloadable", nowhereToUnpack)) {
      broker.bundle("io.fluxmqtt.store.rocksdb-"); // it is there
      Path store = broker.folder().resolve("data/store");
      Path unpacked = store.resolve("native");
      Files.createDirectories(store);
      Files.createFile(unpacked);
      broker.start();
      broker.awaitLine("the engine rocksdb is not available: RocksDB's native library", LIMIT);
      broker.awaitLine("the store takes the engine mvstore", LIMIT);
      leaveSession(broker);
      broker.stop(LIMIT);
      Files.delete(unpacked);
      broker.start(); // now it could be loaded, but there are data
      try (RawClient subscriber = RawClient.open(broker.address())) {
        assertTrue(resumes(subscriber), "session present");
      }
      broker.stop(LIMIT);
    }
    try (BrokerProcess broker = BrokerProcess.prepare("unloadable-later", nowhereToUnpack)) {
      broker.start();
      broker.awaitLine("the store takes the engine rocksdb", LIMIT);
      broker.stop(LIMIT);
      Path unpacked = broker.folder().resolve("data/store/native");
      Files.move(unpacked, broker.folder().resolve("away"));
      Files.createFile(unpacked);
      refused(broker, "the engine rocksdb cannot run on this machine");
    }
  }

  private static void refused(BrokerProcess broker, String why) throws Exception {
    broker.launch();
    String line = broker.awaitLine(why, LIMIT);
    assertTrue(line.contains("the store, and with it the broker, stays down"), line);
    assertFalse(broker.find("flux-mqtt ready", 0).isPresent(), broker.log());
    broker.stop(LIMIT);
  }
}
