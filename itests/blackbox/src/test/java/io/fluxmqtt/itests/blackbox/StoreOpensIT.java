package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A store that cannot be opened: what the log says, and that it opens when the cause is gone. */
class StoreOpensIT {
  private static final String STORE = "io.fluxmqtt.store.cfg";
  private static final String READY = "flux-mqtt ready:";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  static List<String> engines() throws IOException {
    return DurableIT.engines();
  }

  @ParameterizedTest
  @MethodSource("engines")
  void lockedFolderIsWaitedFor(String engine) throws Exception {
    try (BrokerProcess broker = prepare("locked", engine)) {
      Path folder = Files.createDirectories(store(broker).resolve(engine));
      try (FileChannel lock =
              FileChannel.open(
                  folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = lock.lock()) {
        assertTrue(held.isValid());
        broker.launch();
        String line = broker.awaitLine("cannot be opened", LIMIT);
        assertTrue(line.contains("tries again by itself"), line);
        assertTrue(line.contains(folder + ""), line);
        assertTrue(line.contains("in use by another broker"), line);
        assertFalse(broker.find(READY, 0).isPresent(), broker.log());
      }
      comesUp(broker, "the store is open now");
      assertEquals(1, count(broker, "cannot be opened"), broker.log());
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void folderThatCannotBeWrittenIsWaitedFor(String engine) throws Exception {
    try (BrokerProcess broker = prepare("unwritable", engine)) {
      Files.createDirectories(store(broker));
      Path inTheWay = Files.createFile(store(broker).resolve(engine));
      broker.launch();
      String line = broker.awaitLine("cannot be opened", LIMIT);
      assertTrue(line.contains(inTheWay + ""), line);
      assertFalse(broker.find(READY, 0).isPresent(), broker.log());
      Files.delete(inTheWay);
      comesUp(broker, "the store is open now");
    }
  }

  @Test
  void dataFolderThatCannotBeWrittenIsWaitedFor() throws Exception {
    try (BrokerProcess broker = prepare("unwritable-data", "mvstore")) {
      Files.createDirectories(store(broker).getParent());
      Path inTheWay = Files.createFile(store(broker));
      broker.launch();
      String line = broker.awaitLine("cannot be used", LIMIT);
      assertTrue(line.contains(inTheWay + ""), line);
      Files.delete(inTheWay);
      comesUp(broker, "the store takes the engine mvstore");
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void dataOfALaterVersionAreRefusedAndLeftByteForByte(String engine) throws Exception {
    try (BrokerProcess broker = prepare("newer", engine)) {
      broker.start();
      try (RawClient client = RawClient.connected(broker.address(), ConnectPacket.v5("a"))) {
        client.publishRetained("kept", "x");
      }
      broker.stop(LIMIT);
      Path note = store(broker).resolve("engine.txt");
      Files.writeString(note, Files.readString(note).replaceFirst("format = \\d+", "format = 99"));
      Map<Path, String> before = contents(store(broker));
      broker.launch();
      String line = broker.awaitLine("have format 99", LIMIT);
      assertTrue(line.contains("start the version that wrote them"), line);
      assertFalse(broker.find(READY, 0).isPresent(), broker.log());
      broker.stop(LIMIT);
      assertEquals(before, contents(store(broker)));
    }
  }

  private static BrokerProcess prepare(String name, String engine) throws IOException {
    BrokerProcess broker = BrokerProcess.prepare(name + "-" + engine);
    broker.set(STORE, "engine", engine);
    return broker;
  }

  private static Path store(BrokerProcess broker) {
    return broker.folder().resolve("data/store");
  }

  private static void comesUp(BrokerProcess broker, String line) throws Exception {
    broker.awaitLine(line, LIMIT);
    broker.awaitLine(READY, LIMIT);
    try (RawClient client = RawClient.connected(broker.address(), ConnectPacket.v5("a"))) {
      client.publishRetained("kept", "x");
    }
  }

  private static long count(BrokerProcess broker, String part) {
    return broker.lines(0).stream().filter(line -> line.contains(part)).count();
  }

  private static Map<Path, String> contents(Path folder) throws IOException {
    Map<Path, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(file, HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return contents;
  }
}
