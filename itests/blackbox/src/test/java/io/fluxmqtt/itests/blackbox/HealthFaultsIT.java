package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Certificates;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Tool;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What can go wrong with a gateway does, for real: health over HTTP is red within 5 s, names the
 * cause, and is green again once it is mended. The data lie on a small disk of their own.
 */
class HealthFaultsIT {
  private static final String ACCESS = "io.fluxmqtt.access.cfg";
  private static final int DISK_BYTES = 64 << 20;
  private static final int LITTLE_BYTES = 2 << 20; // of 64 MB, 3.2 are red
  private static final int RETAINED_QOS1 = 0x03;
  private static final int NOT_AUTHORIZED = 0x87;
  private static final int QUOTA_EXCEEDED = 0x97;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static Path disk;
  private static BrokerProcess broker;
  private static HealthPage health;
  private static Certificates certificates;

  @BeforeAll
  static void start() throws Exception {
    Path work = Files.createDirectories(Path.of(System.getProperty("work.dir")));
    Path folder = Files.createTempDirectory(work, "disk-").toRealPath();
    Tool.Result mounted =
        Tool.run(
            LIMIT, "mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "tmpfs", folder.toString());
    Tool.skipUnless(mounted.exit() == 0, "a tmpfs cannot be mounted: " + mounted.output());
    disk = folder;
    broker =
        BrokerProcess.prepare(
            "faults",
            Map.of("JAVA_OPTS", "-Xmx256m", "FLUX_MQTT_DATA", disk.resolve("data").toString()));
    health = new HealthPage(BrokerProcess.freePort());
    broker.set("org.apache.felix.http.cfg", "org.osgi.service.http.port", health.port());
    broker.set(ACCESS, "policyGraceMillis", 0);
    broker.set("io.fluxmqtt.session.cfg", "retainedMaxBytes", 1L << 30);
    certificates = new Certificates(broker.folder().resolve("certificates"));
    broker.load(
        "org.apache.felix.http.servlet-api",
        "org.apache.felix.http.jetty",
        "org.apache.felix.eventadmin",
        "org.apache.felix.healthcheck.api",
        "org.apache.felix.healthcheck.core",
        "io.fluxmqtt.health");
    broker.start();
    health.awaitPage(LIMIT);
    health.awaitGreen();
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
    if (disk != null) {
      Tool.run(LIMIT, "umount", disk.toString());
      Files.delete(disk);
    }
  }

  @Test
  void listenerWhosePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      broker.write("io.fluxmqtt.listener-second.cfg", "port = " + taken.getLocalPort() + "\n");
      health.awaitRed("MQTT broker", "readiness", "listener second");
      health.awaitRed("MQTT broker", "readiness", String.valueOf(taken.getLocalPort()));
    }
    health.awaitGreen();
    Files.delete(broker.etc().resolve("io.fluxmqtt.listener-second.cfg"));
  }

  @Test
  void certificateThatHasEnded() throws Exception {
    certificates.issue("good", "DNS:localhost").issue("ended", "DNS:localhost", -1);
    use("good");
    broker.write(
        "io.fluxmqtt.listener-secure.cfg",
        "type = tls\nport = 0\ncertificateFile = server.pem\nkeyFile = server.key\n");
    broker.awaitLine("listener secure: certificates read", LIMIT);
    health.awaitGreen();
    int mark = broker.mark();
    use("ended");
    broker.awaitLine("listener secure: certificates read", mark, HealthPage.RED_LIMIT);
    health.awaitRed("MQTT certificates", "certificates", "the certificate of listener secure has");
    use("good");
    health.awaitGreen();
    Files.delete(broker.etc().resolve("io.fluxmqtt.listener-secure.cfg"));
  }

  private static void use(String certificate) {
    certificates.copy(certificate + ".key", broker.etc().resolve("server.key"));
    certificates.copy(certificate + ".pem", broker.etc().resolve("server.pem"));
  }

  @Test
  void authenticatorWhoseBundleIsRemoved() throws Exception {
    String before = Files.readString(broker.etc().resolve(ACCESS));
    broker.load("io.fluxmqtt.auth.certificate");
    broker.write("io.fluxmqtt.auth.certificate-default.cfg", "userName = cn\n");
    broker.set(ACCESS, "authenticators", "certificate, anonymous");
    Await.until(
        "it counts and is there",
        LIMIT,
        () -> {
          String health = HealthFaultsIT.health.get("/health.json").body();
          return health.contains("3 services are named") && !health.contains("CRITICAL");
        });
    Path jar = jar("io.fluxmqtt.auth.certificate");
    Path away = broker.folder().resolve(jar.getFileName());
    try {
      Files.move(jar, away);
      health.awaitRed("MQTT plug-ins", "plugins", "authenticator certificate is missing");
      health.awaitRed("MQTT plug-ins", "plugins", "start bundle io.fluxmqtt.auth.certificate");
      health.awaitRed("MQTT broker", "readiness", "authenticator certificate is missing");
      Files.move(away, jar);
      health.awaitGreen();
      assertTrue(isServed());
    } finally {
      broker.write(ACCESS, before);
    }
    health.awaitGreen();
  }

  private static Path jar(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(broker.load())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .findFirst()
          .orElseThrow();
    }
  }

  private static boolean isServed() throws IOException {
    try (RawClient client = RawClient.open(broker.address())) {
      return client.connect(ConnectPacket.v5("served")).reason() == 0;
    }
  }

  @Test
  void authorizerThatThrowsOrHangs() throws Exception {
    String before = Files.readString(broker.etc().resolve(ACCESS));
    Path jar = broker.load().resolve("rude.jar");
    RudeAuthorizer.write(jar);
    broker.set(ACCESS, "authorizers", RudeAuthorizer.NAME + ", acl");
    try (RawClient client = RawClient.connected(broker.address(), ConnectPacket.v5("asks"))) {
      Await.until("it is asked", LIMIT, () -> client.publish("throw/x", "x") == NOT_AUTHORIZED);
      client.publish("throw/x", "x");
      client.publish("throw/x", "x");
      health.awaitRed("MQTT plug-ins", "plugins", "(bundle " + RudeAuthorizer.BUNDLE + ")");
      Await.until("it answers", LIMIT, () -> client.publish("fine/x", "x") != NOT_AUTHORIZED);
      health.awaitGreen();
      for (int i = 0; i < 3; i++) {
        assertEquals(NOT_AUTHORIZED, client.publish("hang/x", "x"), "not in time");
      }
      health.awaitRed("MQTT plug-ins", "plugins", RudeAuthorizer.BUNDLE + ": 3 of its calls");
    } finally {
      broker.write(ACCESS, before);
      Files.delete(jar);
    }
    health.awaitGreen();
  }

  @Test
  void diskThatIsNearlyFull() throws Exception {
    Path ballast = fill(LITTLE_BYTES);
    health.awaitRed("MQTT disk", "disk", "make room now");
    Files.delete(ballast);
    health.awaitGreen();
  }

  @Test
  void storeThatCannotWrite() throws Exception {
    try (RawClient client = RawClient.connected(broker.address(), ConnectPacket.v5("writer"))) {
      Path ballast = fill(0);
      int reason = 0;
      byte[] text = ".".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 1_000 && reason != QUOTA_EXCEEDED; i++) {
        client.send(Wire.publish(RETAINED_QOS1, "full/" + i, client.nextPacketId(), text));
        reason = client.expect(Wire.PUBACK).reason();
      }
      assertEquals(QUOTA_EXCEEDED, reason, "a full disk");
      health.awaitRed("MQTT store", "store", "the disk is full");
      Files.delete(ballast);
      health.awaitGreen();
    }
  }

  /** Leaves so much room on the disk. */
  private static Path fill(long leave) throws IOException {
    Path ballast = disk.resolve("ballast");
    FileStore store = Files.getFileStore(disk);
    byte[] block = new byte[4_096];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (store.getUsableSpace() > leave) {
        out.write(block);
      }
    } catch (IOException e) {
      // full, which is what was wanted
    }
    return ballast;
  }
}
