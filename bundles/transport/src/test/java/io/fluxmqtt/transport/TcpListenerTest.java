package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.ListenerInfo.State;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Listeners on real sockets of the loopback interface. */
class TcpListenerTest {
  private static final long RETRY_MILLIS = 50;
  private static final long DEADLINE_SECONDS = 10;

  private final RecordingSessions sessions = new RecordingSessions();
  private Transport transport;
  private TcpListener listener;

  /** The loops under test. */
  Loops loops() {
    return new Loops(2, "this test wants NIO");
  }

  @BeforeEach
  void open() {
    transport = new Transport(loops(), RETRY_MILLIS);
    sessions.onPacket =
        (connection, packet) -> {
          if (packet instanceof Packet.PingReq) {
            connection.send(Packet.PingResp.INSTANCE);
          }
        };
    listener = started(settings("one", "127.0.0.1", 0));
  }

  @AfterEach
  void close() {
    listener.close();
    transport.close();
  }

  @Test
  void servesClientsAndSaysWhere() throws IOException {
    ListenerInfo info = listener.info();
    assertEquals(State.LISTENING, info.state());
    assertTrue(info.uri().startsWith("tcp://127.0.0.1:"), info.uri());
    assertNotEquals(0, port(listener));
    assertEquals("noted", info.note());
    try (Socket client = connect(listener)) {
      assertAlive(client);
      assertEquals(1, listener.info().connections());
      assertTrue(sessions.recorders.get(0).connection.listener().loopbackOnly());
    }
    await(() -> listener.info().connections() == 0);
    await(() -> sessions.recorders.get(0).events.contains("closed"));
  }

  @Test
  void rehearsalPlaysAWholeConnectionThatNobodySees() {
    ListenerSettings settings = settings("one", "127.0.0.1", 0);
    Door.Terms terms = new Door.Terms(settings, settings.terms().reachable(true), List.of());
    assertTrue(Rehearsal.succeeds(transport.loops(), terms));
    assertEquals(List.of(), sessions.recorders);
    assertEquals(0, listener.info().connections());
  }

  @Test
  void moveKeepsClients() throws IOException {
    int before = port(listener);
    try (Socket client = connect(listener)) {
      assertAlive(client);
      listener.update(settings("one", "127.0.0.1", freePort()));
      assertNotEquals(before, port(listener));
      assertAlive(client);
      await(() -> isClosed(before)); // NIO lets go of a port at its next select
      try (Socket other = connect(listener)) {
        assertAlive(other);
        assertEquals(2, listener.info().connections());
      }
    }
  }

  private static boolean isClosed(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void moveToOverlappingAddressAndBack() throws IOException {
    int port = freePort();
    listener.update(settings("one", "127.0.0.1", port));
    try (Socket client = connect(listener)) {
      assertAlive(client); // one that still waits to be accepted goes with the old socket
      listener.update(settings("one", "0.0.0.0", port));
      assertEquals(State.LISTENING, listener.info().state());
      assertEquals("tcp://0.0.0.0:" + port, listener.info().uri());
      listener.update(settings("one", "127.0.0.1", port));
      assertEquals("tcp://127.0.0.1:" + port, listener.info().uri());
      assertAlive(client);
    }
  }

  @Test
  void overlapThatFailsReopensTheOld() throws IOException {
    int port = freePort();
    listener.update(settings("one", "127.0.0.1", port));
    try (ServerSocket inTheWay = new ServerSocket()) {
      inTheWay.bind(new InetSocketAddress("127.0.0.2", port));
      listener.update(settings("one", "0.0.0.0", port));
      assertEquals(State.RETRYING, listener.info().state());
      assertEquals("tcp://127.0.0.1:" + port, listener.info().uri());
    }
    await(() -> listener.info().state() == State.LISTENING);
    assertEquals("tcp://0.0.0.0:" + port, listener.info().uri());
  }

  @Test
  void portInUseIsRetriedWhileTheOldStays() throws IOException {
    int old = port(listener);
    try (ServerSocket inTheWay = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listener.update(settings("one", "127.0.0.1", inTheWay.getLocalPort()));
      ListenerInfo info = listener.info();
      assertEquals(State.RETRYING, info.state());
      assertEquals("tcp://127.0.0.1:" + old, info.uri());
      assertTrue(info.problem().contains("ss -ltnp"), info.problem());
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), old)) {
        assertAlive(client);
      }
    }
    await(() -> listener.info().state() == State.LISTENING);
    assertNotEquals(old, port(listener));
  }

  @Test
  void portInUseAtStartIsRetried() throws IOException {
    TcpListener late;
    try (ServerSocket inTheWay = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      late = started(settings("late", "127.0.0.1", inTheWay.getLocalPort()));
      assertEquals(State.RETRYING, late.info().state());
    }
    await(() -> late.info().state() == State.LISTENING);
    late.close();
  }

  @Test
  void anotherListenerInTheWayIsNamed() {
    TcpListener second = started(settings("two", "127.0.0.1", port(listener)));
    assertTrue(second.info().problem().contains("listener one"), second.info().problem());
    listener.close();
    await(() -> second.info().state() == State.LISTENING);
    second.close();
  }

  @Test
  void unknownHostIsNamed() {
    listener.update(settings("one", "no-such-host.invalid", 0));
    await(() -> listener.info().problem() != null);
    assertEquals(State.RETRYING, listener.info().state());
    assertTrue(listener.info().problem().contains("no-such-host.invalid"));
  }

  @Test
  void removalEndsOwnClientsOnly() throws IOException {
    TcpListener second = started(settings("two", "127.0.0.1", 0));
    try (Socket mine = connect(second);
        Socket neighbour = connect(listener)) {
      assertAlive(mine);
      assertAlive(neighbour);
      second.close();
      assertEquals("e0018b", HexFormat.of().formatHex(mine.getInputStream().readAllBytes()));
      assertAlive(neighbour);
    }
  }

  @Test
  void connectionsBeyondTheMaximumAreClosed() throws IOException {
    listener.update(settings("one", "127.0.0.1", 0, 1));
    try (Socket first = connect(listener)) {
      assertAlive(first);
      try (Socket second = connect(listener)) {
        assertEquals(-1, second.getInputStream().read());
      }
      assertAlive(first);
      listener.update(settings("one", "127.0.0.1", 0, 2));
      try (Socket second = connect(listener)) {
        assertAlive(second);
      }
    }
  }

  @Test
  void refusedListenerOpensOnceItMay() {
    sessions.refusal = Optional.of("set allowAnonymousRemote=true");
    int old = port(listener);
    listener.update(settings("one", "0.0.0.0", 0));
    assertEquals(State.REFUSED, listener.info().state());
    assertEquals("set allowAnonymousRemote=true", listener.info().problem());
    assertEquals(old, port(listener));

    TcpListener fresh = started(settings("fresh", "0.0.0.0", 0));
    assertEquals(State.REFUSED, fresh.info().state());
    assertEquals("tcp://0.0.0.0:0", fresh.info().uri());
    sessions.refusal = Optional.empty();
    await(() -> fresh.info().state() == State.LISTENING);
    await(() -> listener.info().state() == State.LISTENING);
    fresh.close();
  }

  @Test
  void termsThatAreRefusedCountForNewClientsAtTheSameSocket() throws IOException {
    TcpListener wide = started(open(true));
    try (Socket old = connect(wide)) {
      assertAlive(old);
      sessions.refusal = Optional.of("set allowAnonymousRemote=true");
      wide.update(open(false));
      assertEquals(State.REFUSED, wide.info().state());
      assertAlive(old);
      try (Socket fresh = connect(wide)) {
        assertAlive(fresh); // to be refused by the session manager, which is not here
        List<Boolean> terms =
            sessions.recorders.stream()
                .map(each -> each.connection.listener().allowAnonymousRemote())
                .toList();
        assertEquals(List.of(true, false), terms);
      }
    }
    wide.close();
  }

  private static ListenerSettings open(boolean allowAnonymousRemote) {
    ListenerProfile terms =
        new ListenerProfile("wide", false, allowAnonymousRemote, List.of(), 100_000, 5000);
    return TestListener.settings("0.0.0.0", 0, 100, terms);
  }

  @Test
  void ipv6IsWrittenInBrackets() {
    TcpListener v6 = started(settings("six", "::1", 0));
    assertTrue(v6.info().uri().startsWith("tcp://[::1]:"), v6.info().uri());
    v6.close();
  }

  @Test
  void starListensEverywhere() throws IOException {
    TcpListener all = started(settings("all", "*", 0));
    assertEquals(State.LISTENING, all.info().state());
    try (Socket v4 = new Socket(InetAddress.getLoopbackAddress(), port(all))) {
      assertAlive(v4);
      assertFalse(
          sessions
              .recorders
              .get(sessions.recorders.size() - 1)
              .connection
              .listener()
              .loopbackOnly());
    }
    all.close();
  }

  @Test
  void answerThatTheSocketDoesNotTakeAtOnceArrivesAfterTheGoodbye() throws IOException {
    int bytes = 16 << 20; // more than its buffers hold
    sessions.onPacket =
        (connection, packet) -> {
          for (int i = 0; i < bytes / 2; i++) {
            connection.send(Packet.PingResp.INSTANCE);
          }
          connection.hangUp();
        };
    try (Socket client = connect(listener)) {
      client.getOutputStream().write(Bytes.connect(4));
      assertEquals(bytes, client.getInputStream().readAllBytes().length);
    }
  }

  @Test
  void largeAnswerToSlowReaderArrivesBeforeTheEnd() throws IOException {
    sessions.onPacket =
        (connection, packet) -> {
          for (int i = 0; i < 10_000; i++) {
            connection.send(Packet.PingResp.INSTANCE);
          }
          connection.close();
        };
    try (Socket client = connect(listener)) {
      client.getOutputStream().write(Bytes.connect(4));
      client.getOutputStream().write(new byte[100_000]); // unread input would reset the connection
      assertEquals(20_000, client.getInputStream().readAllBytes().length);
    }
  }

  @Test
  void stopIsQuickAndLeavesNoThread() throws IOException {
    long before = threads();
    Transport own = new Transport(loops(), RETRY_MILLIS);
    List<TcpListener> listeners =
        List.of(
            new TcpListener(settings("a", "127.0.0.1", 0), own, sessions),
            new TcpListener(settings("b", "127.0.0.1", 0), own, sessions));
    listeners.forEach(TcpListener::start);
    try (Socket a = connect(listeners.get(0));
        Socket b = connect(listeners.get(1))) {
      assertAlive(a);
      assertAlive(b);
      long start = System.nanoTime();
      listeners.forEach(TcpListener::close);
      own.close();
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertTrue(millis < 500, millis + " ms");
      assertEquals("e0018b", HexFormat.of().formatHex(a.getInputStream().readAllBytes()));
      assertEquals("e0018b", HexFormat.of().formatHex(b.getInputStream().readAllBytes()));
      await(() -> threads() <= before);
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("flux-mqtt"))
        .count();
  }

  private TcpListener started(ListenerSettings settings) {
    TcpListener started = new TcpListener(settings, transport, sessions);
    started.start();
    return started;
  }

  private static ListenerSettings settings(String name, String host, int port) {
    return settings(name, host, port, 100);
  }

  private static ListenerSettings settings(String name, String host, int port, int max) {
    return TestListener.settings(
        host, port, max, new ListenerProfile(name, false, false, List.of(), 100_000, 5000));
  }

  private static int port(TcpListener listener) {
    return URI.create(listener.info().uri()).getPort();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Socket connect(TcpListener listener) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(listener));
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
    return socket;
  }

  /** Has the client asked and answered; the first time it says CONNECT. */
  private void assertAlive(Socket client) throws IOException {
    boolean known =
        sessions.recorders.stream()
            .anyMatch(
                r ->
                    r.connection.remoteAddress() != null
                        && r.connection.remoteAddress().getPort() == client.getLocalPort()
                        && !r.received.isEmpty());
    if (!known) {
      client.getOutputStream().write(Bytes.connect(4));
    }
    client.getOutputStream().write(Bytes.hex("C000"));
    byte[] answer = client.getInputStream().readNBytes(2);
    assertTrue(Arrays.equals(Bytes.hex("D000"), answer), HexFormat.of().formatHex(answer));
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time");
      Thread.onSpinWait();
    }
  }
}
