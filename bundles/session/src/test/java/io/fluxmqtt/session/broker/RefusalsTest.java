package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.AccessRuling;
import io.fluxmqtt.api.admin.RefusalInfo;
import io.fluxmqtt.api.events.BrokerEvent;
import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.access.Ruling;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.access.AccessSettings;
import io.fluxmqtt.session.access.Plugin;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static final Comparable<Object> RULES = other -> 1;

  private final Fixture fixture = new Fixture(Fixture.with("refusalsMax", 30));
  private final Admin admin = new Admin(fixture);
  private final BlockingQueue<BrokerEvent> events = new LinkedBlockingQueue<>();
  private Decision decision = Decision.DENY; // of what begins with "secret"
  private int explained;

  RefusalsTest() {
    fixture
        .broker
        .events()
        .add(
            event -> {
              if (event instanceof BrokerEvent.Refused) {
                events.add(event);
              }
            });
    fixture.removeAuthorizer();
    putRules();
  }

  private void putRules() {
    fixture.access.putAuthorizer(
        new Plugin<Authorizer>("rules", "test", false, RULES, new Rules()).lasting());
  }

  private final class Rules implements Authorizer {
    @Override
    public Decision decide(Client client, Access access) {
      return access.toString().contains("secret") ? decision : Decision.ALLOW;
    }

    @Override
    public Ruling explain(Client client, Access access) {
      explained++;
      return new Ruling(decide(client, access), "deny secret/#");
    }
  }

  private List<RefusalInfo> refusals() {
    return admin.administration.refusals();
  }

  private RefusalInfo only() {
    assertEquals(1, refusals().size(), refusals()::toString);
    return refusals().get(0);
  }

  private BrokerEvent event() throws InterruptedException {
    BrokerEvent event = events.poll(20, TimeUnit.SECONDS);
    assertTrue(event != null, "no event");
    return event;
  }

  private void authenticate(Authentication answer) {
    fixture.access.putAuthenticator(
        new Plugin<>(
            "all",
            "test",
            true,
            Fixture.AUTHENTICATOR,
            credentials -> CompletableFuture.completedFuture(answer)));
  }

  private static Packet.Connect connect(@Nullable String user, Packet.@Nullable Will will) {
    return new Packet.Connect(
        ProtocolVersion.V5_0,
        "id",
        true,
        60,
        will,
        user,
        Payload.ofUtf8("password-of-ann"),
        0,
        65_535,
        0xFFFF_FFFFL,
        0,
        false,
        true,
        null,
        null);
  }

  @Test
  void deniedPublishIsNotedWithItsRuleOnceAndCountedThen() throws Exception {
    fixture.wallMillis = 1_000_000;
    TestClient client = fixture.client().connect("sensor");
    client.publish("secret/plan", "payload-of-it", QoS.AT_LEAST_ONCE, 1);
    long epoch = fixture.access.epoch();
    BrokerEvent.Refused expected =
        new BrokerEvent.Refused(
            Instant.ofEpochMilli(1_000_000),
            "sensor",
            null,
            "test",
            client.remoteAddress(),
            "publish secret/plan (QoS 1)",
            ReasonCode.NOT_AUTHORIZED,
            "authorizer rules (bundle test) denies it: deny secret/#",
            epoch);
    assertEquals(new RefusalInfo(expected, 1, expected.time()), only());
    assertEquals(expected, event());
    fixture.pass(60);
    client.publish("secret/plan", "payload-of-it", QoS.AT_LEAST_ONCE, 2);
    assertEquals(new RefusalInfo(expected, 2, expected.time().plusSeconds(60)), only(), "counted");
    assertEquals(1, explained);
    assertTrue(events.isEmpty());
    fixture.pass(61);
    client = fixture.client().connect("sensor");
    client.publish("secret/plan", "payload-of-it", QoS.AT_LEAST_ONCE, 3);
    assertEquals(1, only().times(), "it was quiet for long");
    assertEquals(expected.time().plusSeconds(121), only().refusal().time());
    assertFalse(refusals().toString().contains("payload-of-it"));
  }

  @Test
  void theNewestIsFirstAndTheOldestAreForgotten() {
    TestClient client = fixture.client().connect("a");
    for (int i = 1; i <= 40; i++) {
      client.publish("secret/" + i, "x", QoS.AT_MOST_ONCE, 0);
      fixture.pass(1);
    }
    assertEquals(30, refusals().size());
    assertEquals("publish secret/40 (QoS 0)", refusals().get(0).refusal().what());
    assertEquals("publish secret/11 (QoS 0)", refusals().get(29).refusal().what());
    client.publish("secret/11", "x", QoS.AT_MOST_ONCE, 0);
    assertEquals("publish secret/11 (QoS 0)", refusals().get(0).refusal().what());
    fixture.broker.configure(Fixture.with("refusalsMax", 1));
    assertEquals("publish secret/11 (QoS 0)", only().refusal().what());
    fixture.broker.configure(Fixture.with("refusalsMax", 0));
    client.publish("secret/x", "x", QoS.AT_MOST_ONCE, 0);
    assertEquals(List.of(), refusals());
  }

  @Test
  void aFloodOfOneClientIsNotLookedIntoAndHidesNoOther() {
    TestClient flood = fixture.client().connect("flood");
    for (int i = 0; i < 1_000; i++) {
      flood.publish("secret/" + i, "x", QoS.AT_MOST_ONCE, 0);
    }
    assertEquals(10, explained);
    assertEquals(10, refusals().size());
    fixture.client().connect("other").publish("secret", "x", QoS.AT_MOST_ONCE, 0);
    assertEquals("other", refusals().get(0).refusal().clientId());
  }

  @Test
  void aFloodOfManyClientsIsExplainedInPartOnly() {
    for (int i = 0; i < 25; i++) {
      fixture.client().connect("client" + i).publish("secret", "x", QoS.AT_MOST_ONCE, 0);
    }
    assertEquals(20, explained);
    assertTrue(refusals().get(0).refusal().by().contains("not asked why"));
    assertTrue(refusals().get(24).refusal().by().contains("deny secret/#"));
    for (int i = 0; i < 300; i++) {
      fixture.client().connect("client" + i).publish("secret", "x", QoS.AT_MOST_ONCE, 0);
    }
    assertEquals("client174", refusals().get(0).refusal().clientId(), "200 notes a second");
    assertEquals(20, explained);
  }

  @Test
  void anotherPolicyMakesAnotherRefusal() {
    TestClient client = fixture.client().connect("a");
    client.publish("secret", "x", QoS.AT_MOST_ONCE, 0);
    putRules();
    client.publish("secret", "x", QoS.AT_MOST_ONCE, 0);
    assertEquals(2, refusals().size());
    assertEquals(2, explained);
    assertTrue(refusals().get(0).refusal().epoch() > refusals().get(1).refusal().epoch());
  }

  @Test
  void deniedSubscribeIsNoted() {
    TestClient client = fixture.client().connect("a");
    client.subscribe("secret/\u0007/#", QoS.EXACTLY_ONCE);
    BrokerEvent.Refused refusal = only().refusal();
    assertEquals("subscribe secret/\\u0007/# (QoS 2)", refusal.what());
    assertEquals(ReasonCode.NOT_AUTHORIZED, refusal.reason());
  }

  @Test
  void absentPolicyIsNamed() {
    fixture.access.configure(
        AccessSettings.of(List.of("all"), List.of("ghost")).withInline(Set.of("test")));
    fixture.pass(3);
    fixture.client().connect("a").publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    BrokerEvent.Refused refusal = only().refusal();
    assertEquals(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, refusal.reason());
    assertEquals("authorizer: ghost is missing", refusal.by());
  }

  @Test
  void deniedWillIsNotedAtConnectAndWhenItIsDue() {
    Message secret = Message.of("secret/will", Payload.ofUtf8("x"), QoS.AT_LEAST_ONCE, true);
    Packet.Will will = will(secret);
    fixture.client().connect(connect(null, will));
    assertEquals("publish the Will secret/will (QoS 1, retain)", only().refusal().what());
    decision = Decision.ALLOW;
    putRules();
    TestClient client = fixture.client().connect(connect(null, will));
    decision = Decision.DENY;
    putRules();
    client.cut();
    assertEquals(2, refusals().size());
    assertEquals("id", refusals().get(0).refusal().clientId());
  }

  private static Packet.Will will(Message message) {
    return new Packet.Will(
        message.topic(),
        message.payload(),
        message.qos(),
        message.retain(),
        message.properties(),
        0);
  }

  @Test
  void refusedConnectIsNotedWithWhoRefusedAndWithoutThePassword() {
    authenticate(new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD));
    for (int i = 0; i < 3; i++) {
      fixture.client().connect(connect("ann", null));
    }
    BrokerEvent.Refused refusal = only().refusal();
    assertEquals(3, only().times());
    assertEquals("connect", refusal.what());
    assertEquals("ann", refusal.userName());
    assertEquals(ReasonCode.BAD_USER_NAME_OR_PASSWORD, refusal.reason());
    assertTrue(refusal.by().startsWith("authenticator all (bundle test) refused"), refusal.by());
    assertFalse(refusals().toString().contains("password-of-ann"));
  }

  @Test
  void anotherUsersSessionIsNotedAsSuch() {
    authenticate(new Authentication.Accepted(Principal.user("ann")));
    fixture.client().connect(connect("ann", null));
    authenticate(new Authentication.Accepted(Principal.user("bob")));
    fixture.client().connect(connect("bob", null));
    BrokerEvent.Refused refusal = only().refusal();
    assertEquals("bob", refusal.userName());
    assertTrue(refusal.by().contains("another user's"), refusal.by());
    assertFalse(refusal.by().contains("ann"), refusal.by());
  }

  @Test
  void limitIsNamed() {
    for (int i = 0; i < 101; i++) {
      fixture.client().connect("c" + i);
    }
    assertEquals(ReasonCode.QUOTA_EXCEEDED, only().refusal().reason());
    assertTrue(only().refusal().by().contains("sessionsMax"));
  }

  @Test
  void longIdentifiersAreCut() {
    String id = "i".repeat(1_000);
    fixture.client().connect(id).publish("secret/" + id, "x", QoS.AT_MOST_ONCE, 0);
    assertEquals("i".repeat(255) + "…", only().refusal().clientId());
    assertTrue(only().refusal().what().length() < 300);
  }

  @Test
  void explainsAndTellsWhoAClientIs() throws Exception {
    Principal ann = new Principal("ann", Set.of("in"));
    authenticate(new Authentication.Accepted(ann));
    fixture.client().connect("a");
    Client client = admin.answer(admin.administration.identity("a")).orElseThrow();
    assertEquals(ann, client.principal());
    assertEquals("test", client.listener());
    assertEquals(Optional.empty(), admin.answer(admin.administration.identity("b")));
    Access.Publish secret = new Access.Publish("secret", QoS.AT_MOST_ONCE, false);
    AccessRuling ruling = admin.answer(admin.administration.explain(client, secret));
    assertEquals(
        new AccessRuling(
            false,
            "rules",
            "test",
            "deny secret/#",
            "authorizer rules (bundle test) denies it: deny secret/#",
            fixture.access.epoch()),
        ruling);
    Access.Receive open = new Access.Receive("open");
    assertTrue(admin.answer(admin.administration.explain(client, open)).allowed());
    assertNull(events.poll());
  }
}
