package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ListenerInfo.State;
import io.fluxmqtt.api.config.SettingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is checked is checked at every kind of listener, in front of the real session manager. */
@Timeout(60)
class EveryKindTest {
  @ParameterizedTest
  @EnumSource
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  private @interface EveryKind {}

  private static final String ACCEPTED = "20 ";
  private static final byte[] PINGREQ = Bytes.hex("C000");
  private static final String PINGRESP = "d0 ";

  @TempDir Path folder;
  private LiveBroker broker;
  private Transport transport;
  private TcpListener listener;

  /** The loops under test. */
  Loops loops() {
    return new Loops(2, "this test wants NIO");
  }

  @BeforeEach
  void start() throws IOException {
    broker = new LiveBroker();
    transport = new Transport(loops(), 50);
  }

  @AfterEach
  void stop() {
    if (listener != null) {
      listener.close();
    }
    transport.close();
    broker.close();
  }

  /** Opens the listener with the keys of its kind and some others, key by key. */
  private void listen(Kind kind, String... others) throws IOException {
    Map<String, Object> keys = kind.keys(folder);
    for (int i = 0; i < others.length; i += 2) {
      keys.put(others[i], others[i + 1]);
    }
    ListenerSettings settings = TestListener.of(keys).settings();
    if (listener == null) {
      listener = new TcpListener(settings, transport, broker.sessions());
      listener.start();
    } else {
      listener.update(settings);
    }
  }

  private Line open(Kind kind) throws IOException {
    return kind.open(listener.info().uri());
  }

  private static byte[] connect(String clientId, int keepAlive) {
    return Bytes.packet(
        0x10, Bytes.of().text("MQTT").one(5).one(2).two(keepAlive).one(0).text(clientId));
  }

  private static byte[] connectAs(String user) {
    return Bytes.packet(
        0x10,
        Bytes.of()
            .text("MQTT")
            .one(5)
            .one(0xC2)
            .two(60)
            .one(0)
            .text("c-" + user)
            .text(user)
            .text("secret"));
  }

  private Line connected(Kind kind, String clientId) throws IOException {
    Line line = open(kind);
    assertAccepted(line.ask(connect(clientId, 60)));
    return line;
  }

  private static void assertAccepted(String answer) {
    assertTrue(answer.startsWith(ACCEPTED + "0000"), answer);
  }

  /** The Reason Code of a CONNACK or DISCONNECT, or what came instead. */
  private static String reason(String packet) {
    return packet.startsWith("20 ")
        ? "CONNACK " + packet.substring(5, 7)
        : packet.startsWith("e0 ") ? "DISCONNECT " + packet.substring(3, 5) : packet;
  }

  @EveryKind
  void authenticatorSaysWhoMayConnectAndSeesFromWhere(Kind kind) throws IOException {
    listen(kind);
    assertEquals(State.LISTENING, listener.info().state());
    try (Line good = open(kind);
        Line bad = open(kind)) {
      assertAccepted(good.ask(connectAs("joe")));
      if (kind.clientAddress() == null) {
        assertNull(broker.lastAddress);
      } else {
        assertEquals(kind.clientAddress(), broker.lastAddress.getAddress().getHostAddress());
      }
      assertEquals("CONNACK 86", reason(bad.ask(connectAs("bad"))));
      assertEquals("end", bad.receive());
      assertEquals(PINGRESP, good.ask(PINGREQ));
    }
  }

  /** Behind a proxy everybody may come, wherever the proxy is. */
  @EveryKind
  void listenerForAnonymousClientsOfOtherMachinesIsRefused(Kind kind) throws IOException {
    String host = kind.isProxied() ? "127.0.0.1" : "0.0.0.0";
    listen(kind, "host", host, "allowAnonymousRemote", "false");
    assertEquals(kind.isUnix() ? State.LISTENING : State.REFUSED, listener.info().state());
    listen(kind, "host", host, "allowAnonymousRemote", "true");
    assertEquals(State.LISTENING, listener.info().state());
    listen(kind, "host", host, "allowAnonymousRemote", "false");
    if (!kind.isUnix()) {
      assertEquals(State.REFUSED, listener.info().state());
      try (Line fresh = open(kind)) {
        assertEquals("CONNACK 87", reason(fresh.ask(connect("a", 60))));
      }
    }
  }

  @EveryKind
  void connectionsBeyondTheMaximumAreClosed(Kind kind) throws IOException {
    listen(kind, "connectionsMax", "1");
    try (Line first = connected(kind, "a")) {
      try (Line second = kind.raw(listener.info().uri())) {
        assertEquals("end", second.receive());
      }
      assertEquals(PINGRESP, first.ask(PINGREQ));
      assertEquals(1, listener.info().connections());
      assertTrue(listener.info().note().endsWith("turned away: connectionsMax 1"));
    }
  }

  @EveryKind
  void whoSaysNothingOrNotAllIsClosedInTime(Kind kind) throws IOException {
    listen(kind, "connectTimeoutSeconds", "1");
    try (Line silent = kind.raw(listener.info().uri());
        Line introduced = kind.raw(listener.info().uri());
        Line begun = open(kind);
        Line halfway = open(kind)) {
      kind.introduce(introduced);
      halfway.out().write(Arrays.copyOf(connect("a", 60), 9));
      for (Line each : List.of(silent, introduced, begun, halfway)) {
        assertTrue(each.ends());
      }
    }
    await(() -> listener.info().connections() == 0);
  }

  @EveryKind
  void halfOpenConnectionsMakeRoomAgain(Kind kind) throws IOException {
    listen(kind, "connectTimeoutSeconds", "1", "connectionsMax", "20");
    List<Line> flood = new ArrayList<>();
    try {
      for (int i = 0; i < 60; i++) {
        flood.add(kind.raw(listener.info().uri()));
      }
      for (Line each : flood) {
        assertTrue(each.ends());
      }
      await(() -> listener.info().connections() == 0);
      connected(kind, "a").close();
    } finally {
      for (Line each : flood) {
        each.close();
      }
    }
  }

  @EveryKind
  void packetThatIsTooLargeCloses(Kind kind) throws IOException {
    listen(kind, "packetMaxBytes", "100");
    try (Line line = connected(kind, "a")) {
      byte[] publish = Bytes.packet(0x30, Bytes.of().text("t").one(0).raw(new byte[100]));
      assertEquals("DISCONNECT 95", reason(line.ask(publish)));
      assertEquals("end", line.receive());
    }
  }

  @EveryKind
  void clientsAreSentElsewhere(Kind kind) throws IOException {
    listen(kind);
    try (Line old = connected(kind, "a")) {
      listen(kind, "redirect", "use-another-server", "serverReference", "b:1");
      assertEquals("DISCONNECT 9c", reason(old.receive()));
      try (Line fresh = open(kind)) {
        assertEquals("CONNACK 9c", reason(fresh.ask(connect("b", 60))));
      }
    }
  }

  @EveryKind
  void whoIsSilentBeyondItsKeepAliveIsClosed(Kind kind) throws IOException {
    listen(kind);
    try (Line line = open(kind)) {
      assertAccepted(line.ask(connect("a", 1)));
      assertEquals("DISCONNECT 8d", reason(line.receive()));
      assertEquals("end", line.receive());
    }
  }

  @EveryKind
  void sessionIsTakenOver(Kind kind) throws IOException {
    listen(kind);
    try (Line old = connected(kind, "a");
        Line fresh = connected(kind, "a")) {
      assertEquals("DISCONNECT 8e", reason(old.receive()));
      assertEquals(PINGRESP, fresh.ask(PINGREQ));
    }
  }

  @EveryKind
  void everybodyIsToldOfTheEndAndNothingIsLeft(Kind kind) throws IOException {
    listen(kind);
    String uri = listener.info().uri();
    try (Line one = connected(kind, "a");
        Line two = connected(kind, "b")) {
      listener.close();
      assertEquals("DISCONNECT 8b", reason(one.receive()));
      assertEquals("DISCONNECT 8b", reason(two.receive()));
      assertEquals("end", one.receive());
    }
    await(() -> isGone(kind, uri));
    assertTrue(Files.notExists(folder.resolve("socket")));
  }

  private static boolean isGone(Kind kind, String uri) {
    try (Line line = kind.raw(uri)) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @EveryKind
  void addressesThatAreNotAllowedAreClosed(Kind kind) throws IOException {
    if (kind.isUnix()) {
      assertThrows(SettingException.class, () -> listen(kind, "addressesAllowed", "192.0.2.0/24"));
      return;
    }
    listen(kind, "addressesAllowed", "198.51.100.0/24, 2001:db8::/32");
    try (Line line = kind.raw(listener.info().uri())) {
      kind.introduce(line);
      assertEquals("end", line.receive());
    }
    assertTrue(listener.info().note().endsWith("turned away: addressesAllowed 1"));
    listen(kind, "addressesAllowed", "198.51.100.0/24, " + kind.clientAddress() + "/32");
    connected(kind, "a").close();
  }

  @EveryKind
  void connectionsThatComeTooFastAreClosed(Kind kind) throws IOException {
    listen(kind, "connectionsPerSecondMax", "1");
    List<Line> lines = new ArrayList<>();
    try {
      await(() -> comesTooFast(kind, lines));
      assertTrue(listener.info().note().contains("turned away: connectionsPerSecondMax "));
    } finally {
      for (Line each : lines) {
        each.close();
      }
    }
  }

  private boolean comesTooFast(Kind kind, List<Line> lines) {
    try {
      lines.add(kind.raw(listener.info().uri()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return listener.info().note().contains("turned away");
  }

  /** All that it sends counts in the end, and others are served meanwhile. */
  @EveryKind
  void whoSendsTooFastWaitsAloneAndLosesNothing(Kind kind) throws IOException {
    listen(kind, "messagesPerSecondMax", "100");
    try (Line receiver = connected(kind, "receiver");
        Line flooder = connected(kind, "flooder");
        Line other = connected(kind, "other")) {
      byte[] subscribe = Bytes.packet(0x82, Bytes.of().two(1).one(0).text("t").one(0));
      assertEquals("90 00010000", receiver.ask(subscribe));
      Bytes flood = Bytes.of();
      for (int i = 0; i < 250; i++) {
        flood.raw(Bytes.packet(0x30, Bytes.of().text("t").one(0).two(i)));
      }
      flooder.out().write(flood.raw(PINGREQ).toArray());
      for (int i = 0; i < 250; i++) {
        assertEquals("30 00017400%04x".formatted(i), receiver.receive());
        assertEquals(PINGRESP, other.ask(PINGREQ));
        if (i == 100) {
          assertTrue(listener.info().note().endsWith("sent too fast and had to wait"));
        }
      }
      assertEquals(PINGRESP, flooder.receive());
      assertTrue(listener.info().pauses() > 0);
    }
  }

  @EveryKind
  void whoSendsTooManyBytesIsReadMoreSlowlyAndKeptAlive(Kind kind) throws IOException {
    listen(kind, "bytesPerSecondMax", "10000");
    try (Line line = open(kind)) {
      assertAccepted(line.ask(connect("a", 1)));
      long begin = System.nanoTime();
      line.out().write(Bytes.packet(0x30, Bytes.of().text("t").one(0).raw(new byte[50_000])));
      line.out().write(PINGREQ);
      assertEquals(PINGRESP, line.receive());
      assertTrue(System.nanoTime() - begin >= TimeUnit.SECONDS.toNanos(2));
      assertTrue(listener.info().pauses() > 0);
    }
  }

  @EveryKind
  void whoIsHeldBackIsTakenOverAllTheSame(Kind kind) throws IOException {
    listen(kind, "messagesPerSecondMax", "1", "bytesPerSecondMax", "1024");
    try (Line old = connected(kind, "a")) {
      byte[] publish = Bytes.packet(0x30, Bytes.of().text("t").one(0));
      Bytes flood = Bytes.of();
      for (int i = 0; i < 1_000; i++) {
        flood.raw(publish);
      }
      old.out().write(flood.toArray());
      await(() -> listener.info().pauses() > 0);
      try (Line fresh = connected(kind, "a")) {
        assertEquals("DISCONNECT 8e", reason(old.receive()));
        assertTrue(old.ends());
        assertEquals(PINGRESP, fresh.ask(PINGREQ));
      }
    }
    await(() -> listener.info().connections() == 0);
  }

  @EveryKind
  void versionsThatAreNotServedAreRefused(Kind kind) throws IOException {
    listen(kind, "protocolVersions", "3.1.1");
    try (Line v5 = open(kind);
        Line v31 = open(kind);
        Line v311 = open(kind)) {
      assertEquals("CONNACK 84", reason(v5.ask(connect("a", 60))));
      assertEquals("20 0001", v31.ask(Bytes.connect(3)));
      assertEquals("20 0000", v311.ask(Bytes.connect(4)));
    }
  }

  @EveryKind
  void bytesMayComeOneByOne(Kind kind) throws IOException {
    listen(kind);
    try (Line line = open(kind)) {
      for (byte each : connect("a", 60)) {
        line.out().write(each);
      }
      assertAccepted(line.receive());
      for (byte each : PINGREQ) {
        line.out().write(each);
      }
      assertEquals(PINGRESP, line.receive());
    }
  }

  @EveryKind
  void largeMessageGoesThereAndBack(Kind kind) throws IOException {
    listen(kind);
    byte[] payload = new byte[1_000_000];
    new Random(6).nextBytes(payload);
    byte[] publish = Bytes.packet(0x30, Bytes.of().text("t").one(0).raw(payload));
    try (Line line = connected(kind, "a")) {
      byte[] subscribe = Bytes.packet(0x82, Bytes.of().two(1).one(0).text("t").one(0));
      assertEquals("90 00010000", line.ask(subscribe));
      line.out().write(publish);
      ByteArrayOutputStream back = new ByteArrayOutputStream();
      back.writeBytes(line.in().readNBytes(publish.length));
      assertArrayEquals(
          publish, back.toByteArray(), () -> HexFormat.of().formatHex(back.toByteArray(), 0, 9));
      assertEquals(PINGRESP, line.ask(PINGREQ));
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time");
      Thread.onSpinWait();
    }
  }
}
