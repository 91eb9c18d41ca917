package io.fluxmqtt.itests.blackbox.live;

import static io.fluxmqtt.itests.blackbox.live.Liveness.MOVES_LISTENER;
import static io.fluxmqtt.itests.blackbox.live.Liveness.NEW_CONNECTIONS;
import static io.fluxmqtt.itests.blackbox.live.Liveness.REOPENS_SOCKET;
import static io.fluxmqtt.itests.blackbox.live.Sights.answerTo;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;

/** What a change of those keys of a listener does that say how clients get to it. */
final class KindProofs {
  private static final String ASKED = "GET /live HTTP/1.1\r\n\r\n";
  private static final String UPGRADE =
      "GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  private static final String PROXY = "PROXY TCP4 192.0.2.7 192.0.2.8 5000 1883\r\n";
  private static final byte[] PINGREQ = {(byte) 0xC0, 0};
  private static final byte[] PINGRESP = {(byte) 0xD0, 0};

  private KindProofs() {}

  static Map<String, Proof> all() {
    String page = "Sec-WebSocket-Protocol: mqtt\r\nOrigin: https://a.example\r\n\r\n";
    String web = "type = ws";
    String anyone = "allowAnonymousRemote = true";
    return Map.ofEntries(
        seen("type", "ws", status(ASKED), "closed", "404"),
        seen("path", "/live", status(ASKED), "404", "426", web),
        seen("subprotocolRequired", false, status(UPGRADE + "\r\n"), "400", "101", web),
        seen("origins", "https://a.example", status(UPGRADE + page), "403", "101", web),
        seen("addressesAllowed", "192.0.2.0/24", answerTo(Bench.v5()), "CONNACK 00", "closed"),
        seen("connectionsPerSecondMax", 1, answerTo(Bench.v5()), "CONNACK 00", "closed"),
        Map.entry("messagesPerSecondMax", rate(1)),
        Map.entry("bytesPerSecondMax", rate(1024)),
        seen("protocolVersions", "3.1.1", answerTo(Bench.v5()), "CONNACK 00", "CONNACK 84"),
        seen("proxyProtocol", "v1", KindProofs::proxied, "closed", "CONNACK 00", anyone),
        seen(
            "proxyTrusted",
            "192.0.2.1",
            KindProofs::proxied,
            "CONNACK 00",
            "closed",
            anyone,
            "proxyProtocol = v1"),
        Map.entry("socketPath", Proof.of(MOVES_LISTENER, KindProofs::socketPath)),
        Map.entry("socketMode", Proof.of(REOPENS_SOCKET, KindProofs::socketMode)));
  }

  private static Map.Entry<String, Proof> seen(
      String key, Object value, Proof.Sight sight, String before, String after, String... given) {
    return Map.entry(
        key, Proof.seen(NEW_CONNECTIONS, value, Bench::open, sight, before, after).given(given));
  }

  /** Whether a flood of messages is read as it comes. */
  private static Proof rate(int value) {
    return Proof.seen(NEW_CONNECTIONS, value, KindProofs::flood, "goes on", "waits");
  }

  private static String flood(RawClient client) throws IOException {
    for (int i = 0; i < 50; i++) {
      client.send(Wire.publish("flood", 0, 0, "x".repeat(1_000)));
    }
    client.send(Wire.pingReq());
    try {
      return client.receive(Duration.ofSeconds(2)).type() == Wire.PINGRESP ? "goes on" : "other";
    } catch (SocketTimeoutException e) {
      return "waits";
    }
  }

  /** The status of the answer to a request. */
  private static Proof.Sight status(String request) {
    return client -> {
      client.send(request.getBytes(StandardCharsets.US_ASCII));
      String begin = new String(client.receiveBytes(12), StandardCharsets.US_ASCII);
      return begin.startsWith("HTTP/1.1 ") ? begin.substring(9) : "closed";
    };
  }

  private static String proxied(RawClient client) throws Exception {
    client.send(PROXY.getBytes(StandardCharsets.US_ASCII));
    return answerTo(Bench.v5()).of(client);
  }

  private static void socketPath(Bench bench) throws Exception {
    Path folder = Files.createTempDirectory("flux-mqtt");
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    bench.setOther("type", "unix");
    bench.set(first);
    try (SocketChannel old = awaitServed(first)) {
      bench.set(second);
      awaitServed(second).close();
      Await.until("the old socket is gone", () -> Files.notExists(first));
      ping(old);
    }
    bench.setOther("type", "tcp");
    Await.until("the socket is gone", () -> Files.notExists(second));
    Files.delete(folder);
  }

  private static void socketMode(Bench bench) throws Exception {
    Path folder = Files.createTempDirectory("flux-mqtt");
    Path path = folder.resolve("socket");
    bench.setOther("socketPath", path);
    bench.setOther("type", "unix");
    try (SocketChannel old = awaitServed(path)) {
      awaitMode(path, "rw-rw----");
      bench.set("0600");
      awaitMode(path, "rw-------");
      awaitServed(path).close();
      ping(old);
    }
    bench.setOther("type", "tcp");
    Await.until("the socket is gone", () -> Files.notExists(path));
    Files.delete(folder);
  }

  private static void awaitMode(Path path, String mode) throws Exception {
    Await.until(
        mode,
        () ->
            Files.exists(path)
                && PosixFilePermissions.toString(Files.getPosixFilePermissions(path)).equals(mode));
  }

  /** A client at a Unix socket that was accepted. */
  private static SocketChannel awaitServed(Path path) throws Exception {
    SocketChannel[] client = new SocketChannel[1];
    Await.until(
        path + " answers",
        () -> {
          try {
            client[0] = SocketChannel.open(UnixDomainSocketAddress.of(path));
            client[0].write(ByteBuffer.wrap(Bench.v5().toBytes()));
            byte[] head = Channels.newInputStream(client[0]).readNBytes(2);
            return head.length == 2
                && Channels.newInputStream(client[0]).readNBytes(head[1]).length == head[1];
          } catch (IOException e) {
            return false;
          }
        });
    return client[0];
  }

  private static void ping(SocketChannel client) throws IOException {
    client.write(ByteBuffer.wrap(PINGREQ));
    assertArrayEquals(PINGRESP, Channels.newInputStream(client).readNBytes(2));
  }
}
