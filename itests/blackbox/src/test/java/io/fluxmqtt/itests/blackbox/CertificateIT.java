package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Certificates;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** The authenticator by certificate in a broker that runs. */
class CertificateIT {
  private static final String FILE = "io.fluxmqtt.auth.certificate-default.cfg";
  private static final int NO_SUBSCRIBERS = 0x10;
  private static final int IDENTIFIER_NOT_VALID = 0x85;
  private static final int NOT_AUTHORIZED = 0x87;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void whoShowsNoCertificateIsLeftToTheNext() throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("certificate")) {
      process.load("io.fluxmqtt.auth.certificate");
      process.set("io.fluxmqtt.access.cfg", "authenticators", "certificate, anonymous");
      process.write(FILE, "userName = san-dns\n");
      process.start();
      Await.until("the next is asked", LIMIT, () -> code(process) == 0);

      int mark = process.mark();
      process.set(FILE, "crlFile", "plant.crl");
      process.awaitLine("caFile= is empty", mark, LIMIT);
      assertEquals(0, code(process), "the configuration stays as it was");
      process.set(FILE, "caFile", "plant.pem");
      process.awaitLine("there is no file", mark, LIMIT);
      assertEquals(0, code(process), "lists do not concern it");

      process.set(FILE, "name", "other");
      process.awaitLine("authenticator certificate", mark, LIMIT);
      process.set("io.fluxmqtt.access.cfg", "authenticators", "other");
      Await.until("all abstain", LIMIT, () -> code(process) == NOT_AUTHORIZED);
    }
  }

  @Test
  void certificateOfTlsIsWhoTheClientIsAndWhatItMay() throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("certificate-tls")) {
      Certificates certificates =
          new Certificates(process.folder().resolve("certificates"))
              .issue("server", "DNS:localhost,IP:127.0.0.1")
              .issue("pump", "DNS:pump.plant")
              .issue("valve", "DNS:valve.plant");
      Path etc = process.etc();
      certificates.copy("server.p12", etc.resolve("server.p12"));
      certificates.copy("ca.pem", etc.resolve("ca.pem"));
      int port = BrokerProcess.freePort();
      process.write(
          "io.fluxmqtt.listener-secure.cfg",
          """
          type = tls
          port = %d
          keyStoreFile = server.p12
          .keyPassword = secret
          caFile = ca.pem
          clientCertificate = optional
          authenticators = certificate
          """
              .formatted(port));
      process.load("io.fluxmqtt.auth.certificate");
      process.set("io.fluxmqtt.access.cfg", "authenticators", "certificate, anonymous");
      process.write(FILE, "userName = cn\nclientId = cn\n");
      process.write(
          "io.fluxmqtt.acl-default.cfg",
          """
          rule.own = allow publish topic=own/%u/# user=?*
          rule.pumps = allow publish topic=pumps/# attr.cert.san.dns=pump.*
          """);
      process.start();

      SSLContext pump = certificates.client("pump");
      assertEquals(IDENTIFIER_NOT_VALID, publishes(pump, port, "other", null), "not its own id");
      assertEquals(0, publishes(pump, port, "pump", "own/pump/x"));
      assertEquals(0, publishes(pump, port, "pump", "pumps/x"), "by an attribute");
      assertEquals(NOT_AUTHORIZED, publishes(pump, port, "pump", "own/valve/x"));
      SSLContext valve = certificates.client("valve");
      assertEquals(0, publishes(valve, port, "valve", "own/valve/x"));
      assertEquals(NOT_AUTHORIZED, publishes(valve, port, "valve", "pumps/x"));
      assertEquals(NOT_AUTHORIZED, publishes(certificates.client(null), port, "none", null));
    }
  }

  /**
   * Connects and, with a topic, publishes at QoS 1; the Reason Code of whichever was refused, or 0.
   */
  private static int publishes(SSLContext context, int port, String id, String topic)
      throws IOException {
    try (Socket socket = context.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.getOutputStream().write(ConnectPacket.v5(id).toBytes());
      int refused = reason(socket.getInputStream(), 1);
      if (refused != 0 || topic == null) {
        return refused;
      }
      byte[] name = topic.getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream publish = new ByteArrayOutputStream();
      publish.writeBytes(new byte[] {0x32, (byte) (name.length + 6), 0, (byte) name.length});
      publish.writeBytes(name);
      publish.writeBytes(new byte[] {0, 1, 0, 'x'}); // Packet Identifier, no properties, payload
      socket.getOutputStream().write(publish.toByteArray());
      int answered = reason(socket.getInputStream(), 2);
      return answered == NO_SUBSCRIBERS ? 0 : answered;
    }
  }

  /** The Reason Code of a short packet, behind some bytes of its variable header. */
  private static int reason(InputStream in, int before) throws IOException {
    in.readNBytes(1);
    byte[] body = in.readNBytes(in.read());
    return body.length > before ? body[before] & 0xFF : 0;
  }

  private static int code(BrokerProcess process) throws IOException {
    try (RawClient client = RawClient.open(process.address())) {
      return client.connect(ConnectPacket.v5("bare")).reason();
    }
  }
}
