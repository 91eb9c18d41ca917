package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.access.Plugin;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectTest {
  private final Fixture fixture = new Fixture();

  @Test
  void newClientGetsConnAckWithoutSessionPresent() {
    Packet.ConnAck ack = fixture.client().connect("a").last(Packet.ConnAck.class);
    assertEquals(0, ack.code());
    assertFalse(ack.sessionPresent());
    assertNotNull(ack.properties());
    assertEquals(10, ack.properties().receiveMaximum());
    assertEquals(4, ack.properties().topicAliasMaximum());
  }

  @Test
  void answerThatAnAuthenticatorHasAtOnceCountsAtOnce() {
    TestClient client = fixture.client();
    assertEquals(1, client.connectInLoop(TestClient.connect5("a", true, 0)).size());
    assertEquals(1, client.sent(Packet.ConnAck.class).size());
    assertEquals(0, client.pauses);
  }

  @Test
  void readingPausesWhileAnAuthenticatorThinks() {
    CompletableFuture<Authentication> answer = new CompletableFuture<>();
    fixture.access.putAuthenticator(
        new Plugin<>("all", "test", true, Fixture.AUTHENTICATOR, credentials -> answer));
    TestClient client = fixture.client();
    assertEquals(List.of(), client.connectInLoop(TestClient.connect5("a", true, 0)));
    assertFalse(client.reading);
    answer.complete(new Authentication.Accepted(Principal.ANONYMOUS));
    fixture.settle();
    assertEquals(0, client.last(Packet.ConnAck.class).code());
    assertTrue(client.reading);
    assertEquals(1, client.pauses);
  }

  @Test
  void onlyWhoSaidGoodbyeIsNotWaitedFor() {
    TestClient leaves = fixture.client().connect("leaves");
    leaves.give(new Packet.Disconnect(ReasonCode.SUCCESS, null, null));
    assertTrue(leaves.hungUp);
    TestClient breaksRules = fixture.client().connect("breaks rules");
    breaksRules.give(TestClient.connect5("a", true, 0));
    assertTrue(breaksRules.closed && !breaksRules.hungUp);
  }

  @Test
  void emptyIdentifierIsAssigned() {
    TestClient client = fixture.client().connect("");
    String assigned = client.last(Packet.ConnAck.class).properties().assignedClientId();
    assertNotNull(assigned);
    assertTrue(fixture.broker.sessions().find(assigned) != null);
  }

  @Test
  void emptyIdentifierOfKeptSessionIsRefusedIn311() {
    TestClient client = fixture.client().connect(TestClient.connect3("", false));
    assertEquals(2, client.last(Packet.ConnAck.class).code());
    assertTrue(client.closed);
  }

  @Test
  void firstPacketOtherThanConnectClosesWithoutAnswer() {
    TestClient client = fixture.client().give(new Packet.PingReq());
    assertTrue(client.closed);
    assertTrue(client.sent.isEmpty());
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "MALFORMED_PACKET",
        "PROTOCOL_ERROR",
        "PACKET_TOO_LARGE",
        "UNSUPPORTED_PROTOCOL_VERSION"
      })
  void malformedConnectOf5IsToldInConnAck(ReasonCode reason) {
    TestClient client = fixture.client().garble(ProtocolVersion.V5_0, reason);
    assertEquals(1, client.sent.size());
    Packet.ConnAck ack = client.last(Packet.ConnAck.class);
    assertEquals(reason.code(), ack.code());
    assertFalse(ack.sessionPresent());
    assertNull(ack.properties().reasonString(), "how much the client takes is not known");
    assertTrue(client.closed);
  }

  @Test
  void malformedConnectOf311ClosesWithoutAnswer() {
    TestClient client =
        fixture.client().garble(ProtocolVersion.V3_1_1, ReasonCode.MALFORMED_PACKET);
    assertTrue(client.closed);
    assertTrue(client.sent.isEmpty());
  }

  @Test
  void unknownLevelIsToldIn311() {
    TestClient client =
        fixture.client().garble(ProtocolVersion.V3_1_1, ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
    assertEquals(List.of(new Packet.ConnAck(false, 1, null)), client.sent);
    assertTrue(client.closed);
  }

  @Test
  void emptyIdentifierOf31IsToldInConnAck() {
    TestClient client =
        fixture.client().garble(ProtocolVersion.V3_1, ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    assertEquals(List.of(new Packet.ConnAck(false, 2, null)), client.sent);
    assertTrue(client.closed);
  }

  @Test
  void whatIsNoConnectClosesWithoutAnswer() {
    for (ReasonCode reason :
        List.of(ReasonCode.PROTOCOL_ERROR, ReasonCode.UNSUPPORTED_PROTOCOL_VERSION)) {
      TestClient client = fixture.client().garble(null, reason);
      assertTrue(client.closed);
      assertTrue(client.sent.isEmpty());
    }
  }

  @Test
  void garbageAfterConnAckIsToldInDisconnect() {
    TestClient client =
        fixture.client().connect("a").garble(ProtocolVersion.V5_0, ReasonCode.MALFORMED_PACKET);
    assertEquals(ReasonCode.MALFORMED_PACKET, client.reason());
    assertTrue(client.closed);
  }

  @Test
  void garbageWhileTheConnectIsJudgedIsToldInConnAck() {
    fixture.removeAuthorizer(); // the Will waits for it
    TestClient client = fixture.client().connect(withWill("a", 0, 0));
    client.garble(ProtocolVersion.V5_0, ReasonCode.MALFORMED_PACKET);
    assertEquals(1, client.sent.size());
    assertEquals(0x81, client.last(Packet.ConnAck.class).code());
    assertTrue(client.closed);
  }

  @Test
  void wrongWillTopicIsToldIn5AndClosesIn311() {
    Packet.Will will =
        new Packet.Will("a/#", Payload.EMPTY, QoS.AT_MOST_ONCE, false, MessageProperties.NONE, 0);
    TestClient five =
        fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "a", true, 0, will, 65_535));
    assertEquals(0x81, five.last(Packet.ConnAck.class).code());
    TestClient older =
        fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V3_1_1, "b", true, 0, will, 65_535));
    assertTrue(older.sent.isEmpty());
    assertTrue(older.closed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/#", "+"})
  void wrongResponseTopicOfAWillIsRefused(String responseTopic) {
    MessageProperties properties =
        new MessageProperties(null, null, responseTopic, null, null, List.of());
    Packet.Will will = new Packet.Will("w", Payload.EMPTY, QoS.AT_MOST_ONCE, false, properties, 0);
    TestClient client =
        fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "a", true, 0, will, 65_535));
    assertEquals(0x82, client.last(Packet.ConnAck.class).code());
    assertTrue(client.closed);
  }

  @Test
  void secondConnectClosesWithProtocolError() {
    TestClient client = fixture.client().connect("a").connect("a");
    assertEquals(ReasonCode.PROTOCOL_ERROR, client.reason());
    assertTrue(client.closed);
  }

  @Test
  void connectTimeoutCloses() {
    TestClient client = fixture.client();
    fixture.pass(4);
    assertFalse(client.closed);
    fixture.pass(2);
    assertTrue(client.closed);
  }

  @Test
  void silenceLongerThanOneAndAHalfKeepAlivesCloses() {
    TestClient client = fixture.client().connect("a");
    fixture.pass(60);
    client.give(new Packet.PingReq());
    assertEquals(1, client.sent(Packet.PingResp.class).size());
    fixture.pass(89);
    assertFalse(client.closed);
    fixture.pass(2);
    assertEquals(ReasonCode.KEEP_ALIVE_TIMEOUT, client.reason());
  }

  /** What it says is not read, however long that takes. */
  @Test
  void whoIsKeptToARateIsNotSilent() {
    TestClient client = fixture.client().connect("a");
    client.heldBack = true;
    fixture.pass(1_000);
    assertFalse(client.closed);
    client.heldBack = false;
    client.handler.readsAgain();
    fixture.pass(89);
    assertFalse(client.closed);
    fixture.pass(2);
    assertEquals(ReasonCode.KEEP_ALIVE_TIMEOUT, client.reason());
  }

  @Test
  void partOfAPacketIsNoSignOfLife() {
    TestClient client = fixture.client().connect("a");
    fixture.pass(60);
    client.give();
    fixture.pass(31);
    assertEquals(ReasonCode.KEEP_ALIVE_TIMEOUT, client.reason());
  }

  @Test
  void unavailableAuthenticationMethodIsRefused() {
    Packet.Connect c = TestClient.connect5("a", true, 0);
    Packet.Connect withMethod =
        new Packet.Connect(
            c.version(),
            c.clientId(),
            true,
            60,
            null,
            null,
            null,
            0,
            10,
            0xFFFF_FFFFL,
            0,
            false,
            true,
            "SCRAM-SHA-1",
            null);
    TestClient client = fixture.client().connect(withMethod);
    assertEquals(
        ReasonCode.BAD_AUTHENTICATION_METHOD.code(), client.last(Packet.ConnAck.class).code());
    assertTrue(client.closed);
  }

  @Test
  void lastOfTwoWhoTakeASessionOverAtOnceHasIt() {
    fixture
        .client()
        .connect(TestClient.connect5("a", false, 100))
        .subscribe("t", QoS.AT_LEAST_ONCE)
        .cut();
    fixture.clientOnOtherLoop().connect("bystander");
    TestClient next = fixture.clientOnOtherLoop();
    TestClient last = fixture.client();
    next.handOver(TestClient.connect5("a", false, 100));
    last.handOver(TestClient.connect5("a", false, 100));
    fixture.two.run();
    fixture.one.run();
    // so that the loop looks at the session's mail before it hears of the session
    fixture.broker.sessions().find("bystander").command(() -> {});
    fixture.house.run();
    fixture.two.run();
    fixture.settle();

    assertTrue(next.closed);
    fixture.client().connect("publisher").publish("t", "hello", QoS.AT_LEAST_ONCE, 1);
    assertEquals(List.of("hello"), last.payloads());
  }

  @Test
  void takeOverOnAnotherLoopClosesTheOldAndKeepsTheSession() {
    TestClient old = fixture.client().connect(TestClient.connect5("a", false, 100));
    old.subscribe("t", QoS.AT_LEAST_ONCE);
    TestClient next = fixture.clientOnOtherLoop().connect(TestClient.connect5("a", false, 100));
    assertEquals(ReasonCode.SESSION_TAKEN_OVER, old.reason());
    assertTrue(old.closed);
    assertTrue(next.last(Packet.ConnAck.class).sessionPresent());
    fixture.client().connect("b").publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(List.of("x"), next.payloads());
    assertTrue(old.payloads().isEmpty());
  }

  @Test
  void cleanStartEndsTheOldSession() {
    TestClient old = fixture.client().connect(TestClient.connect5("a", false, 100));
    old.subscribe("t", QoS.AT_LEAST_ONCE).cut();
    TestClient next = fixture.client().connect(TestClient.connect5("a", true, 100));
    assertFalse(next.last(Packet.ConnAck.class).sessionPresent());
    fixture.client().connect("b").publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertTrue(next.payloads().isEmpty());
  }

  @Test
  void sessionWithoutExpiryEndsWithItsConnection() {
    fixture.client().connect("a").cut();
    assertEquals(0, fixture.broker.sessions().size());
  }

  @Test
  void sessionExpiresAfterItsInterval() {
    fixture.client().connect(TestClient.connect5("a", false, 10)).cut();
    fixture.pass(9);
    assertEquals(1, fixture.broker.sessions().size());
    fixture.pass(2);
    assertEquals(0, fixture.broker.sessions().size());
  }

  @Test
  void reconnectStopsTheExpiry() {
    fixture.client().connect(TestClient.connect5("a", false, 10)).cut();
    fixture.pass(5);
    TestClient back = fixture.client().connect(TestClient.connect5("a", false, 10));
    for (int i = 0; i < 10; i++) {
      fixture.pass(5);
      back.give(new Packet.PingReq());
    }
    assertEquals(1, fixture.broker.sessions().size());
  }

  @Test
  void disconnectMayNotRaiseAnExpiryOfZero() {
    TestClient client = fixture.client().connect("a");
    client.give(new Packet.Disconnect(ReasonCode.SUCCESS, 5L, null));
    assertEquals(ReasonCode.PROTOCOL_ERROR, client.reason());
  }

  @Test
  void willIsPublishedWhenTheConnectionBreaksAndNotAfterDisconnect() {
    TestClient watcher = fixture.client().connect("w").subscribe("will", QoS.EXACTLY_ONCE);
    fixture.client().connect(withWill("a", 0, 0)).cut();
    assertEquals(List.of("gone"), watcher.payloads());
    fixture
        .client()
        .connect(withWill("a", 0, 0))
        .give(new Packet.Disconnect(ReasonCode.SUCCESS, null, null));
    assertEquals(1, watcher.payloads().size());
    fixture
        .client()
        .connect(withWill("a", 0, 0))
        .give(new Packet.Disconnect(ReasonCode.DISCONNECT_WITH_WILL, null, null));
    assertEquals(2, watcher.payloads().size());
  }

  @Test
  void willDelayIsCutShortByTheSessionsEndAndStoppedByAReturn() {
    TestClient watcher = fixture.client().connect("w").subscribe("will", QoS.EXACTLY_ONCE);
    fixture.client().connect(withWill("a", 10, 100)).cut();
    fixture.pass(9);
    assertTrue(watcher.payloads().isEmpty());
    fixture.pass(2);
    assertEquals(1, watcher.payloads().size());

    fixture.client().connect(withWill("b", 50, 5)).cut();
    fixture.pass(6);
    assertEquals(2, watcher.payloads().size());

    fixture.client().connect(withWill("c", 10, 100)).cut();
    fixture.pass(5);
    fixture.client().connect(TestClient.connect5("c", false, 100));
    fixture.pass(20);
    assertEquals(2, watcher.payloads().size());
  }

  @Test
  void willThatMayNotBePublishedRefusesTheConnection() {
    fixture.denied = "will";
    TestClient client = fixture.client().connect(withWill("a", 0, 0));
    assertEquals(ReasonCode.NOT_AUTHORIZED.code(), client.last(Packet.ConnAck.class).code());
    assertTrue(client.closed);
    assertEquals(0, fixture.broker.sessions().size());
  }

  @Test
  void kickTellsWhyAndKeepsTheSession() throws Exception {
    TestClient client = fixture.client().connect(TestClient.connect5("a", false, 100));
    Administration admin = new Administration(fixture.broker, List::of, Optional::empty);
    var kicked = admin.kick("a").toCompletableFuture();
    fixture.settle();
    assertTrue(kicked.get());
    assertEquals(ReasonCode.ADMINISTRATIVE_ACTION, client.reason());
    assertEquals(1, fixture.broker.sessions().size());
    assertFalse(admin.kick("nobody").toCompletableFuture().get());
  }

  @Test
  void missingPolicyRefusesTheWillAfterTheGrace() {
    fixture.removeAuthorizer();
    TestClient client = fixture.client().connect(withWill("a", 0, 0));
    assertTrue(client.sent.isEmpty());
    fixture.pass(3);
    assertEquals(ReasonCode.SERVER_UNAVAILABLE.code(), client.last(Packet.ConnAck.class).code());
  }

  private static Packet.Connect withWill(String clientId, long delay, long expiry) {
    Packet.Will will =
        new Packet.Will(
            "will",
            Payload.ofUtf8("gone"),
            QoS.AT_LEAST_ONCE,
            false,
            MessageProperties.NONE,
            delay);
    return TestClient.connect(ProtocolVersion.V5_0, clientId, false, expiry, will, 65_535);
  }
}
