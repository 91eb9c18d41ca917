package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.session.Packet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a WebSocket listener lets in, and how it carries MQTT. */
class WebSocketListenerTest {
  private static final byte[] PING = Bytes.hex("C000");
  private static final String PONG = "82 d000";

  private final RecordingSessions sessions = new RecordingSessions();
  private final Transport transport = new Transport(new Loops(1), 50);
  private TcpListener listener;
  private Socket socket;
  private WebSocketLine line;

  @BeforeEach
  void start() throws IOException {
    sessions.onPacket =
        (connection, packet) -> {
          if (packet instanceof Packet.PingReq) {
            connection.send(Packet.PingResp.INSTANCE);
          } else if (packet instanceof Packet.Disconnect) {
            connection.hangUp();
          }
        };
    listen(Map.of());
  }

  private void listen(Map<String, Object> keys) throws IOException {
    Map<String, Object> all = new HashMap<>(Map.of("type", "ws", "port", "0"));
    all.putAll(keys);
    if (listener == null) {
      listener = new TcpListener(TestListener.of(all).settings(), transport, sessions);
      listener.start();
    } else {
      listener.update(TestListener.of(all).settings());
    }
    knock();
  }

  private void knock() throws IOException {
    if (socket != null) {
      socket.close();
    }
    socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(listener.info().uri()).getPort());
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(10));
    line = new WebSocketLine(socket.getInputStream(), socket.getOutputStream());
  }

  @AfterEach
  void stop() throws IOException {
    socket.close();
    listener.close();
    transport.close();
  }

  @Test
  void subprotocolIsAgreedOn() throws IOException {
    String answer = line.ask(WebSocketLine.request("/mqtt", "Sec-WebSocket-Protocol: x, mqtt"));
    assertTrue(answer.startsWith("HTTP/1.1 101 "), answer);
    assertTrue(answer.contains("Sec-WebSocket-Accept: " + WebSocketLine.ACCEPT + "\r\n"), answer);
    assertTrue(answer.contains("Sec-WebSocket-Protocol: mqtt\r\n"), answer);
    assertTrue(listener.info().uri().matches("ws://127\\.0\\.0\\.1:\\d+/mqtt"));
    assertAlive();
  }

  private void assertAlive() throws IOException {
    line.send(WebSocketLine.BINARY, Bytes.connect(4));
    line.send(WebSocketLine.BINARY, PING);
    assertEquals(PONG, line.receive());
  }

  /** Status, and what stands in the request instead of the standard's. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "404 | GET /mqtt | GET /other",
        "404 | GET /mqtt | GET /mqtt/",
        "404 | GET /mqtt | POST /",
        "405 | GET /mqtt | POST /mqtt",
        "400 | GET /mqtt | GET  /mqtt",
        "400 | HTTP/1.1 | HTTP/2.0",
        "505 | HTTP/1.1 | HTTP/1.0",
        "426 | Upgrade: websocket | Upgrade: h2c",
        "426 | keep-alive, Upgrade | keep-alive",
        "426 | Version: 13 | Version: 8",
        "400 | dGhlIHNhbXBsZSBub25jZQ== | dGhlIHNhbXBsZSBub25jZ",
        "400 | dGhlIHNhbXBsZSBub25jZQ== | dGhl",
        "400 | Sec-WebSocket-Key | Sec-WebSocket-Lock",
        "400 | : mqtt | : mqttv3.1",
        "400 | : mqtt | : MQTT",
        "400 | Sec-WebSocket-Protocol | X-Protocol",
        "400 | Host: | Host : ",
        "400 | Host: | Content-Length: 5~Host:",
        "400 | Host: | Transfer-Encoding: chunked~Host:",
        "400 | Host: | Host: a~Host:",
        "400 | Host: | X: a~ folded~Host:",
        "400 | Host: | X: \0~Host:",
        "403 | Host: | Origin: https://example.org~Host:",
        "403 | Host: | Origin: null~Host:",
        "400 | Host: | Origin: a~Origin: b~Host:",
      })
  void otherRequestsAreRefusedAndEnd(int status, String standard, String instead)
      throws IOException {
    String request = WebSocketLine.request("/mqtt", "Sec-WebSocket-Protocol: mqtt");
    assertTrue(request.contains(standard));
    String answer = line.ask(request.replace(standard, instead.replace("~", "\r\n")));
    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertTrue(answer.contains("Content-Length: " + text.length() + "\r\n"), answer);
    assertTrue(text.endsWith("\n"), text);
    knock();
    line.open();
    assertAlive();
  }

  @Test
  void whoAsksWithoutWebSocketIsToldWhatThisIs() throws IOException {
    String answer = line.ask("GET /mqtt HTTP/1.1\r\nHost: here\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 426 Upgrade Required\r\n"), answer);
    assertTrue(answer.contains("\r\nUpgrade: websocket\r\n"), answer);
    assertEquals(
        "this is an MQTT broker; connect with a WebSocket\n",
        new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
  }

  @Test
  void requestIsBounded() throws IOException {
    String most = WebSocketLine.request("/mqtt", "Sec-WebSocket-Protocol: mqtt", "X: ");
    String pad = "x".repeat(WebSocketHandshake.HEAD_MAX_BYTES - most.length());
    assertTrue(line.ask(most.replace("X: ", "X: " + pad)).startsWith("HTTP/1.1 101 "));
    knock();
    String answer = line.ask(most.replace("X: ", "X: x" + pad));
    assertTrue(answer.startsWith("HTTP/1.1 431 "), answer);
  }

  @Test
  void listedOriginsMayConnect() throws IOException {
    listen(Map.of("origins", "https://a.example, https://b.example:8443"));
    for (String origin : new String[] {"https://a.example", "HTTPS://B.example:8443"}) {
      knock();
      assertTrue(origin(origin).startsWith("HTTP/1.1 101 "), origin);
    }
    for (String origin :
        new String[] {
          "https://a.example:8443",
          "http://a.example",
          "https://a.example.org",
          "https://xa.example",
          "https://a.example" + "x".repeat(300),
          ""
        }) {
      knock();
      assertTrue(origin(origin).startsWith("HTTP/1.1 403 "), origin);
    }
    assertEquals("noted, turned away: origins 6", listener.info().note());
    listen(Map.of("origins", "*"));
    assertTrue(origin("https://anywhere.example").startsWith("HTTP/1.1 101 "));
  }

  private String origin(String origin) throws IOException {
    return line.ask(
        WebSocketLine.request("/mqtt", "Sec-WebSocket-Protocol: mqtt", "Origin: " + origin));
  }

  @Test
  void subprotocolNeedNotBeOfferedIfSoConfigured() throws IOException {
    listen(Map.of("subprotocolRequired", "false", "path", "/"));
    String answer = line.ask(WebSocketLine.request("/?token=1"));
    assertTrue(answer.startsWith("HTTP/1.1 101 "), answer);
    assertTrue(!answer.contains("Protocol:"), answer);
    assertAlive();
    knock();
    answer = line.ask(WebSocketLine.request("/", "Sec-WebSocket-Protocol: mqttv3.1"));
    assertTrue(answer.contains("Sec-WebSocket-Protocol: mqttv3.1\r\n"), answer);
  }

  @Test
  void framesMayComeWithTheRequestAndByteByByte() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(
        WebSocketLine.request("/mqtt", "Sec-WebSocket-Protocol: mqtt")
            .getBytes(StandardCharsets.US_ASCII));
    all.writeBytes(WebSocketLine.frame(WebSocketLine.BINARY, Bytes.connect(4)));
    all.writeBytes(WebSocketLine.frame(WebSocketLine.BINARY, PING));
    assertTrue(line.ask(all.toString(StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 101 "));
    assertEquals(PONG, line.receive());
    knock();
    socket.setTcpNoDelay(true);
    for (byte each : all.toByteArray()) {
      socket.getOutputStream().write(each);
    }
    assertTrue(line.ask("").startsWith("HTTP/1.1 101 "));
    assertEquals(PONG, line.receive());
  }

  @Test
  void packetsAreSplitAndMergedOverFramesAndFragments() throws IOException {
    line.open();
    byte[] connect = Bytes.connect(4);
    line.send(0x02, Arrays.copyOf(connect, 5)); // begins a fragmented message
    line.send(0x89, Bytes.hex("0102")); // a ping within it
    assertEquals("8a 0102", line.receive());
    line.send(0x00, new byte[0]);
    line.send(0x80, Arrays.copyOfRange(connect, 5, connect.length));
    line.send(WebSocketLine.BINARY, Bytes.hex("C000C0"));
    line.send(WebSocketLine.BINARY, Bytes.hex("00"));
    assertArrayEquals(Bytes.hex("D000D000"), line.input().readNBytes(4));
  }

  @Test
  void largeMessagesGoBothWays() throws IOException {
    byte[] payload = new byte[1_000_000];
    new Random(6).nextBytes(payload);
    sessions.onPacket =
        (connection, packet) -> {
          if (packet instanceof Packet.Connect connect) {
            connection.established(connect.version(), connect.maximumPacketSize());
          } else if (packet instanceof Packet.Publish publish) {
            connection.publish(publish);
          }
        };
    line.open();
    line.send(WebSocketLine.BINARY, Bytes.connect(4));
    ByteArrayOutputStream publish = new ByteArrayOutputStream();
    publish.writeBytes(Bytes.hex("30C3843D000174")); // 1,000,003 bytes follow
    publish.writeBytes(payload);
    byte[] all = publish.toByteArray();
    line.send(WebSocketLine.BINARY, all);
    assertArrayEquals(all, line.input().readNBytes(all.length));
    line.send(0x02, Arrays.copyOf(all, 500_001));
    line.send(0x80, Arrays.copyOfRange(all, 500_001, all.length));
    assertArrayEquals(all, line.input().readNBytes(all.length));
  }

  /** What it claims costs nothing, and what does not belong to it is read as it comes. */
  @Test
  void frameOfAnyLengthIsAStream() throws IOException {
    line.open();
    byte[] connect = Bytes.connect(4);
    byte[] header = Bytes.hex("82FF7FFFFFFFFFFFFFFF00000000");
    socket.getOutputStream().write(header);
    socket.getOutputStream().write(connect);
    socket.getOutputStream().write(PING);
    assertEquals(PONG, line.receive());
  }

  /** The frame, and the code that it is closed with. */
  @ParameterizedTest
  @CsvSource({
    "818161000000, 1003", // text
    "C28100000000, 1002", // a reserved bit
    "A28100000000, 1002",
    "928100000000, 1002",
    "820141, 1002", // not masked
    "80800000000041, 1002", // continues nothing
    "0280000000008280, 1002", // a message within another
    "838000000000, 1002", // reserved opcodes
    "8B8000000000, 1002",
    "098000000000, 1002", // a control frame in parts
    "89FE007E, 1002", // beyond 125 bytes
    "88810000000003, 1002", // half a code
    "82FE007D00000000, 1002", // needless bytes
    "82FF000000000000FFFF00000000, 1002",
    "82FF800000000000000000000000, 1002" // more than 63 bits
  })
  void violationClosesWithItsCode(String frame, int code) throws IOException {
    line.open();
    line.send(WebSocketLine.BINARY, Bytes.connect(4));
    line.send(WebSocketLine.BINARY, PING);
    socket.getOutputStream().write(Bytes.hex(frame));
    assertEquals(PONG, line.receive());
    assertEquals("88 %04x".formatted(code), line.receive());
    assertEquals("end", line.receive());
  }

  @Test
  void packetBeforeAViolationInTheSameReadCounts() throws IOException {
    line.open();
    line.send(WebSocketLine.BINARY, Bytes.connect(4));
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(WebSocketLine.frame(WebSocketLine.BINARY, PING));
    both.writeBytes(WebSocketLine.frame(0x81, new byte[3]));
    socket.getOutputStream().write(both.toByteArray());
    assertEquals(PONG, line.receive());
    assertEquals("88 03eb", line.receive());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "03e8", "03e9", "0fa1"})
  void closeIsAnswered(String code) throws IOException {
    line.open();
    line.send(WebSocketLine.BINARY, Bytes.connect(4));
    line.send(0x88, Bytes.hex(code));
    assertEquals("88 " + code, line.receive());
    assertEquals("end", line.receive());
  }

  @Test
  void closeIsAnsweredAfterWhatCameBefore() throws IOException {
    line.open();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(WebSocketLine.frame(WebSocketLine.BINARY, Bytes.connect(4)));
    all.writeBytes(WebSocketLine.frame(WebSocketLine.BINARY, PING));
    all.writeBytes(WebSocketLine.frame(0x88, Bytes.hex("03E8")));
    socket.getOutputStream().write(all.toByteArray());
    assertEquals(PONG, line.receive());
    assertEquals("88 03e8", line.receive());
    assertEquals("end", line.receive());
  }

  @Test
  void pongIsIgnoredAndPingsOfOneReadAreAnsweredByTheLast() throws IOException {
    line.open();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(WebSocketLine.frame(0x8A, new byte[125]));
    all.writeBytes(WebSocketLine.frame(0x89, Bytes.hex("01")));
    all.writeBytes(WebSocketLine.frame(0x89, Bytes.hex("02")));
    socket.getOutputStream().write(all.toByteArray());
    assertEquals("8a 02", line.receive());
    assertAlive();
  }

  @Test
  void goodbyeIsSaidInMqttAndThenInFrames() throws IOException {
    line.open();
    assertAlive();
    listener.close();
    assertEquals("82 e0018b", line.receive());
    assertEquals("88 03e8", line.receive());
    assertEquals("end", line.receive());
  }

  @Test
  void clientThatDisconnectsIsToldThatItClosed() throws IOException {
    line.open();
    assertAlive();
    line.send(WebSocketLine.BINARY, Bytes.hex("E000"));
    line.send(0x88, Bytes.hex("03E8"));
    assertEquals("88 03e8", line.receive());
    assertEquals("end", line.receive());
  }

  @Test
  void nothingOfMqttLeavesBeforeThereIsAWebSocket() throws IOException {
    awaitRecorder();
    listener.close();
    assertEquals(-1, socket.getInputStream().read());
  }

  private void awaitRecorder() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (sessions.recorders.isEmpty()) {
      assertTrue(System.nanoTime() < deadline, "not in time");
      Thread.onSpinWait();
    }
  }
}
