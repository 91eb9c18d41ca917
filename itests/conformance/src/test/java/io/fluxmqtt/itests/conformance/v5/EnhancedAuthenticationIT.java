package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.property;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.PluginJar;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import io.fluxmqtt.itests.plugin.ChallengeAuthenticator;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * MQTT 5.0, section 3.15: AUTH, and 4.12: enhanced authentication, with a bundle that was put into
 * the shipped broker.
 */
class EnhancedAuthenticationIT {
  private static final String METHOD = ChallengeAuthenticator.METHOD;
  private static final int CONTINUE = 0x18;
  private static final int REAUTHENTICATE = 0x19;
  private static final int MALFORMED = 0x81;
  private static final int PROTOCOL_ERROR = 0x82;
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int NOT_AUTHORIZED = 0x87;
  private static final int SERVER_UNAVAILABLE = 0x88;
  private static final int BAD_AUTHENTICATION_METHOD = 0x8C;

  private static BrokerProcess process;
  private static BrokerAddress broker;
  private static Path jar;

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("enhanced");
    process.set("io.fluxmqtt.access.cfg", "enhancedAuthenticators", ChallengeAuthenticator.NAME);
    process.write("io.fluxmqtt.acl-default.cfg", "rule.users = allow both topic=users/%u/#\n");
    jar = process.load().resolve(ChallengeAuthenticator.BUNDLE + ".jar");
    putPlugin();
    process.start();
    broker = process.address();
    Await.until("the method is offered", () -> connectCode() == 0);
  }

  private static void putPlugin() throws IOException {
    PluginJar.write(
        jar,
        ChallengeAuthenticator.BUNDLE,
        ChallengeAuthenticator.class,
        "javax.crypto",
        "javax.crypto.spec",
        "io.fluxmqtt.api.message",
        "io.fluxmqtt.api.spi.auth");
  }

  @AfterAll
  static void stop() throws Exception {
    if (process != null) {
      process.close();
    }
  }

  @Test
  @Normative({"MQTT-4.12.0-2", "MQTT-4.12.0-3", "MQTT-4.12.0-5", "MQTT-3.15.2-1"})
  void clientGetsInByChallengeAndResponse() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect("three-steps", "ann"));
      RawPacket challenge = expectAuth(client, CONTINUE);
      byte[] proof = ChallengeAuthenticator.proof("of ann", data(challenge));
      client.send(auth(CONTINUE, METHOD, proof));
      RawPacket serverProof = expectAuth(client, CONTINUE);
      assertArrayEquals(ChallengeAuthenticator.proof("of ann", proof), data(serverProof));
      client.send(auth(CONTINUE, METHOD, "ok".getBytes(UTF_8)));

      RawPacket connAck = client.expect(Wire.CONNACK);
      assertEquals(0, connAck.reason());
      assertEquals(List.of(METHOD), connAck.all(Wire.AUTHENTICATION_METHOD));
      assertEquals("welcome ann", new String(data(connAck), UTF_8));
      assertEquals(1, client.subscribe("users/ann/#", 1), "the broker knows it as ann");
      assertEquals(NOT_AUTHORIZED, client.subscribe("users/bob/#", 1));
    }
  }

  @Test
  @Normative({"MQTT-4.12.0-4", "MQTT-3.1.4-6"})
  void wrongProofIsRefused() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect("wrong-proof", "ann"));
      byte[] nonce = data(expectAuth(client, CONTINUE));
      client.send(auth(CONTINUE, METHOD, ChallengeAuthenticator.proof("guessed", nonce)));
      expectRefused(BAD_USER_NAME_OR_PASSWORD, client);
    }
  }

  @Test
  @Normative("MQTT-4.12.0-1")
  void unknownMethodIsRefused() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect("other-method", "OTHER", "ann"));
      expectRefused(BAD_AUTHENTICATION_METHOD, client);
    }
  }

  @Test
  @Normative("MQTT-3.1.2-30")
  void otherPacketsBeforeConnAckCloseTheConnection() throws IOException {
    for (byte[] early : List.of(Wire.pingReq(), Wire.publish("users/ann/x", 0, 0, "x"))) {
      try (RawClient client = RawClient.open(broker)) {
        client.send(connect("early", "ann"));
        expectAuth(client, CONTINUE);
        client.send(early);
        expectRefused(PROTOCOL_ERROR, client);
      }
    }
  }

  @Test
  @Normative({"MQTT-4.12.0-6", "MQTT-4.12.0-7"})
  void withoutMethodThereIsNoAuth() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck = client.connect(ConnectPacket.v5("no-method"));
      assertEquals(List.of(), connAck.all(Wire.AUTHENTICATION_METHOD));
      client.send(auth(REAUTHENTICATE, METHOD, "ann".getBytes(UTF_8)));
      client.expectDisconnect(PROTOCOL_ERROR);
    }
  }

  @Test
  @Normative("MQTT-4.12.1-1")
  void anotherMethodInAuthIsAProtocolError() throws IOException {
    try (RawClient client = authenticated("switches", "ann")) {
      client.send(auth(REAUTHENTICATE, "OTHER", "ann".getBytes(UTF_8)));
      client.expectDisconnect(PROTOCOL_ERROR);
    }
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect("switches", "ann"));
      expectAuth(client, CONTINUE);
      client.send(auth(CONTINUE, "OTHER", "x".getBytes(UTF_8)));
      expectRefused(PROTOCOL_ERROR, client);
    }
  }

  @Test
  @Normative({"MQTT-3.15.1-1", "MQTT-3.15.2-1"})
  void authWithReservedFlagsOrAnotherReasonCodeIsRefused() throws IOException {
    try (RawClient client = authenticated("flags", "ann")) {
      client.send(bytes(0xF1, 0));
      client.expectDisconnect(MALFORMED);
    }
    for (int reason : new int[] {0x00, 0x17, 0x80}) {
      try (RawClient client = authenticated("codes", "ann")) {
        client.send(auth(reason, METHOD, new byte[0]));
        client.expectDisconnect(PROTOCOL_ERROR);
      }
    }
  }

  @Test
  @Normative({"MQTT-4.12.0-5", "MQTT-4.12.1-1"})
  void clientAuthenticatesAgainUnderTraffic() throws IOException {
    try (RawClient client = authenticated("again", "ann")) {
      assertEquals(0, client.subscribe("users/ann/#", 0));
      client.send(auth(REAUTHENTICATE, METHOD, "ann".getBytes(UTF_8)));
      List<String> delivered = new ArrayList<>();
      int sent = 0;
      RawPacket end = null;
      int round = 0;
      while (end == null) {
        for (int i = 0; i < 20; i++) {
          client.send(Wire.publish("users/ann/x", 0, 0, "" + sent++));
        }
        RawPacket auth = receiveAuth(client, delivered);
        if (auth.reason() == 0) {
          end = auth;
        } else {
          assertEquals(CONTINUE, auth.reason());
          byte[] proof = ChallengeAuthenticator.proof("of ann", data(auth));
          client.send(auth(CONTINUE, METHOD, round++ == 0 ? proof : "ok".getBytes(UTF_8)));
        }
      }
      assertEquals(List.of(METHOD), end.all(Wire.AUTHENTICATION_METHOD));
      assertEquals("welcome ann", new String(data(end), UTF_8));
      while (delivered.size() < sent) {
        delivered.add(client.expect(Wire.PUBLISH).payloadText());
      }
      for (int i = 0; i < sent; i++) {
        assertEquals("" + i, delivered.get(i));
      }
      client.ping();
    }
  }

  @Test
  @Normative("MQTT-4.12.1-2")
  void failedReauthenticationDisconnects() throws IOException {
    try (RawClient client = authenticated("fails", "ann")) {
      client.send(auth(REAUTHENTICATE, METHOD, "ann".getBytes(UTF_8)));
      expectAuth(client, CONTINUE);
      client.send(auth(CONTINUE, METHOD, "guess".getBytes(UTF_8)));
      client.expectDisconnect(NOT_AUTHORIZED);
    }
  }

  @Test
  void sessionDoesNotPassToAnotherUser() throws IOException {
    try (RawClient client = authenticated("passes", "ann")) {
      client.send(auth(REAUTHENTICATE, METHOD, "bob".getBytes(UTF_8)));
      byte[] nonce = data(expectAuth(client, CONTINUE));
      client.send(auth(CONTINUE, METHOD, ChallengeAuthenticator.proof("of bob", nonce)));
      expectAuth(client, CONTINUE);
      client.send(auth(CONTINUE, METHOD, "ok".getBytes(UTF_8)));
      client.expectDisconnect(NOT_AUTHORIZED);
    }
  }

  @Test
  @Normative({"MQTT-3.15.2-2", "MQTT-3.15.2-3"})
  void authKeepsWithinTheMaximumPacketSize() throws IOException {
    int limit = 80; // the challenge itself has 60 or so
    try (RawClient client = RawClient.open(broker)) {
      client.send(
          ConnectPacket.v5("small")
              .with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(limit))
              .with(Wire.AUTHENTICATION_METHOD, Wire.utf8(METHOD))
              .with(Wire.AUTHENTICATION_DATA, Wire.utf8("ann"))
              .toBytes());
      RawPacket challenge = expectAuth(client, CONTINUE);
      assertEquals(true, challenge.body().length + 2 <= limit);
      assertEquals(2, challenge.properties().size(), "neither Reason String nor User Property");
    }
  }

  /** Runs alone, as it takes the plug-in away for a while. */
  @Test
  void clientsStayAndOthersAreRefusedWhileTheBundleIsAway() throws Exception {
    try (BrokerProcess own = BrokerProcess.prepare("enhanced-away")) {
      own.set("io.fluxmqtt.access.cfg", "enhancedAuthenticators", ChallengeAuthenticator.NAME);
      own.set("io.fluxmqtt.access.cfg", "policyGraceMillis", "300");
      Path file = own.load().resolve(jar.getFileName());
      Files.copy(jar, file);
      BrokerAddress address = own.start().address();
      Await.until("the method is offered", () -> connectCode(address) == 0);
      try (RawClient stays = authenticated(address, "stays", "ann")) {
        Files.delete(file);
        Await.until("others are refused", () -> connectCode(address) == SERVER_UNAVAILABLE);
        stays.ping();
        Files.copy(jar, file);
        Await.until("others get in again", () -> connectCode(address) == 0);
        stays.ping();
      }
    }
  }

  @Test
  void exchangeThatIsHeldIsEnded() throws Exception {
    try (BrokerProcess own = BrokerProcess.prepare("enhanced-slow")) {
      own.set("io.fluxmqtt.access.cfg", "enhancedAuthenticators", ChallengeAuthenticator.NAME);
      own.set("io.fluxmqtt.access.cfg", "exchangeTimeoutSeconds", "1");
      Files.copy(jar, own.load().resolve(jar.getFileName()));
      BrokerAddress address = own.start().address();
      Await.until("the method is offered", () -> connectCode(address) == 0);
      try (RawClient client = RawClient.open(address)) {
        client.send(connect("slow", "ann"));
        expectAuth(client, CONTINUE);
        expectRefused(NOT_AUTHORIZED, client);
      }
      own.set("io.fluxmqtt.access.cfg", "exchangeTimeoutSeconds", "300");
      own.set("io.fluxmqtt.access.cfg", "exchangeStepsMax", "2");
      Await.until("two steps are too few", () -> connectCode(address) == 0x97);
      try (RawClient client = RawClient.open(address)) {
        client.send(connect("slow", "ann"));
        expectAuth(client, CONTINUE);
        assertThrows(SocketTimeoutException.class, () -> client.receive(Duration.ofMillis(1500)));
      }
    }
  }

  private static int connectCode() throws IOException {
    return connectCode(broker);
  }

  /** The code of CONNACK for somebody who knows the password. */
  private static int connectCode(BrokerAddress address) throws IOException {
    try (RawClient client = RawClient.open(address)) {
      client.send(connect("probe", "ann"));
      return connAck(client, "ann").reason();
    }
  }

  private static RawClient authenticated(String clientId, String user) throws IOException {
    return authenticated(broker, clientId, user);
  }

  private static RawClient authenticated(BrokerAddress address, String clientId, String user)
      throws IOException {
    RawClient client = RawClient.open(address);
    client.send(connect(clientId, user));
    assertEquals(0, connAck(client, user).reason());
    return client;
  }

  /** Goes through the exchange, and returns the CONNACK at its end. */
  private static RawPacket connAck(RawClient client, String user) throws IOException {
    RawPacket packet = client.receive();
    for (int step = 0; packet.type() == Wire.AUTH; step++) {
      byte[] answer =
          step == 0
              ? ChallengeAuthenticator.proof("of " + user, data(packet))
              : "ok".getBytes(UTF_8);
      client.send(auth(CONTINUE, METHOD, answer));
      packet = client.receive();
    }
    assertEquals(Wire.CONNACK, packet.type());
    return packet;
  }

  private static byte[] connect(String clientId, String user) {
    return connect(clientId, METHOD, user);
  }

  private static byte[] connect(String clientId, String method, String user) {
    return ConnectPacket.v5(clientId)
        .with(Wire.AUTHENTICATION_METHOD, Wire.utf8(method))
        .with(Wire.AUTHENTICATION_DATA, Wire.utf8(user))
        .toBytes();
  }

  private static byte[] auth(int reason, String method, byte[] data) {
    return Wire.packet(
        Wire.AUTH << 4,
        bytes(reason),
        Wire.properties(
            property(Wire.AUTHENTICATION_METHOD, Wire.utf8(method)),
            property(Wire.AUTHENTICATION_DATA, Wire.binary(data))));
  }

  private static RawPacket expectAuth(RawClient client, int reason) throws IOException {
    RawPacket auth = client.expect(Wire.AUTH);
    assertEquals(reason, auth.reason());
    assertEquals(List.of(METHOD), auth.all(Wire.AUTHENTICATION_METHOD));
    return auth;
  }

  /** The next AUTH; the payloads of what is delivered before go into a list. */
  private static RawPacket receiveAuth(RawClient client, List<String> delivered)
      throws IOException {
    RawPacket packet = client.receive();
    while (packet.type() == Wire.PUBLISH) {
      delivered.add(packet.payloadText());
      packet = client.receive();
    }
    assertEquals(Wire.AUTH, packet.type());
    return packet;
  }

  private static void expectRefused(int code, RawClient client) throws IOException {
    RawPacket connAck = client.expect(Wire.CONNACK);
    assertEquals(Integer.toHexString(code), Integer.toHexString(connAck.reason()));
    client.expectClosed();
  }

  private static byte[] data(RawPacket packet) {
    return (byte[]) packet.all(Wire.AUTHENTICATION_DATA).get(0);
  }
}
