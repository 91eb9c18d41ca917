package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** AUTH, before CONNACK and after. */
class EnhancedAuthenticationTest {
  private static final String METHOD = "SAY-AFTER-ME";
  private static final ReasonCode CONTINUE = ReasonCode.CONTINUE_AUTHENTICATION;
  private static final ReasonCode AGAIN = ReasonCode.REAUTHENTICATE;
  private static final Principal ANN = new Principal("ann", Set.of("in"));

  private final Fixture fixture = new Fixture();
  private final List<String> told = new ArrayList<>();
  private final List<Credentials> shown = new ArrayList<>();
  private final List<@Nullable Principal> present = new ArrayList<>();
  private Principal accepted = ANN;
  private @Nullable CompletableFuture<ExchangeStep> slow; // answers instead, if set

  /** Wants to hear "a", then "b"; or "no" and "in" at once. */
  private final class SayAfterMe implements EnhancedAuthenticator {
    @Override
    public Exchange begin(Credentials credentials) {
      shown.add(credentials);
      present.add(null);
      return exchange();
    }

    @Override
    public Exchange beginAgain(Credentials credentials, Principal who) {
      shown.add(credentials);
      present.add(who);
      return exchange();
    }

    private Exchange exchange() {
      return new Exchange() {
        @Override
        public CompletionStage<ExchangeStep> next(@Nullable Payload data) {
          String said = data == null ? "-" : data.toUtf8();
          told.add(said);
          return slow != null ? slow : CompletableFuture.completedFuture(answer(said));
        }

        @Override
        public void closed() {
          told.add("closed");
        }
      };
    }

    private ExchangeStep answer(String said) {
      return switch (said) {
        case "-", "a" -> new ExchangeStep.Continue(Payload.ofUtf8("more"));
        case "b" -> new ExchangeStep.Accepted(accepted, Payload.ofUtf8("welcome"));
        case "in" -> new ExchangeStep.Accepted(accepted, null);
        default -> new ExchangeStep.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      };
    }
  }

  @BeforeEach
  void offerTheMethod() {
    fixture.putEnhanced(METHOD, new SayAfterMe());
  }

  @Test
  void clientIsChallengedUntilItIsAccepted() {
    TestClient client = fixture.client().connect(connect("a"));
    assertEquals(List.of(auth(CONTINUE, "more")), client.sent); // [MQTT-4.12.0-2]
    assertTrue(client.reading);
    client.auth(CONTINUE, METHOD, "b");

    Packet.ConnAck ack = client.last(Packet.ConnAck.class);
    assertEquals(0, ack.code());
    assertEquals(METHOD, ack.properties().authenticationMethod()); // [MQTT-4.12.0-5]
    assertEquals(Payload.ofUtf8("welcome"), ack.properties().authenticationData());
    assertEquals(List.of("a", "b", "closed"), told);
    assertTrue(client.reading);
    assertEquals(1, client.give(new Packet.PingReq()).sent(Packet.PingResp.class).size());
  }

  @Test
  void serverNeedNotSpeakLast() {
    Packet.ConnAck ack = connected("in").last(Packet.ConnAck.class);
    assertEquals(METHOD, ack.properties().authenticationMethod());
    assertNull(ack.properties().authenticationData());
  }

  @Test
  void clientNeedNotSpeakFirst() {
    TestClient client = fixture.client().connect(connect(null));
    assertEquals(List.of("-"), told);
    assertEquals(1, client.sent(Packet.Auth.class).size());
  }

  @Test
  void credentialsOfConnectAreShown() {
    connected("in");
    assertEquals("c", shown.get(0).clientId());
    assertEquals("ann", shown.get(0).userName());
    assertEquals(Payload.ofUtf8("secret"), shown.get(0).password());
    assertNull(present.get(0));
  }

  @Test
  void rejectedClientIsToldInConnAck() {
    TestClient client = fixture.client().connect(connect("a")).auth(CONTINUE, METHOD, "no");
    Packet.ConnAck ack = client.last(Packet.ConnAck.class); // [MQTT-4.12.0-4]
    assertEquals(ReasonCode.BAD_USER_NAME_OR_PASSWORD.code(), ack.code());
    assertTrue(client.closed);
    assertEquals(List.of("a", "no", "closed"), told);
    assertEquals(0, fixture.broker.sessions().size());
  }

  @Test
  void clientWithoutMethodIsNotAnsweredWithOne() {
    TestClient client = fixture.client().connect("a");
    assertNull(client.last(Packet.ConnAck.class).properties().authenticationMethod());
    client.auth(AGAIN, METHOD, "in"); // [MQTT-4.12.0-6] [MQTT-4.12.0-7]
    assertEquals(ReasonCode.PROTOCOL_ERROR, client.reason());
    assertTrue(client.sent(Packet.Auth.class).isEmpty());
  }

  @Test
  void otherPacketsBeforeConnAckAreAProtocolError() {
    for (Packet early :
        List.of(
            new Packet.PingReq(), TestClient.publication("t", "x", QoS.AT_MOST_ONCE, 0, false))) {
      TestClient client = fixture.client().connect(connect("a")).give(early); // [MQTT-3.1.2-30]
      assertConnAck(ReasonCode.PROTOCOL_ERROR, client);
      assertEquals("closed", told.get(told.size() - 1));
    }
  }

  @Test
  void packetsRightBehindConnectAreAProtocolErrorToo() {
    slow = new CompletableFuture<>();
    TestClient client = fixture.client().give(connect("a"), new Packet.PingReq());
    assertConnAck(ReasonCode.PROTOCOL_ERROR, client);
    slow.complete(new ExchangeStep.Accepted(ANN, null));
    fixture.settle();
    assertEquals(1, client.sent.size());
  }

  @Test
  void authThatWasNotAskedForIsAProtocolError() {
    slow = new CompletableFuture<>();
    TestClient early = fixture.client().connect(connect("a")).auth(CONTINUE, METHOD, "b");
    assertConnAck(ReasonCode.PROTOCOL_ERROR, early);
    slow = null;
    TestClient late = connected("in").auth(CONTINUE, METHOD, "b");
    assertEquals(ReasonCode.PROTOCOL_ERROR, late.reason());
  }

  @Test
  void reauthenticationBeforeConnAckIsAProtocolError() {
    TestClient client = fixture.client().connect(connect("a")).auth(AGAIN, METHOD, "b");
    assertConnAck(ReasonCode.PROTOCOL_ERROR, client);
  }

  @Test
  void anotherMethodIsAProtocolError() {
    TestClient before = fixture.client().connect(connect("a")).auth(CONTINUE, "OTHER", "b");
    assertConnAck(ReasonCode.PROTOCOL_ERROR, before);
    TestClient after = connected("in").auth(AGAIN, "OTHER", "in"); // [MQTT-4.12.1-1]
    assertEquals(ReasonCode.PROTOCOL_ERROR, after.reason());
  }

  @Test
  void disconnectBeforeConnAckEndsTheExchange() {
    TestClient client =
        fixture
            .client()
            .connect(connect("a"))
            .give(new Packet.Disconnect(ReasonCode.SUCCESS, null, null));
    assertTrue(client.closed);
    assertEquals(1, client.sent.size(), "nothing but the challenge");
    assertEquals(List.of("a", "closed"), told);
  }

  @Test
  void lostConnectionEndsTheExchange() {
    fixture.client().connect(connect("a")).cut();
    assertEquals(List.of("a", "closed"), told);
    TestClient again = connected("in").auth(AGAIN, METHOD, "a");
    again.cut();
    assertEquals(List.of("a", "closed", "in", "closed", "a", "closed"), told);
  }

  @Test
  void slowClientIsRefusedThoughConnectWasInTime() {
    TestClient client = fixture.client().connect(connect("a"));
    fixture.pass(29);
    assertFalse(client.closed);
    fixture.pass(2);
    assertConnAck(ReasonCode.NOT_AUTHORIZED, client);
  }

  @Test
  void slowPluginIsWaitedForWithReadsPaused() {
    slow = new CompletableFuture<>();
    TestClient client = fixture.client().connect(connect("a"));
    assertFalse(client.reading);
    slow.complete(new ExchangeStep.Continue(null));
    fixture.settle();
    assertEquals(List.of(auth(CONTINUE, null)), client.sent);
    assertTrue(client.reading);
    fixture.pass(1);
    slow = new CompletableFuture<>();
    client.auth(CONTINUE, METHOD, "b");
    assertFalse(client.reading);
    slow.complete(new ExchangeStep.Accepted(ANN, null));
    fixture.settle();
    assertEquals(0, client.last(Packet.ConnAck.class).code());
    assertTrue(client.reading);
  }

  @Test
  void willIsJudgedForWhoTheExchangeFound() {
    fixture.forGroupOnly = "will";
    Packet.Will will =
        new Packet.Will("will", Payload.EMPTY, QoS.AT_MOST_ONCE, false, MessageProperties.NONE, 0);
    accepted = Principal.user("ann");
    TestClient outside = fixture.client().connect(TestClient.connectWith("o", METHOD, "in", will));
    assertConnAck(ReasonCode.NOT_AUTHORIZED, outside);
    accepted = ANN;
    TestClient inside = fixture.client().connect(TestClient.connectWith("i", METHOD, "in", will));
    assertEquals(0, inside.last(Packet.ConnAck.class).code());
  }

  @Test
  void departedMethodIsWaitedForThenRefused() {
    fixture.removeEnhanced();
    TestClient client = fixture.client().connect(connect("in"));
    assertTrue(client.sent.isEmpty());
    fixture.pass(3);
    assertConnAck(ReasonCode.SERVER_UNAVAILABLE, client);
  }

  // --- re-authentication ---

  @Test
  void trafficGoesOnWhileTheClientAuthenticatesAgain() {
    TestClient client = connected("in").subscribe("t", QoS.AT_LEAST_ONCE);
    client.auth(AGAIN, METHOD, "a");
    assertEquals(auth(CONTINUE, "more"), client.last(Packet.Auth.class));
    assertEquals(ANN, present.get(1));
    assertNull(shown.get(1).password(), "it is not kept");
    client.publish("t", "meanwhile", QoS.AT_LEAST_ONCE, 1);
    assertEquals(List.of("meanwhile"), client.payloads());

    client.auth(CONTINUE, METHOD, "b");
    assertEquals(auth(ReasonCode.SUCCESS, "welcome"), client.last(Packet.Auth.class));
    assertFalse(client.closed);
    client.auth(AGAIN, METHOD, "in"); // and once more
    assertEquals(auth(ReasonCode.SUCCESS, null), client.last(Packet.Auth.class));
  }

  @Test
  void trafficGoesOnWhileThePluginIsSlow() {
    TestClient client = connected("in");
    slow = new CompletableFuture<>();
    client.auth(AGAIN, METHOD, "a").give(new Packet.PingReq());
    assertEquals(1, client.sent(Packet.PingResp.class).size());
    assertTrue(client.reading);
  }

  @Test
  void failedReauthenticationDisconnects() {
    TestClient client = connected("in").auth(AGAIN, METHOD, "no"); // [MQTT-4.12.1-2]
    assertEquals(ReasonCode.NOT_AUTHORIZED, client.reason(), "0x86 exists in CONNACK only");
    assertTrue(client.closed);
  }

  @Test
  void failedReauthenticationPublishesTheWill() {
    TestClient watcher = fixture.client().connect("w").subscribe("will", QoS.AT_MOST_ONCE);
    Packet.Will will =
        new Packet.Will(
            "will", Payload.ofUtf8("gone"), QoS.AT_MOST_ONCE, false, MessageProperties.NONE, 0);
    fixture
        .client()
        .connect(TestClient.connectWith("c", METHOD, "in", will))
        .auth(AGAIN, METHOD, "no");
    assertEquals(List.of("gone"), watcher.payloads());
  }

  @Test
  void secondReauthenticationBeforeTheFirstEndsIsAProtocolError() {
    TestClient client = connected("in").auth(AGAIN, METHOD, "a").auth(AGAIN, METHOD, "a");
    assertEquals(ReasonCode.PROTOCOL_ERROR, client.reason());
  }

  @Test
  void slowReauthenticationDisconnects() {
    TestClient client = connected("in").auth(AGAIN, METHOD, "a");
    for (int i = 0; i < 3; i++) {
      fixture.pass(9);
      client.give(new Packet.PingReq());
    }
    assertFalse(client.closed);
    fixture.pass(4);
    assertEquals(ReasonCode.NOT_AUTHORIZED, client.reason());
  }

  @Test
  void departedMethodIsWaitedForThenDisconnects() {
    TestClient client = connected("in");
    fixture.removeEnhanced();
    client.auth(AGAIN, METHOD, "in");
    assertFalse(client.closed);
    fixture.pass(3);
    assertEquals(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, client.reason());
  }

  @Test
  void connectionsStayWhenTheMethodDeparts() {
    TestClient client = connected("in");
    fixture.removeEnhanced();
    fixture.pass(5);
    assertEquals(1, client.give(new Packet.PingReq()).sent(Packet.PingResp.class).size());
  }

  @Test
  void subscriptionsAndPublishesAreJudgedForTheNewPrincipal() {
    fixture.forGroupOnly = "t";
    TestClient client = connected("in").subscribe("t", QoS.AT_MOST_ONCE);
    TestClient writer = fixture.client();
    writer.connect(TestClient.connectWith("writer", METHOD, "in"));
    writer.publish("t", "one", QoS.AT_MOST_ONCE, 0);
    assertEquals(List.of("one"), client.payloads());

    accepted = Principal.user("ann"); // has left the group
    client.auth(AGAIN, METHOD, "in");
    writer.publish("t", "two", QoS.AT_MOST_ONCE, 0);
    assertEquals(List.of("one"), client.payloads());
    client.publish("t", "x", QoS.AT_LEAST_ONCE, 9);
    assertEquals(ReasonCode.NOT_AUTHORIZED, client.last(Packet.PubAck.class).reason());

    accepted = ANN; // and comes back
    client.auth(AGAIN, METHOD, "in");
    writer.publish("t", "three", QoS.AT_MOST_ONCE, 0);
    assertEquals(List.of("one", "three"), client.payloads());
    assertFalse(client.closed);
  }

  @Test
  void sessionDoesNotPassToAnotherUser() {
    TestClient client = connected("in");
    accepted = new Principal("bob", Set.of("in"));
    client.auth(AGAIN, METHOD, "in");
    assertEquals(ReasonCode.NOT_AUTHORIZED, client.reason());
    assertTrue(client.closed);
  }

  private TestClient connected(String data) {
    TestClient client = fixture.client().connect(connect(data));
    assertEquals(0, client.last(Packet.ConnAck.class).code());
    return client;
  }

  private static Packet.Connect connect(@Nullable String data) {
    return TestClient.connectWith("c", METHOD, data);
  }

  private static Packet.Auth auth(ReasonCode reason, @Nullable String data) {
    Payload bytes = data == null ? null : Payload.ofUtf8(data);
    return new Packet.Auth(reason, METHOD, bytes, null, List.of());
  }

  private static void assertConnAck(ReasonCode reason, TestClient client) {
    assertEquals(reason.code(), client.last(Packet.ConnAck.class).code());
    assertTrue(client.closed);
    assertTrue(client.sent(Packet.Disconnect.class).isEmpty());
  }
}
