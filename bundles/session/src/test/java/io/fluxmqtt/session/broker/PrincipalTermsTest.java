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
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.access.Plugin;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A Principal that ends at some time, or is bound to a Client Identifier. */
class PrincipalTermsTest {
  private static final String METHOD = "M";
  private static final Principal ANN = Principal.user("ann");

  private final Fixture fixture = new Fixture();
  private Principal accepted = ANN;

  PrincipalTermsTest() {
    fixture.wallMillis = Instant.parse("2030-01-01T00:00:00Z").toEpochMilli();
    fixture.access.putAuthenticator(
        new Plugin<>(
            "all",
            "test",
            true,
            Fixture.AUTHENTICATOR,
            credentials ->
                CompletableFuture.completedFuture(new Authentication.Accepted(accepted))));
  }

  @Test
  void connectionIsClosedWhenItsPrincipalEnds() {
    accepted = ANN.withValidUntil(in(10));
    TestClient client = fixture.client().connect(TestClient.connect5("a", true, 60));
    fixture.pass(9);
    assertFalse(client.closed);
    fixture.pass(2);
    assertEquals(ReasonCode.MAXIMUM_CONNECT_TIME, client.reason());
    assertTrue(client.closed);
    assertNotNull(fixture.broker.sessions().find("a"), "its session goes on");

    accepted = ANN;
    TestClient again = fixture.client().connect(TestClient.connect5("a", false, 60));
    assertTrue(again.last(Packet.ConnAck.class).sessionPresent());
  }

  @Test
  void clientOf311IsClosedWithoutAWord() {
    accepted = ANN.withValidUntil(in(10));
    TestClient client = fixture.client().connect(TestClient.connect3("a", true));
    fixture.pass(11);
    assertTrue(client.closed);
    assertEquals(1, client.sent.size(), "nothing but CONNACK");
  }

  @Test
  void willIsPublishedAtTheEnd() {
    TestClient watcher = fixture.client().connect("w").subscribe("will", QoS.AT_MOST_ONCE);
    accepted = ANN.withValidUntil(in(2));
    Packet.Will will =
        new Packet.Will(
            "will", Payload.ofUtf8("gone"), QoS.AT_MOST_ONCE, false, MessageProperties.NONE, 0);
    fixture.client().connect(TestClient.connect(ProtocolVersion.V5_0, "a", true, 0, will, 65_535));
    fixture.pass(3);
    assertEquals(List.of("gone"), watcher.payloads());
  }

  @Test
  void trafficDoesNotPutTheEndOff() {
    accepted = ANN.withValidUntil(in(5));
    TestClient client = fixture.client().connect("a");
    for (int i = 0; i < 4; i++) {
      fixture.pass(1);
      client.give(new Packet.PingReq());
    }
    assertFalse(client.closed);
    fixture.pass(2);
    assertEquals(ReasonCode.MAXIMUM_CONNECT_TIME, client.reason());
  }

  @Test
  void clockThatIsSetMovesNoEnd() {
    accepted = ANN.withValidUntil(in(10));
    TestClient client = fixture.client().connect("a");
    fixture.wallMillis += 3_600_000;
    fixture.pass(9);
    assertFalse(client.closed);
    fixture.wallMillis -= 7_200_000;
    fixture.pass(2);
    assertTrue(client.closed);
  }

  @Test
  void endThatHasPassedAlreadyRefuses() {
    for (Instant past : List.of(in(0), in(-1), Instant.EPOCH, Instant.MIN)) {
      accepted = ANN.withValidUntil(past);
      TestClient client = fixture.client().connect("a");
      assertEquals(ReasonCode.NOT_AUTHORIZED.code(), client.last(Packet.ConnAck.class).code());
      assertTrue(client.closed);
    }
    assertEquals(0, fixture.broker.sessions().size());
  }

  @Test
  void endInTheFarFutureIsNone() {
    for (Instant far : List.of(Instant.MAX, Instant.parse("9999-12-31T23:59:59Z"))) {
      accepted = ANN.withValidUntil(far);
      TestClient client = fixture.client().connect("a");
      assertEquals(0, client.last(Packet.ConnAck.class).code());
      fixture.pass(50);
      assertFalse(client.closed);
    }
  }

  @Test
  void endOfAConnectionThatIsGoneTouchesNobody() {
    accepted = ANN.withValidUntil(in(5));
    fixture.client().connect(TestClient.connect5("a", true, 60)).cut();
    accepted = ANN;
    TestClient again = fixture.client().connect(TestClient.connect5("a", false, 60));
    fixture.pass(10);
    assertFalse(again.closed);
  }

  @Test
  void reauthenticationPutsTheEndOff() {
    TestClient client = enhanced(ANN.withValidUntil(in(10)));
    accepted = ANN.withValidUntil(in(30));
    client.auth(ReasonCode.REAUTHENTICATE, METHOD, "x");
    fixture.pass(20);
    assertFalse(client.closed);
    accepted = ANN; // for good
    client.auth(ReasonCode.REAUTHENTICATE, METHOD, "x");
    fixture.pass(20);
    assertFalse(client.closed);
    accepted = ANN.withValidUntil(in(5));
    client.auth(ReasonCode.REAUTHENTICATE, METHOD, "x");
    fixture.pass(6);
    assertEquals(ReasonCode.MAXIMUM_CONNECT_TIME, client.reason());
  }

  @Test
  void reauthenticationWithWhatHasExpiredDisconnects() {
    TestClient client = enhanced(ANN);
    accepted = ANN.withValidUntil(in(0));
    client.auth(ReasonCode.REAUTHENTICATE, METHOD, "x");
    assertEquals(ReasonCode.NOT_AUTHORIZED, client.reason());
  }

  @Test
  void reauthenticationForAnotherIdentifierDisconnects() {
    TestClient client = enhanced(ANN.withClientId("a"));
    accepted = ANN.withClientId("b");
    client.auth(ReasonCode.REAUTHENTICATE, METHOD, "x");
    assertEquals(ReasonCode.NOT_AUTHORIZED, client.reason());
  }

  @Test
  void clientOfTheIdentifierComesIn() {
    accepted = ANN.withClientId("a");
    assertEquals(0, fixture.client().connect("a").last(Packet.ConnAck.class).code());
  }

  @Test
  void clientOfAnotherIdentifierIsRefused() {
    accepted = ANN.withClientId("a");
    TestClient client = fixture.client().connect("b");
    assertEquals(0x85, client.last(Packet.ConnAck.class).code());
    assertTrue(client.closed);
    TestClient old = fixture.client().connect(TestClient.connect3("b", true));
    assertEquals(2, old.last(Packet.ConnAck.class).code());
    assertEquals(0, fixture.broker.sessions().size());
  }

  @Test
  void clientWithoutAnIdentifierIsAssignedIt() {
    accepted = ANN.withClientId("a");
    TestClient client = fixture.client().connect("");
    assertEquals("a", client.last(Packet.ConnAck.class).properties().assignedClientId());
    assertNotNull(fixture.broker.sessions().find("a"));
    TestClient old = fixture.client().connect(TestClient.connect3("", true));
    assertEquals(0, old.last(Packet.ConnAck.class).code());
    assertEquals(ReasonCode.SESSION_TAKEN_OVER, client.reason(), "of the same session");
    assertEquals(1, fixture.broker.sessions().size());
  }

  @Test
  void identifierThatNoClientCouldHaveIsNotAssigned() {
    for (String unfit : List.of("", "a\0b", "x".repeat(70_000))) {
      accepted = ANN.withClientId(unfit);
      TestClient client = fixture.client().connect("");
      assertEquals(0x85, client.last(Packet.ConnAck.class).code());
    }
    assertEquals(0, fixture.broker.sessions().size());
  }

  @Test
  void assignedClientIsAuthorizedByItsIdentifier() {
    accepted = ANN.withClientId("a");
    fixture.client().connect("").subscribe("t", QoS.AT_MOST_ONCE);
    assertEquals("a", fixture.asked.clientId());
  }

  private Instant in(long seconds) {
    return fixture.broker.wallTime(fixture.broker.expiryMillis()).plusSeconds(seconds);
  }

  private TestClient enhanced(Principal principal) {
    accepted = principal;
    fixture.putEnhanced(METHOD, new Accepting());
    TestClient client = fixture.client().connect(TestClient.connectWith("a", METHOD, "x"));
    assertEquals(0, client.last(Packet.ConnAck.class).code());
    assertNull(client.last(Packet.ConnAck.class).properties().assignedClientId());
    return client;
  }

  private final class Accepting implements EnhancedAuthenticator {
    @Override
    public Exchange begin(Credentials credentials) {
      return new Exchange() {
        @Override
        public CompletionStage<ExchangeStep> next(@Nullable Payload data) {
          return CompletableFuture.completedFuture(new ExchangeStep.Accepted(accepted, null));
        }

        @Override
        public void closed() {}
      };
    }
  }
}
