package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.ListenerInfo.State;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listener with TLS on real sockets of the loopback interface, against the JDK's clients. */
class TlsListenerTest {
  private static final TestCa CA = new TestCa("Clients' authority");
  private static final TestCa BELOW = new TestCa("Below it", CA);
  private static final TestCa.Issued SERVER = CA.issue("localhost", "localhost");
  private static final TestCa.Issued OTHER = CA.issue("other", "other.example.org");
  private static final TestCa.Issued ANN = CA.issue("ann");
  private static final long DEADLINE_SECONDS = 15;

  @TempDir Path etc;
  private final RecordingSessions sessions = new RecordingSessions();
  private Transport transport;
  private TcpListener listener;

  @BeforeEach
  void open() throws IOException {
    transport = new Transport(new Loops(2, "this test wants NIO"), 50);
    sessions.onPacket =
        (connection, packet) -> {
          if (packet instanceof Packet.PingReq) {
            connection.send(Packet.PingResp.INSTANCE);
          }
        };
    write("server.pem", SERVER.certificatesPem());
    write("server.key", SERVER.keyPem());
    write("ca.pem", CA.pem());
  }

  @AfterEach
  void close() {
    if (listener != null) {
      listener.close();
    }
    transport.close();
  }

  @Test
  void servesBothVersionsAndSaysUntilWhen() throws IOException {
    start();
    ListenerInfo info = listener.info();
    assertTrue(info.uri().startsWith("tls://127.0.0.1:"), info.uri());
    assertEquals(SERVER.leaf().getNotAfter().toInstant(), info.certificateExpires());
    assertNull(info.problem());
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      TlsPeer peer = new TlsPeer(null);
      peer.protocols = new String[] {version};
      try (SSLSocket client = peer.connect(port())) {
        assertEquals(version, client.getSession().getProtocol());
        assertAlive(client);
        assertEquals(SERVER.leaf().getSerialNumber().toString(), TlsPeer.shown(client));
      }
    }
    assertEquals(List.of(), sessions.recorders.get(0).connection.certificates());
    assertEquals(Map.of(), listener.info().turnedAway());
  }

  @Test
  void whatIsSentAtOnceGoesInOneRecord() throws IOException {
    start();
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      TlsPeer peer = new TlsPeer(null);
      peer.protocols = new String[] {version};
      try (SSLSocket client = peer.connect(port())) {
        assertAlive(client);
        peer.records.clear();
        client.getOutputStream().write(HexFormat.of().parseHex("c000".repeat(100)));
        assertEquals("d000".repeat(100), read(client, 200));
        assertEquals(List.of(23), peer.records, version);
      }
    }
  }

  @Test
  void endIsAnnouncedAfterTheLastPacket() throws IOException {
    start();
    TlsPeer peer = new TlsPeer(null);
    peer.protocols = new String[] {"TLSv1.2"}; // where alerts show
    try (SSLSocket client = peer.connect(port())) {
      assertAlive(client);
      peer.records.clear();
      sessions.recorders.get(0).connection.loop().execute(() -> goodBye(0));
      assertEquals("e0018b", read(client, 3).substring(0, 6));
      assertEquals(-1, client.getInputStream().read());
      assertEquals(List.of(23, 21), peer.records);
    }
    await(() -> sessions.recorders.get(0).events.contains("closed"));
    await(() -> listener.info().connections() == 0);
  }

  private void goodBye(int index) {
    sessions.recorders.get(index).disconnect(ReasonCode.SERVER_SHUTTING_DOWN);
  }

  @Test
  void certificateIsKnownBeforeTheFirstPacketAndAfterResumption() throws IOException {
    start("clientCertificate", "required", "caFile", "ca.pem");
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      TlsPeer peer = new TlsPeer(ANN);
      peer.protocols = new String[] {version};
      int before = sessions.recorders.size();
      for (int i = 0; i < 3; i++) {
        try (SSLSocket client = peer.connect(port())) {
          assertAlive(client);
          X509Certificate shown =
              sessions.recorders.get(before + i).connection.certificates().get(0);
          assertEquals(ANN.leaf(), shown, version);
        }
      }
      assertEquals(1, peer.wholeHandshakes.get(), version + ": the others are resumed");
    }
  }

  @Test
  void chainOfAnAuthorityBelowCounts() throws IOException {
    start("clientCertificate", "required", "caFile", "ca.pem");
    TestCa.Issued bob = BELOW.issue("bob");
    try (SSLSocket client = new TlsPeer(bob).connect(port())) {
      assertAlive(client);
      assertEquals(bob.chain(), sessions.recorders.get(0).connection.certificates());
    }
  }

  @Test
  void nobodyEntersWithoutAGoodCertificate() throws IOException {
    write("ca.crl", CA.revoked(TestCa.days(1), ANN.leaf()));
    start("clientCertificate", "required", "caFile", "ca.pem", "crlFile", "ca.crl");
    assertRefused(null, "tls-certificate-required");
    assertRefused(new TestCa("Clients' authority").issue("ann"), "tls-certificate-");
    assertRefused(new TestCa("Elsewhere").issue("ann"), "tls-certificate-unknown-authority");
    assertRefused(CA.issue("old", TestCa.days(-9), TestCa.days(-1)), "tls-certificate-expired");
    assertRefused(CA.issue("soon", TestCa.days(1), TestCa.days(9)), "tls-certificate-expired");
    assertRefused(ANN, "tls-certificate-revoked");
    assertRefused(BELOW.issue("bob"), "tls-certificate-revocation-unknown");
    try (SSLSocket client = new TlsPeer(CA.issue("cid")).connect(port())) {
      assertAlive(client);
    }
  }

  private void assertRefused(TestCa.Issued identity, String reason) {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      long before = count(reason);
      TlsPeer peer = new TlsPeer(identity);
      peer.protocols = new String[] {version};
      assertThrows(
          IOException.class,
          () -> {
            try (SSLSocket client = peer.connect(port())) {
              assertAlive(client);
            }
          },
          reason);
      awaitCount(reason, before + 1);
    }
  }

  private void awaitCount(String reason, long times) {
    try {
      await(() -> count(reason) == times);
    } catch (AssertionError e) {
      throw new AssertionError(reason + ": " + listener.info().turnedAway(), e);
    }
  }

  private long count(String reason) {
    return listener.info().turnedAway().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(reason))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  @Test
  void revocationCountsForResumedSessionsToo() throws IOException {
    write("ca.crl", CA.revoked(TestCa.days(1)));
    start("clientCertificate", "required", "caFile", "ca.pem", "crlFile", "ca.crl");
    TlsPeer ann = new TlsPeer(ANN);
    try (SSLSocket before = ann.connect(port())) {
      assertAlive(before);
      write("ca.crl", CA.revoked(TestCa.days(1), ANN.leaf()));
      await(() -> isRefused(ann));
      assertAlive(before); // it was let in
    }
  }

  private boolean isRefused(TlsPeer peer) {
    try (SSLSocket client = peer.connect(port())) {
      assertAlive(client);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void listOutOfDateRefusesAndSaysSo() throws IOException {
    write("ca.crl", CA.revoked(TestCa.days(-1)));
    start("clientCertificate", "required", "caFile", "ca.pem", "crlFile", "ca.crl");
    assertTrue(listener.info().problem().contains("out of date"), listener.info().problem());
    assertRefused(CA.issue("cid"), "tls-certificate-revocation-unknown");
  }

  @Test
  void optionalCertificateMayBeMissingButNotBad() throws IOException {
    start("clientCertificate", "optional", "caFile", "ca.pem");
    try (SSLSocket client = new TlsPeer(null).connect(port())) {
      assertAlive(client);
      assertEquals(List.of(), sessions.recorders.get(0).connection.certificates());
    }
    assertRefused(new TestCa("Elsewhere").issue("x"), "tls-certificate-unknown-authority");
  }

  @Test
  void replacedFilesCountForNewConnectionsAndKeepTheOld() throws IOException {
    start();
    TlsPeer peer = new TlsPeer(null);
    try (SSLSocket old = peer.connect(port())) {
      assertAlive(old);
      write("server.pem", OTHER.certificatesPem());
      write("server.key", OTHER.keyPem());
      await(() -> isShown(OTHER));
      assertAlive(old);
      assertNull(listener.info().problem());
    }
  }

  @Test
  void badFileLeavesTheOldUntilItIsMended() throws IOException {
    start();
    write("server.key", OTHER.keyPem());
    await(() -> listener.info().problem() != null);
    assertTrue(listener.info().problem().contains("server.pem"), listener.info().problem());
    assertEquals(State.LISTENING, listener.info().state());
    assertTrue(isShown(SERVER));
    write("server.pem", OTHER.certificatesPem());
    await(() -> listener.info().problem() == null);
    assertTrue(isShown(OTHER));
    Files.delete(etc.resolve("server.pem"));
    await(() -> listener.info().problem() != null);
    assertTrue(listener.info().problem().contains("is not there"), listener.info().problem());
    assertTrue(isShown(OTHER));
  }

  @Test
  void changedSettingsThatCannotBeUsedLeaveAllAsItWas() throws IOException {
    start();
    listener.update(settings("certificateFile", "absent.pem", "keyFile", ""));
    ListenerInfo info = listener.info();
    assertEquals(State.REFUSED, info.state());
    assertTrue(info.problem().contains("absent.pem is not there"), info.problem());
    assertTrue(isShown(SERVER));
    write("absent.pem", OTHER.pem());
    await(() -> listener.info().state() == State.LISTENING);
    assertTrue(isShown(OTHER));
  }

  @Test
  void listenerWithoutItsFilesOpensOnceTheyAreThere() throws IOException {
    listener = new TcpListener(settings("keyFile", "later.key"), transport, sessions);
    listener.start();
    assertEquals(State.REFUSED, listener.info().state());
    assertNull(listener.info().certificateExpires());
    write("later.key", SERVER.keyPem());
    await(() -> listener.info().state() == State.LISTENING);
    assertNotNull(listener.info().certificateExpires());
    assertTrue(isShown(SERVER));
  }

  @Test
  void hostNameChoosesTheCertificate() throws IOException {
    Files.createDirectory(etc.resolve("hosts"));
    TestCa.Issued wild = CA.issue("wild", "*.wild.example.org");
    write("hosts/other.pem", OTHER.pem());
    write("hosts/wild.pem", wild.pem());
    start("sniFolder", "hosts");
    assertShown(SERVER, null);
    assertShown(SERVER, "localhost");
    assertShown(OTHER, "OTHER.example.org");
    assertShown(wild, "a.wild.example.org");
    assertShown(SERVER, "a.b.wild.example.org");
    assertShown(SERVER, "wild.example.org");
  }

  private void assertShown(TestCa.Issued expected, String host) throws IOException {
    String serial = expected.leaf().getSerialNumber().toString();
    assertEquals(serial, TlsPeer.shownBy(port(), host), host);
  }

  private boolean isShown(TestCa.Issued expected) {
    try {
      return expected.leaf().getSerialNumber().toString().equals(TlsPeer.shownBy(port(), null));
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void applicationProtocolIsMqttIfOffered() throws IOException {
    start();
    assertEquals("mqtt", negotiated("h2", "mqtt"));
    assertEquals("", negotiated("h2"));
    assertEquals("", negotiated());
    listener.update(settings("alpnStrict", "true"));
    assertEquals("mqtt", negotiated("mqtt"));
    assertEquals("", negotiated());
    assertThrows(IOException.class, () -> negotiated("h2"));
    awaitCount("tls-alpn", 1);
  }

  private String negotiated(String... offered) throws IOException {
    TlsPeer peer = new TlsPeer(null);
    peer.applicationProtocols = offered;
    try (SSLSocket client = peer.connect(port())) {
      assertAlive(client);
      return client.getApplicationProtocol();
    }
  }

  @Test
  void whatCannotBeAgreedIsCounted() throws IOException {
    start("tlsProtocols", "TLSv1.2", "cipherSuites", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
    TlsPeer young = new TlsPeer(null);
    young.protocols = new String[] {"TLSv1.3"};
    assertThrows(IOException.class, () -> young.connect(port()));
    awaitCount("tls-no-common-version", 1);
    TlsPeer other = new TlsPeer(null);
    other.cipherSuites = new String[] {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
    other.protocols = new String[] {"TLSv1.2"};
    assertThrows(IOException.class, () -> other.connect(port()));
    awaitCount("tls-no-common-cipher", 1);
  }

  @Test
  void renegotiationIsRefused() throws IOException {
    start();
    TlsPeer peer = new TlsPeer(null);
    peer.protocols = new String[] {"TLSv1.2"};
    try (SSLSocket client = peer.connect(port())) {
      assertAlive(client);
      client.getSession().invalidate();
      assertThrows(
          IOException.class,
          () -> {
            client.startHandshake();
            assertAlive(client);
          });
    }
    awaitCount("tls-renegotiation", 1);
  }

  @Test
  void whoDoesNotSpeakTlsIsToldApart() throws IOException {
    start();
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port())) {
      plain
          .getOutputStream()
          .write(HexFormat.of().parseHex("101000044d5154540502003c000003616263"));
      assertClosed(plain);
    }
    awaitCount("tls-not-tls", 1);
    assertEquals(List.of(), sessions.recorders.get(0).received);
  }

  @Test
  void halfAClientHelloEndsAtTheTimeout() throws IOException {
    start("connectTimeoutSeconds", "1");
    try (Socket half = new Socket(InetAddress.getLoopbackAddress(), port());
        Socket mute = new Socket(InetAddress.getLoopbackAddress(), port())) {
      half.getOutputStream().write(HexFormat.of().parseHex("16030102000100"));
      assertClosed(half);
      assertClosed(mute);
    }
    awaitCount("tls-timeout", 2);
    await(() -> listener.info().connections() == 0);
  }

  @Test
  void whoOnlyLooksIsNotCounted() throws IOException {
    start();
    new Socket(InetAddress.getLoopbackAddress(), port()).close();
    await(() -> sessions.recorders.size() == 1);
    await(() -> listener.info().connections() == 0);
    assertEquals(Map.of(), listener.info().turnedAway());
  }

  private static void assertClosed(Socket socket) throws IOException {
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
    try {
      while (socket.getInputStream().read() >= 0) {
        assertTrue(socket.isConnected()); // an alert may come
      }
    } catch (java.net.SocketException e) {
      assertTrue(e.getMessage().contains("reset"), e.getMessage());
    }
  }

  private void start(String... keysAndValues) {
    listener = new TcpListener(settings(keysAndValues), transport, sessions);
    listener.start();
    assertEquals(State.LISTENING, listener.info().state(), listener.info().problem());
  }

  private ListenerSettings settings(String... keysAndValues) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("service.pid", ListenerComponent.PID + "~tls");
    properties.put("type", "tls");
    properties.put("port", "0");
    properties.put("certificateFile", "server.pem");
    properties.put("keyFile", "server.key");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      properties.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return ListenerSettings.of(
        new Settings(ListenerComponent.PID, properties, ListenerConfig.class), etc);
  }

  private void write(String file, String text) throws IOException {
    Path temporary = Files.createTempFile(etc, "new", ".tmp");
    Files.writeString(temporary, text);
    Files.move(temporary, etc.resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  private int port() {
    return URI.create(listener.info().uri()).getPort();
  }

  private static void assertAlive(Socket client) throws IOException {
    client.getOutputStream().write(HexFormat.of().parseHex("c000"));
    assertEquals("d000", read(client, 2));
  }

  private static String read(Socket client, int bytes) throws IOException {
    byte[] read = client.getInputStream().readNBytes(bytes);
    if (read.length < bytes) {
      throw new IOException("closed after " + read.length);
    }
    return HexFormat.of().formatHex(read);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time");
      Thread.onSpinWait();
    }
  }
}
