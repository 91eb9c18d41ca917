package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Passwords;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Tool;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may enter and what may they do, with the shipped authenticators and rules. */
class AccessIT {
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int NOT_AUTHORIZED = 0x87;

  private static BrokerProcess process;
  private static BrokerAddress broker;

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("access");
    Passwords.write(process, Map.of("ann", "secret of ann", "b/#", "hash"));
    process.set("io.fluxmqtt.access.cfg", "authenticators", "file, anonymous");
    process.write(
        "io.fluxmqtt.acl-default.cfg",
        """
        rule.own = allow both topic=users/%u/#
        rule.client = allow both topic=clients/%c/#
        rule.sensors = allow publish topic=sensors/# client=sensor_*
        rule.secret = deny both topic=sensors/secret priority=10
        rule.public = allow subscribe topic=public/#
        """);
    process.start();
    broker = process.address();
    Await.until(
        "the users are read",
        () -> loginCode(ConnectPacket.v5("x").login("ann", "secret of ann")) == 0);
  }

  @AfterAll
  static void stop() throws Exception {
    if (process != null) {
      process.close();
    }
  }

  @Test
  void wrongPasswordIsRefused() throws IOException {
    ConnectPacket wrong = ConnectPacket.v5("w").login("ann", "wrong");
    assertEquals(BAD_USER_NAME_OR_PASSWORD, loginCode(wrong));
    int code311 = loginCode(ConnectPacket.v311("w").login("ann", "wrong"));
    assertTrue(code311 == 4 || code311 == 5, "" + code311);
  }

  @Test
  void unknownUserIsNotTakenForAnonymous() throws IOException {
    assertNotEquals(0, loginCode(ConnectPacket.v5("u").login("nobody", "x")));
    assertNotEquals(0, loginCode(ConnectPacket.v5("u").login("ann", "")));
    assertNotEquals(0, loginCode(ConnectPacket.v311("u").login("nobody", "x")));
  }

  @Test
  void mosquittoClientsLogIn() throws Exception {
    String pub = Tool.require("mosquitto_pub", "mosquitto-clients");
    for (String version : new String[] {"311", "5"}) {
      assertEquals(0, mosquittoPub(pub, version, "secret of ann").exit());
      assertNotEquals(0, mosquittoPub(pub, version, "wrong").exit());
    }
  }

  private static Tool.Result mosquittoPub(String pub, String version, String password)
      throws Exception {
    return Tool.run(
        Duration.ofSeconds(10),
        pub,
        "-h",
        broker.host(),
        "-p",
        String.valueOf(broker.port()),
        "-V",
        version,
        "-u",
        "ann",
        "-P",
        password,
        "-q",
        "1",
        "-t",
        "users/ann/x",
        "-m",
        "x");
  }

  @Test
  void rulesDecideByUserAndClient() throws IOException {
    try (RawClient ann =
            RawClient.connected(
                broker, ConnectPacket.v5("sensor_1").login("ann", "secret of ann"));
        RawClient guest = RawClient.connected(broker, ConnectPacket.v5("guest"))) {
      assertEquals(0x10, ann.publish("users/ann/a", "x"));
      assertEquals(NOT_AUTHORIZED, ann.publish("users/bob/a", "x"));
      assertEquals(0x10, ann.publish("sensors/a", "x"));
      assertEquals(NOT_AUTHORIZED, ann.publish("sensors/secret", "x"));
      assertEquals(NOT_AUTHORIZED, guest.publish("sensors/a", "x"));
      assertEquals(NOT_AUTHORIZED, guest.publish("users/guest/a", "x"));
      assertEquals(0x10, guest.publish("clients/guest/a", "x"));
      assertEquals(1, guest.subscribe("public/#", 1));
      assertEquals(NOT_AUTHORIZED, guest.subscribe("#", 1));
      assertEquals(1, ann.subscribe("users/ann/#", 1));
      assertEquals(NOT_AUTHORIZED, ann.subscribe("users/+/a", 1));
    }
  }

  @Test
  void ruleThatChangesWhileAClientPublishesIsObeyed() throws Exception {
    try (RawClient ann =
        RawClient.connected(broker, ConnectPacket.v5("live").login("ann", "secret of ann"))) {
      for (int i = 0; i < 1_000; i++) {
        assertEquals(0x10, ann.publish("users/ann/live", "x"));
      }
      process.write(
          "io.fluxmqtt.acl-live.cfg",
          "rule.live = deny publish topic=users/ann/live priority=10\n");
      Await.until(
          "the new rule counts", () -> ann.publish("users/ann/live", "x") == NOT_AUTHORIZED);
      for (int i = 0; i < 1_000; i++) {
        assertEquals(NOT_AUTHORIZED, ann.publish("users/ann/live", "x"));
      }
      Files.delete(process.etc().resolve("io.fluxmqtt.acl-live.cfg"));
      Await.until("the rule is gone", () -> ann.publish("users/ann/live", "x") == 0x10);
    }
  }

  @Test
  void anIdentityWithWildcardsNeverWidensARule() throws IOException {
    try (RawClient user =
            RawClient.connected(broker, ConnectPacket.v5("wide").login("b/#", "hash"));
        RawClient client = RawClient.connected(broker, ConnectPacket.v5("+"))) {
      assertEquals(NOT_AUTHORIZED, user.subscribe("users/b/#", 1));
      assertEquals(NOT_AUTHORIZED, user.publish("users/b/x", "x"));
      assertEquals(NOT_AUTHORIZED, client.subscribe("clients/+/#", 1));
    }
  }

  @Test
  void deniedPublishOf311IsAcknowledgedAndDropped() throws IOException {
    try (RawClient reader =
            RawClient.connected(broker, ConnectPacket.v5("r").login("ann", "secret of ann"));
        RawClient guest = RawClient.connected(broker, ConnectPacket.v311("g"))) {
      reader.subscribe("users/ann/#", 1);
      guest.send(Wire.publish311(0x02, "users/ann/x", 1, "forged"));
      guest.expect(Wire.PUBACK);
      reader.ping();
      assertEquals(0x80, guest.subscribe("users/ann/#", 1));
    }
  }

  @Test
  void deniedWillRefusesOrIsNotPublished() throws IOException {
    try (RawClient reader =
            RawClient.connected(broker, ConnectPacket.v5("r2").login("ann", "secret of ann"));
        RawClient mortal = RawClient.open(broker)) {
      reader.subscribe("users/ann/#", 1);
      RawPacket connAck = mortal.connect(ConnectPacket.v5("m").will("users/ann/x", "forged", 1));
      mortal.cut();
      assertTrue(connAck.reason() == 0 || connAck.reason() == NOT_AUTHORIZED);
      // Another client's delivery after the cut: the Will would have come before.
      try (RawClient ann =
          RawClient.connected(broker, ConnectPacket.v5("a2").login("ann", "secret of ann"))) {
        ann.publish("users/ann/end", "end");
      }
      assertEquals("end", reader.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  void changedRulesReachSubscriptionsThatWereGranted() throws Exception {
    try (RawClient reader = RawClient.connected(broker, ConnectPacket.v5("revoked"));
        RawClient writer = RawClient.connected(broker, ConnectPacket.v5("writer"))) {
      process.write("io.fluxmqtt.acl-more.cfg", "rule.more = allow both topic=more/#\n");
      Await.until("the rule counts", () -> reader.subscribe("more/#", 1) == 1);
      writer.publish("more/a", "one");
      assertEquals("one", reader.expect(Wire.PUBLISH).payloadText());

      process.write("io.fluxmqtt.acl-more.cfg", "rule.more = allow publish topic=more/#\n");
      Await.until("the subscription is suspended", () -> !reaches(writer, reader, "two"));
      process.write("io.fluxmqtt.acl-more.cfg", "rule.more = allow both topic=more/#\n");
      Await.until("it is resumed", () -> reaches(writer, reader, "three"));
    }
  }

  /** Whether what one client publishes is delivered to the other by the time of an answer. */
  private static boolean reaches(RawClient writer, RawClient reader, String text)
      throws IOException {
    writer.publish("more/a", text);
    reader.send(Wire.pingReq());
    boolean delivered = false;
    for (RawPacket packet = reader.receive();
        packet.type() != Wire.PINGRESP;
        packet = reader.receive()) {
      delivered |= packet.type() == Wire.PUBLISH && packet.payloadText().equals(text);
    }
    return delivered;
  }

  @Test
  void changedPasswordsCountWithoutARestart() throws Exception {
    try (BrokerProcess own = BrokerProcess.prepare("passwords")) {
      Passwords.write(own, Map.of("u", "old"));
      own.set("io.fluxmqtt.access.cfg", "authenticators", "file");
      BrokerAddress address = own.start().address();
      Await.until("the old one", () -> loginCode(address, "old") == 0);
      try (RawClient stays =
          RawClient.connected(address, ConnectPacket.v5("stays").login("u", "old"))) {
        Passwords.write(own, Map.of("u", "new"));
        Await.until("the new one", () -> loginCode(address, "new") == 0);
        assertEquals(BAD_USER_NAME_OR_PASSWORD, loginCode(address, "old"));
        stays.ping();
      }
    }
  }

  private static int loginCode(ConnectPacket connect) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      return client.connect(connect).reason();
    }
  }

  private static int loginCode(BrokerAddress address, String password) throws IOException {
    try (RawClient client = RawClient.open(address)) {
      return client.connect(ConnectPacket.v5("p").login("u", password)).reason();
    }
  }
}
