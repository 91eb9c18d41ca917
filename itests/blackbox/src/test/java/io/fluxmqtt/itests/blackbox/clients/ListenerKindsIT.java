package io.fluxmqtt.itests.blackbox.clients;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.blackbox.clients.MqttPeer.Login;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients of others at a WebSocket, one over TLS, and a Unix domain socket of one broker. */
class ListenerKindsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int LARGE_BYTES = 1_000_000;

  private static BrokerProcess process;
  private static Path folder; // in the system's own, as the name of a socket must be short
  private static Path socket;
  private static BrokerAddress web;
  private static BrokerAddress encrypted;

  @BeforeAll
  static void start() throws Exception {
    String openssl = Tool.require("openssl", "openssl");
    folder = Files.createTempDirectory("flux-mqtt");
    socket = folder.resolve("socket");
    process = BrokerProcess.prepare("kinds");
    Tool.Result made =
        Tool.run(
            LIMIT,
            openssl,
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            process.etc().resolve("server.key").toString(),
            "-out",
            process.etc().resolve("server.pem").toString());
    assertEquals(0, made.exit(), made.output());
    web = BrokerAddress.loopback(BrokerProcess.freePort());
    encrypted = BrokerAddress.loopback(BrokerProcess.freePort());
    process.write("io.fluxmqtt.listener-web.cfg", "type = ws\nport = %d\n".formatted(web.port()));
    process.write(
        "io.fluxmqtt.listener-encrypted.cfg",
        "type = wss\nport = %d\ncertificateFile = server.pem\nkeyFile = server.key\n"
            .formatted(encrypted.port()));
    process.write(
        "io.fluxmqtt.listener-local.cfg",
        "type = unix\nsocketPath = %s\nsocketMode = 0600\n".formatted(socket));
    process.write(
        "io.fluxmqtt.acl-local.cfg", "rule.local = allow publish topic=kinds/# client=local-pub\n");
    process.start();
    for (String name : new String[] {"web", "encrypted", "local"}) {
      process.awaitLine("listener " + name + ": listening on", LIMIT);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    process.close();
    Files.deleteIfExists(socket);
    Files.delete(folder);
  }

  @Test
  void messagesGoFromEachKindToTheOthers() throws Exception {
    try (MqttPeer plain = MqttJs.peer(web, 5, "ws");
        MqttPeer secret = MqttJs.peer(encrypted, 4, "wss")) {
      plain.connect(Login.clean("plain"));
      plain.subscribe("kinds/#", 2);
      secret.connect(Login.clean("secret"));
      secret.subscribe("kinds/#", 2);
      byte[] payload = new byte[LARGE_BYTES];
      new Random(6).nextBytes(payload);

      plain.publish(TestMessage.of("kinds/plain", payload, 2, false));
      assertArrayEquals(payload, plain.next().payload());
      assertArrayEquals(payload, secret.next().payload());

      secret.publish(TestMessage.of("kinds/secret", payload, 1, false));
      assertArrayEquals(payload, plain.next().payload());
      assertArrayEquals(payload, secret.next().payload());

      String pub = Tool.require("mosquitto_pub", "mosquitto-clients");
      Tool.Result sent =
          Tool.run(
              LIMIT,
              pub,
              "--unix",
              socket.toString(),
              "-i",
              "local-pub",
              "-V",
              "5",
              "-q",
              "1",
              "-t",
              "kinds/local",
              "-m",
              "hello");
      assertEquals(0, sent.exit(), sent.output());
      assertEquals("hello", plain.next().text());
      assertEquals("hello", secret.next().text());
    }
  }

  @Test
  void clientsOfAWebSocketComeAndGo() throws Exception {
    for (String protocol : new String[] {"ws", "wss"}) {
      BrokerAddress at = protocol.equals("ws") ? web : encrypted;
      try (MqttPeer old = MqttJs.peer(at, 5, protocol);
          MqttPeer young = MqttJs.peer(at, 5, protocol)) {
        old.connect(Login.clean("twin"));
        young.connect(Login.clean("twin"));
        old.awaitLost();
        young.disconnect();
      }
    }
  }
}
