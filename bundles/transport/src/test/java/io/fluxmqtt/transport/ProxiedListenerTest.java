package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is believed behind a proxy, and to be where. */
@Timeout(60)
class ProxiedListenerTest {
  private static final String LOCAL = "0D0A0D0A000D0A515549540A20000000";

  private final RecordingSessions sessions = new RecordingSessions();
  private final Transport transport = new Transport(new Loops(1), 50);
  private TcpListener listener;

  @AfterEach
  void stop() {
    listener.close();
    transport.close();
  }

  private void listen(String... others) {
    Map<String, Object> keys =
        new HashMap<>(Map.of("port", "0", "proxyProtocol", "both", "allowAnonymousRemote", "true"));
    for (int i = 0; i < others.length; i += 2) {
      keys.put(others[i], others[i + 1]);
    }
    listener = new TcpListener(TestListener.of(keys).settings(), transport, sessions);
    listener.start();
  }

  /** Where a client is seen that begins so. */
  private InetSocketAddress seen(byte[] header) throws IOException {
    try (Line line = Kind.TCP.raw(listener.info().uri())) {
      line.out().write(header);
      line.out().write(Bytes.connect(4));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (sessions.recorders.isEmpty() || sessions.recorders.get(0).received.isEmpty()) {
        assertTrue(System.nanoTime() < deadline, "not in time");
        Thread.onSpinWait();
      }
      return sessions.recorders.get(0).connection.remoteAddress();
    }
  }

  private void assertClosed(byte[] header, String turnedAway) throws IOException {
    try (Line line = Kind.TCP.raw(listener.info().uri())) {
      line.out().write(header);
      assertEquals("end", line.receive());
    } catch (SocketException e) {
      assertFalse(e.getMessage().isEmpty()); // it was closed before all was written
    }
    assertTrue(listener.info().note().endsWith("turned away: " + turnedAway + " 1"));
    assertTrue(sessions.recorders.stream().allMatch(each -> each.received.isEmpty()));
  }

  private static byte[] line(String text) {
    return (text + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void clientIsWhereTheProxySaysEvenIfThatIsHere() throws IOException {
    listen();
    assertEquals(
        new InetSocketAddress("127.0.0.1", 5), seen(line("PROXY TCP4 127.0.0.1 127.0.0.1 5 6")));
    assertFalse(sessions.recorders.get(0).connection.listener().loopbackOnly());
  }

  /** No address at all would be that of a client at a Unix socket. */
  @Test
  void clientOfWhomNothingIsToldIsNowhere() throws IOException {
    listen();
    InetSocketAddress seen = seen(line("PROXY UNKNOWN"));
    assertFalse(seen.getAddress().isLoopbackAddress());
    assertEquals("0.0.0.0", seen.getAddress().getHostAddress());
  }

  @Test
  void proxyMayConnectForItself() throws IOException {
    listen();
    assertTrue(seen(Bytes.hex(LOCAL)).getAddress().isLoopbackAddress());
  }

  @Test
  void onlyTrustedProxiesAreHeard() throws IOException {
    listen("proxyTrusted", "192.0.2.1");
    assertClosed(line("PROXY TCP4 192.0.2.1 192.0.2.2 1 2"), "proxyTrusted");
  }

  @Test
  void withoutTrustNobodyIsHeard() throws IOException {
    listen("proxyTrusted", "");
    assertClosed(line("PROXY TCP4 192.0.2.1 192.0.2.2 1 2"), "proxyTrusted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROXY TCP4 nowhere 192.0.2.2 1 2", "GET / HTTP/1.1", "\u0010"})
  void whatIsNoHeaderCloses(String text) throws IOException {
    listen();
    assertClosed(line(text), "proxyProtocol");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROXY TCP4 192.0.3.1 192.0.2.2 1 2", "PROXY UNKNOWN"})
  void addressThatIsToldIsJudged(String text) throws IOException {
    listen("addressesAllowed", "192.0.2.0/24, 0.0.0.0/8");
    assertClosed(line(text), "addressesAllowed");
  }
}
