package io.fluxmqtt.itests.blackbox.live;

import static io.fluxmqtt.itests.blackbox.live.Liveness.HOT;
import static io.fluxmqtt.itests.blackbox.live.Liveness.NEW_CONNECTIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.Certificates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLSocket;

/**
 * What a change of each key of TLS does: a value that cannot be used shows that the key is read
 * while a client is connected, who stays, and that new clients are served as before; what good
 * values do is shown by TlsListenerTest.
 */
final class TlsProofs {
  private TlsProofs() {}

  static Map<String, Proof> all() {
    return Map.ofEntries(
        key(HOT, "certificateFile", "gone.pem", "gone.pem is not there"),
        key(HOT, "keyFile", "gone.key", "gone.key is not there"),
        key(HOT, "keyStoreFile", "gone.p12", "is set beside certificateFile"),
        key(HOT, ".keyPassword", "twice", "is set beside .keyPassword", "keyPasswordFile = x"),
        key(HOT, "keyPasswordFile", "gone.txt", "gone.txt is not there"),
        key(HOT, "sniFolder", "nowhere", "nowhere is not there"),
        key(NEW_CONNECTIONS, "clientCertificate", "required", "caFile= is empty"),
        key(
            NEW_CONNECTIONS,
            "caFile",
            "gone.ca",
            "gone.ca is not there",
            "clientCertificate = optional"),
        key(
            NEW_CONNECTIONS,
            "crlFile",
            "gone.crl",
            "gone.crl is not there",
            "clientCertificate = optional",
            "caFile = tls/ca.pem"),
        key(NEW_CONNECTIONS, "tlsProtocols", "TLSv1.1", "older ones are broken"),
        key(NEW_CONNECTIONS, "cipherSuites", "NULL", "does not know"),
        key(NEW_CONNECTIONS, "alpnStrict", "perhaps", "is neither true nor false"));
  }

  private static Map.Entry<String, Proof> key(
      Liveness liveness, String key, String bad, String line, String... given) {
    return Map.entry(key, Proof.of(liveness, bench -> refused(bench, bad, line, given)));
  }

  private static void refused(Bench bench, String bad, String part, String... given)
      throws Exception {
    Path folder = bench.process().etc().resolve("tls");
    Certificates certificates = new Certificates(folder).issue("localhost", "IP:127.0.0.1");
    bench.setOther("certificateFile", "tls/localhost.pem");
    bench.setOther("keyFile", "tls/localhost.key");
    bench.setOther("type", "tls");
    awaitServed(bench, certificates);
    try (SSLSocket old = connect(bench, certificates)) {
      int mark = bench.process().mark();
      for (String line : given) {
        String[] parts = line.split(" = ", 2);
        bench.setOther(parts[0], parts[1]);
      }
      bench.set(bad);
      bench.process().awaitLine(part, mark, Proof.READ_LIMIT);
      awaitServed(bench, certificates);
      old.getOutputStream().write(new byte[] {(byte) 0xC0, 0});
      assertEquals(0xD0, old.getInputStream().read(), "the old connection");
    }
  }

  private static void awaitServed(Bench bench, Certificates certificates) throws Exception {
    Await.until(
        "TLS is served",
        Proof.READ_LIMIT,
        () -> {
          try (SSLSocket socket = connect(bench, certificates)) {
            return socket.getSession().isValid();
          } catch (IOException e) {
            return false;
          }
        });
  }

  /** A client that was accepted. */
  private static SSLSocket connect(Bench bench, Certificates certificates) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            certificates
                .client(null)
                .getSocketFactory()
                .createSocket(bench.address().host(), bench.address().port());
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(Bench.v5().toBytes());
    assertEquals(0x20, socket.getInputStream().read(), "CONNACK");
    byte[] rest = new byte[socket.getInputStream().read()];
    assertTrue(socket.getInputStream().readNBytes(rest, 0, rest.length) == rest.length);
    return socket;
  }
}
