package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Checks;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ReasonStrings;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.ResponseInformation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListenerOptionsTest {
  private static final Payload NOT_UTF8 = Payload.copyOf(new byte[] {'a', (byte) 0xC0, 'b'});
  private static final MessageProperties UTF8 =
      new MessageProperties(true, null, null, null, null, List.of());
  private static final Redirect ELSEWHERE =
      new Redirect(ReasonCode.USE_ANOTHER_SERVER, "other:1883");

  private final Fixture fixture = new Fixture();

  private static ListenerProfile listener(
      Limits limits, Capabilities capabilities, Checks checks, String response, Redirect redirect) {
    return new ListenerProfile(
        "test",
        true,
        false,
        List.of(),
        limits,
        capabilities,
        checks,
        ReasonStrings.ON_REQUEST,
        new ResponseInformation(response),
        redirect);
  }

  private static ListenerProfile with(Capabilities capabilities) {
    return listener(Limits.of(1 << 20, 5_000), capabilities, Checks.STANDARD, "", null);
  }

  private static ListenerProfile with(Limits limits) {
    return listener(limits, Capabilities.ALL, Checks.STANDARD, "", null);
  }

  private static final ListenerProfile NO_WILDCARDS =
      with(new Capabilities(false, true, true, true, QoS.EXACTLY_ONCE));
  private static final ListenerProfile NO_SHARING =
      with(new Capabilities(true, false, true, true, QoS.EXACTLY_ONCE));
  private static final ListenerProfile NO_IDENTIFIERS =
      with(new Capabilities(true, true, false, true, QoS.EXACTLY_ONCE));
  private static final ListenerProfile NO_RETAIN =
      with(new Capabilities(true, true, true, false, QoS.EXACTLY_ONCE));
  private static final ListenerProfile QOS_1 =
      with(new Capabilities(true, true, true, true, QoS.AT_LEAST_ONCE));
  private static final ListenerProfile SMALL =
      with(new Limits(1 << 20, 5_000, 30, 40, 5, 10, 10, 10));
  private static final ListenerProfile CHECKED =
      listener(Limits.of(1 << 20, 5_000), Capabilities.ALL, new Checks(true, true), "", null);
  private static final ListenerProfile LENIENT =
      listener(Limits.of(1 << 20, 5_000), Capabilities.ALL, new Checks(false, false), "", null);
  private static final ListenerProfile LEAVING =
      listener(Limits.of(1 << 20, 5_000), Capabilities.ALL, Checks.STANDARD, "", ELSEWHERE);

  private TestClient five(ListenerProfile listener) {
    return fixture.client(listener).connect("five");
  }

  private TestClient three(ListenerProfile listener) {
    return fixture.client(listener).connect(TestClient.connect3("three", true));
  }

  @Test
  void connAckAnnouncesWhatIsThere() {
    assertEquals(
        NO_RETAIN.capabilities(),
        five(NO_RETAIN).last(Packet.ConnAck.class).properties().capabilities());
    assertNull(three(NO_RETAIN).last(Packet.ConnAck.class).properties());
  }

  @Test
  void unavailableKindsOfSubscriptionClose5AndFailIn3() {
    assertEquals(
        ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED,
        five(NO_WILDCARDS).subscribe("a/+", QoS.AT_MOST_ONCE).reason());
    assertEquals(
        ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED,
        five(NO_WILDCARDS).subscribe("$share/g/#", QoS.AT_MOST_ONCE).reason());
    assertEquals(
        ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
        five(NO_SHARING).subscribe("$share/g/t", QoS.AT_MOST_ONCE).reason());
    TestClient identified = five(NO_IDENTIFIERS);
    identified.give(
        new Packet.Subscribe(
            1, 7, List.of(new Packet.SubscribeRequest("t", QoS.AT_MOST_ONCE, false, false, 0))));
    assertEquals(ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED, identified.reason());
    for (ListenerProfile listener : List.of(NO_WILDCARDS, NO_SHARING)) {
      TestClient old = three(listener);
      old.subscribe("$share/g/+", QoS.AT_MOST_ONCE);
      assertEquals(List.of(ReasonCode.UNSPECIFIED_ERROR), old.last(Packet.SubAck.class).reasons());
      old.subscribe("t", QoS.AT_MOST_ONCE);
      assertEquals(List.of(ReasonCode.SUCCESS), old.last(Packet.SubAck.class).reasons());
      assertFalse(old.closed);
    }
  }

  @Test
  void whatIsThereIsNotTouchedByWhatIsNot() {
    TestClient client = five(NO_WILDCARDS);
    client.subscribe("$share/g/t", QoS.EXACTLY_ONCE);
    assertEquals(List.of(ReasonCode.GRANTED_QOS_2), client.last(Packet.SubAck.class).reasons());
    client.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(List.of("x"), client.payloads());
    assertFalse(client.closed);
  }

  @Test
  void subscriptionsAreGrantedAtMostTheMaximumQos() {
    TestClient client = five(QOS_1).subscribe("t", QoS.EXACTLY_ONCE);
    assertEquals(List.of(ReasonCode.GRANTED_QOS_1), client.last(Packet.SubAck.class).reasons());
    fixture.client().connect("p").publish("t", "x", QoS.EXACTLY_ONCE, 1);
    assertEquals(QoS.AT_LEAST_ONCE, client.last(Packet.Publish.class).qos());
  }

  @Test
  void publishBeyondTheMaximumQosOrToBeRetainedCloses() {
    TestClient watcher = fixture.client().connect("w").subscribe("#", QoS.EXACTLY_ONCE);
    assertEquals(
        ReasonCode.QOS_NOT_SUPPORTED, five(QOS_1).publish("t", "x", QoS.EXACTLY_ONCE, 1).reason());
    assertTrue(three(QOS_1).publish("t", "x", QoS.EXACTLY_ONCE, 1).closed);
    Packet retained = TestClient.publication("t", "x", QoS.AT_LEAST_ONCE, 1, true);
    assertEquals(ReasonCode.RETAIN_NOT_SUPPORTED, five(NO_RETAIN).give(retained).reason());
    assertTrue(three(NO_RETAIN).give(retained).closed);
    assertTrue(watcher.payloads().isEmpty());
    five(QOS_1).publish("t", "within", QoS.AT_LEAST_ONCE, 1);
    assertEquals(List.of("within"), watcher.payloads());
  }

  @Test
  void willBeyondWhatIsThereRefusesTheConnection() {
    assertEquals(0x9B, refusal(QOS_1, will("t", QoS.EXACTLY_ONCE, false, Payload.EMPTY)));
    assertEquals(0x9A, refusal(NO_RETAIN, will("t", QoS.AT_MOST_ONCE, true, Payload.EMPTY)));
    assertEquals(0x90, refusal(SMALL, will("1/2/3/4/5/6", QoS.AT_MOST_ONCE, false, NOT_UTF8)));
    String deepest = "/".repeat(40_000); // too deep for a Topic Name here at all
    assertEquals(0x90, refusal(SMALL, will(deepest, QoS.AT_MOST_ONCE, false, NOT_UTF8)));
    assertEquals(0x99, refusal(CHECKED, will("t", QoS.AT_MOST_ONCE, false, NOT_UTF8)));
    assertEquals(0, refusal(NO_RETAIN, will("t", QoS.EXACTLY_ONCE, false, NOT_UTF8)));
    TestClient old =
        fixture
            .client(QOS_1)
            .connect(
                TestClient.connect(
                    ProtocolVersion.V3_1_1,
                    "old",
                    true,
                    0,
                    will("t", QoS.EXACTLY_ONCE, false, Payload.EMPTY),
                    10));
    assertEquals(5, old.last(Packet.ConnAck.class).code());
    assertTrue(old.closed);
  }

  private int refusal(ListenerProfile listener, Packet.Will will) {
    TestClient client =
        fixture
            .client(listener)
            .connect(TestClient.connect(ProtocolVersion.V5_0, "w", true, 0, will, 10));
    int code = client.last(Packet.ConnAck.class).code();
    assertEquals(code != 0, client.closed);
    return code;
  }

  private static Packet.Will will(String topic, QoS qos, boolean retain, Payload payload) {
    return new Packet.Will(topic, payload, qos, retain, UTF8, 0);
  }

  @Test
  void topicBeyondTheLimitsIsRefusedAndFiltersToo() {
    for (String topic :
        List.of("1/2/3/4/5/6", "x".repeat(41), "ä".repeat(21), "/".repeat(32_000))) {
      TestClient client = five(SMALL);
      client.publish(topic, "x", QoS.AT_LEAST_ONCE, 1).publish(topic, "x", QoS.EXACTLY_ONCE, 2);
      assertEquals(ReasonCode.TOPIC_NAME_INVALID, client.last(Packet.PubAck.class).reason(), topic);
      assertEquals(ReasonCode.TOPIC_NAME_INVALID, client.last(Packet.PubRec.class).reason());
      client.subscribe(topic, QoS.AT_MOST_ONCE);
      assertEquals(
          List.of(ReasonCode.TOPIC_FILTER_INVALID), client.last(Packet.SubAck.class).reasons());
      assertFalse(client.closed);
      client.publish(topic, "x", QoS.AT_MOST_ONCE, 0);
      assertEquals(ReasonCode.TOPIC_NAME_INVALID, client.reason());
      TestClient old = three(SMALL).subscribe(topic, QoS.AT_MOST_ONCE);
      assertEquals(List.of(ReasonCode.UNSPECIFIED_ERROR), old.last(Packet.SubAck.class).reasons());
      assertTrue(old.publish(topic, "x", QoS.AT_LEAST_ONCE, 1).closed);
    }
    TestClient client = five(SMALL).subscribe("1/2/3/4/5", QoS.AT_MOST_ONCE);
    client.publish("1/2/3/4/5", "within", QoS.AT_LEAST_ONCE, 1);
    assertEquals(List.of("within"), client.payloads());
    client.subscribe("x".repeat(40), QoS.AT_MOST_ONCE);
    assertEquals(List.of(ReasonCode.SUCCESS), client.last(Packet.SubAck.class).reasons());
  }

  @Test
  void unsubscribeBeyondTheLimitsIsAnsweredAndRemovesWhatIsThere() {
    String deep = "1/2/3/4/5/6";
    for (String filter : List.of("/".repeat(32_000), deep)) {
      TestClient old = three(SMALL).give(new Packet.Unsubscribe(1, List.of(filter)));
      assertEquals(1, old.sent(Packet.UnsubAck.class).size());
      assertFalse(old.closed);
    }
    fixture
        .client()
        .connect(TestClient.connect5("far", false, 100))
        .subscribe(deep, QoS.AT_MOST_ONCE);
    TestClient moved = fixture.client(SMALL).connect(TestClient.connect5("far", false, 100));
    moved.give(new Packet.Unsubscribe(1, List.of(deep, "/".repeat(32_000))));
    assertEquals(
        List.of(ReasonCode.SUCCESS, ReasonCode.TOPIC_FILTER_INVALID),
        moved.last(Packet.UnsubAck.class).reasons());
    assertTrue(three(SMALL).give(new Packet.Unsubscribe(1, List.of("a#"))).closed);
  }

  @Test
  void aliasOfARefusedTopicIsRefusedToo() {
    TestClient client = five(SMALL);
    client.give(aliased("1/2/3/4/5/6", 1), aliased("", 2));
    assertEquals(
        List.of(ReasonCode.TOPIC_NAME_INVALID, ReasonCode.TOPIC_NAME_INVALID),
        client.sent(Packet.PubAck.class).stream().map(Packet.PubAck::reason).toList());
    assertFalse(client.closed);
  }

  private static Packet.Publish aliased(String topic, int packetId) {
    return new Packet.Publish(
        topic,
        Payload.EMPTY,
        QoS.AT_LEAST_ONCE,
        false,
        false,
        packetId,
        1,
        MessageProperties.NONE,
        List.of());
  }

  @Test
  void clientIdentifierBeyondTheLimitIsRefused() {
    assertEquals(
        0x85, fixture.client(SMALL).connect("x".repeat(31)).last(Packet.ConnAck.class).code());
    assertEquals(
        2,
        fixture
            .client(SMALL)
            .connect(TestClient.connect3("ä".repeat(16), true))
            .last(Packet.ConnAck.class)
            .code());
    assertEquals(
        0, fixture.client(SMALL).connect("x".repeat(30)).last(Packet.ConnAck.class).code());
    assertEquals(0, fixture.client(SMALL).connect("").last(Packet.ConnAck.class).code());
  }

  @Test
  void payloadThatIsNotWhatItSaysIsRefusedWhereThatIsChecked() {
    TestClient watcher = fixture.client().connect("w").subscribe("#", QoS.EXACTLY_ONCE);
    TestClient client = five(CHECKED);
    client.give(said(NOT_UTF8, QoS.AT_LEAST_ONCE, UTF8), said(NOT_UTF8, QoS.EXACTLY_ONCE, UTF8));
    assertEquals(ReasonCode.PAYLOAD_FORMAT_INVALID, client.last(Packet.PubAck.class).reason());
    assertEquals(ReasonCode.PAYLOAD_FORMAT_INVALID, client.last(Packet.PubRec.class).reason());
    assertTrue(watcher.payloads().isEmpty());
    client.give(said(NOT_UTF8, QoS.AT_LEAST_ONCE, MessageProperties.NONE));
    client.give(said(Payload.ofUtf8("grün\0" + "x".repeat(5_000)), QoS.AT_LEAST_ONCE, UTF8));
    assertEquals(2, watcher.payloads().size());
    client.give(said(NOT_UTF8, QoS.AT_MOST_ONCE, UTF8));
    assertEquals(ReasonCode.PAYLOAD_FORMAT_INVALID, client.reason());
    five(TestClient.LISTENER).give(said(NOT_UTF8, QoS.AT_LEAST_ONCE, UTF8));
    assertEquals(3, watcher.payloads().size());
  }

  private static Packet.Publish said(Payload payload, QoS qos, MessageProperties properties) {
    int id = qos == QoS.AT_MOST_ONCE ? 0 : 1;
    return new Packet.Publish("t", payload, qos, false, false, id, 0, properties, List.of());
  }

  @Test
  void responseInformationIsForThoseWhoAsk() {
    ListenerProfile listener =
        listener(Limits.of(1 << 20, 5_000), Capabilities.ALL, Checks.STANDARD, "answers/%c", null);
    assertNull(information(fixture.client(listener).connect("silent")));
    assertEquals("answers/a", information(asking(listener, "a")));
    assertNull(information(asking(listener, "a/b")));
    assertNull(information(asking(TestClient.LISTENER, "a")));
    String assigned = information(asking(listener, ""));
    assertTrue(assigned.startsWith("answers/auto-"), assigned);
  }

  private TestClient asking(ListenerProfile listener, String clientId) {
    Packet.Connect c = TestClient.connect5(clientId, true, 0);
    return fixture
        .client(listener)
        .connect(
            new Packet.Connect(
                c.version(),
                clientId,
                true,
                60,
                null,
                null,
                null,
                0,
                10,
                0xFFFF_FFFFL,
                0,
                true,
                true,
                null,
                null));
  }

  private static String information(TestClient client) {
    return client.last(Packet.ConnAck.class).properties().responseInformation();
  }

  @Test
  void redirectingListenerSendsAwayWhomItKnows() {
    TestClient five = five(LEAVING);
    assertEquals(0x9C, five.last(Packet.ConnAck.class).code());
    assertEquals("other:1883", five.last(Packet.ConnAck.class).properties().serverReference());
    assertTrue(five.closed);
    TestClient three = three(LEAVING);
    assertEquals(3, three.last(Packet.ConnAck.class).code());
    assertTrue(three.closed);
    assertEquals(0, fixture.broker.sessions().size());
  }

  @Test
  void whoIsNotKnownIsNotToldWhereTheOthersAre() {
    fixture.access.removeAuthenticator(Fixture.AUTHENTICATOR);
    TestClient stranger = five(LEAVING);
    fixture.pass(3);
    assertEquals(0x88, stranger.last(Packet.ConnAck.class).code());
    assertNull(stranger.last(Packet.ConnAck.class).properties().serverReference());
  }

  @Test
  void redirectionThatBeginsSendsConnectedClientsAway() {
    TestClient five = fixture.client().connect(TestClient.connect5("kept", false, 100));
    TestClient three = three(TestClient.LISTENER);
    TestClient early = fixture.client();
    for (TestClient client : List.of(five, three, early)) {
      client.redirect(ELSEWHERE);
      assertTrue(client.closed);
    }
    assertEquals(
        new Packet.Disconnect(ReasonCode.USE_ANOTHER_SERVER, null, null, "other:1883"),
        five.last(Packet.Disconnect.class));
    assertTrue(three.sent(Packet.Disconnect.class).isEmpty());
    assertTrue(early.sent.isEmpty());
    assertEquals(1, fixture.broker.sessions().size());
  }

  @Test
  void operatorSendsOneClientElsewhere() throws Exception {
    Administration admin = new Administration(fixture.broker, List::of, Optional::empty);
    TestClient client = fixture.client().connect(TestClient.connect5("c", false, 100));
    var done = admin.redirect("c", Optional.of("b:1 c:2"), true).toCompletableFuture();
    fixture.settle();
    assertTrue(done.get());
    assertEquals(
        new Packet.Disconnect(ReasonCode.SERVER_MOVED, null, null, "b:1 c:2"),
        client.last(Packet.Disconnect.class));
    assertTrue(client.closed);
    assertEquals(1, fixture.broker.sessions().size());
  }

  @Test
  void lenientListenerBearsMoreThanReceiveMaximumAndStaysBounded() {
    fixture
        .client()
        .connect(TestClient.connect5("d", false, 100))
        .subscribe("d", QoS.AT_LEAST_ONCE);
    TestClient client = five(LENIENT);
    fixture.stores.hold();
    for (int id = 1; id <= 50; id++) {
      client.publish("d", "" + id, QoS.AT_LEAST_ONCE, id);
    }
    assertFalse(client.closed);
    assertFalse(client.reading, "2 * 10 acknowledgements wait; the rest must");
    fixture.stores.release();
    fixture.settle();
    assertTrue(client.reading);
    assertEquals(50, client.sent(Packet.PubAck.class).size());
    for (int id = 1; id <= 15; id++) {
      client.publish("t", "x", QoS.EXACTLY_ONCE, id);
    }
    assertEquals(15, client.sent(Packet.PubRec.class).size());
    assertFalse(client.closed);
  }
}
