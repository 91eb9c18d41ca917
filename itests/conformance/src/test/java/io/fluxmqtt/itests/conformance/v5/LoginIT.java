package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * MQTT 5.0, sections 3.1.2.8, 3.1.2.9 and 3.1.3: User Name and Password, at a broker with users.
 */
class LoginIT {
  private static final int BAD_LOGIN = 0x86;
  private static final byte[] NAME = utf8("MQTT");

  /** alice, secret. */
  private static final String USERS =
      "alice:$7$101$bPsBc75gZdEwD4G8$21g4UnqewK1n8f1yia6GQcgmkoatGoiavXV9y09Jc2O3xa3cc1s2AAN27"
          + "nCISwGX53f6bmMbodfAze0BbR7eAQ==\n";

  private static BrokerProcess process;
  private static BrokerAddress broker;

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("login");
    process.write("flux-mqtt.passwd", USERS);
    process.write("io.fluxmqtt.auth.file-default.cfg", "passwordFile = flux-mqtt.passwd\n");
    process.set("io.fluxmqtt.access.cfg", "authenticators", "file");
    process.start();
    broker = process.address();
    Await.until("the users are read", () -> reason(connect(0xC2, "alice", "secret")) == 0);
  }

  @AfterAll
  static void stop() throws Exception {
    process.close();
  }

  private static byte[] connect(int flags, String... afterId) {
    byte[][] fields = new byte[afterId.length][];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = utf8(afterId[i]);
    }
    return packet(
        0x10, NAME, bytes(5, flags), u16(0), properties(), utf8("login"), Wire.join(fields));
  }

  private static int reason(byte[] connect) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect);
      RawPacket connAck = client.expect(Wire.CONNACK);
      if (connAck.reason() >= 0x80) {
        client.expectClosed();
      }
      return connAck.reason();
    }
  }

  @Test
  @Normative({"MQTT-3.1.2-17", "MQTT-3.1.2-19", "MQTT-3.1.3-1", "MQTT-3.1.3-12"})
  void userNameComesBeforePassword() throws Exception {
    assertEquals(0, reason(connect(0xC2, "alice", "secret")));
    assertEquals(BAD_LOGIN, reason(connect(0xC2, "secret", "alice")));
  }

  @Test
  @Normative({"MQTT-3.1.4-2", "MQTT-3.2.2-7"})
  void wrongCredentialsAreRefused() throws Exception {
    assertEquals(BAD_LOGIN, reason(connect(0xC2, "alice", "wrong")));
    assertEquals(BAD_LOGIN, reason(connect(0xC2, "alice", "")));
    assertEquals(BAD_LOGIN, reason(connect(0xC2, "bob", "secret")));
    assertTrue(reason(connect(0x82, "alice")) >= 0x80);
    assertTrue(reason(connect(0x42, "secret")) >= 0x80);
    assertTrue(reason(connect(0x02)) >= 0x80);
  }

  @Test
  @Normative({"MQTT-3.1.3-1", "MQTT-3.1.3-3", "MQTT-3.1.2-7"})
  void fieldsOfThePayloadComeInOrder() throws Exception {
    try (RawClient watcher = RawClient.open(broker);
        RawClient full = RawClient.open(broker)) {
      watcher.connect(ConnectPacket.v5("login-watcher").login("alice", "secret"));
      watcher.subscribe("login/will", 1);
      RawPacket connAck =
          full.connect(
              ConnectPacket.v5("login-full")
                  .sessionExpiry(60)
                  .will("login/will", "gone", 1, Wire.userProperty("n", "v"))
                  .login("alice", "secret"));
      assertEquals(0, connAck.reason());
      full.cut();
      RawPacket will = watcher.expect(Wire.PUBLISH);
      assertEquals("login/will", will.topic());
      assertEquals("gone", will.payloadText());
      assertEquals("n=v", will.all(Wire.USER_PROPERTY).get(0));
    }
    try (RawClient again = RawClient.open(broker)) {
      ConnectPacket resume = ConnectPacket.v5("login-full").resume().login("alice", "secret");
      assertTrue(again.connect(resume).sessionPresent(), "the first field is the identifier");
    }
  }
}
