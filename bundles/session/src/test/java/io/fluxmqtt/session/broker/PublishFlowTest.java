package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Checks;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules for what a client publishes, version by version. */
class PublishFlowTest {
  private static final int RECEIVE_MAXIMUM = Fixture.SETTINGS.receiveMaximum();
  private static final int ALIASES = Fixture.SETTINGS.topicAliasMaximum();

  private final Fixture fixture = new Fixture();
  private final TestClient five = fixture.client().connect("five");

  private TestClient three() {
    return fixture.client().connect(TestClient.connect3("three", true));
  }

  private TestClient durable() {
    return fixture.client().connect(TestClient.connect5("durable", false, 1_000));
  }

  private TestClient subscriber() {
    return fixture.clientOnOtherLoop().connect("s").subscribe("t", QoS.EXACTLY_ONCE);
  }

  // --- topics and aliases ---

  @Test
  void publishWithoutTopicAndAliasIsAProtocolError() {
    five.publish("t", "x", QoS.AT_MOST_ONCE, 0).publish("", "x", QoS.AT_MOST_ONCE, 0);
    assertEquals(ReasonCode.PROTOCOL_ERROR, five.reason());
  }

  @Test
  void responseTopicMustBeATopicName() {
    TestClient s = subscriber();
    five.give(answeredAt("answers/here"));
    assertEquals("answers/here", s.last(Packet.Publish.class).properties().responseTopic());
    assertFalse(five.closed);
    five.give(answeredAt("answers/#"));
    assertEquals(ReasonCode.PROTOCOL_ERROR, five.reason());
    assertEquals(1, s.payloads().size());
  }

  @Test
  void highestAliasIsTheMaximum() {
    TestClient s = subscriber();
    five.give(aliased("t", ALIASES), aliased("", ALIASES));
    assertEquals(2, s.payloads().size());
    five.give(aliased("t", ALIASES + 1));
    assertEquals(ReasonCode.TOPIC_ALIAS_INVALID, five.reason());
  }

  @Test
  void aliasesEndWithTheirConnection() {
    five.give(aliased("t", 1)).cut();
    TestClient again = fixture.client().connect("five");
    again.give(aliased("", 1));
    assertEquals(ReasonCode.PROTOCOL_ERROR, again.reason());
  }

  @Test
  void everyPublishIsCounted() {
    five.publish("t", "x", QoS.AT_MOST_ONCE, 0).publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(2, fixture.broker.counters().received.sum());
  }

  // --- acknowledgements ---

  @Test
  void qos0IsNotAnswered() {
    fixture.denied = "secret";
    int before = five.sent.size();
    five.publish("t", "x", QoS.AT_MOST_ONCE, 0).publish("secret", "x", QoS.AT_MOST_ONCE, 0);
    assertEquals(before, five.sent.size());
    assertFalse(five.closed);
  }

  @Test
  void qos1LeavesItsIdentifierFree() {
    five.publish("t", "x", QoS.AT_LEAST_ONCE, 5).give(new Packet.PubRel(5, ReasonCode.SUCCESS));
    assertEquals(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, five.last(Packet.PubComp.class).reason());
  }

  @Test
  void qos1IsNoRepetitionOfQos2() {
    TestClient s = subscriber();
    five.publish("t", "two", QoS.EXACTLY_ONCE, 7).publish("t", "one", QoS.AT_LEAST_ONCE, 7);
    assertEquals(List.of("two", "one"), s.payloads());
    assertEquals(7, five.last(Packet.PubAck.class).packetId());
  }

  @Test
  void deniedQos2OfVersion5EndsWithPubRec() {
    fixture.denied = "t";
    five.publish("t", "x", QoS.EXACTLY_ONCE, 7).give(new Packet.PubRel(7, ReasonCode.SUCCESS));
    assertEquals(
        new Packet.PubRec(
            7, ReasonCode.NOT_AUTHORIZED, "no rule allows this client to publish there"),
        five.last(Packet.PubRec.class));
    assertEquals(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, five.last(Packet.PubComp.class).reason());
    assertEquals(1L, drops("not_authorized"));
  }

  @Test
  void deniedQos1Of311IsAcknowledged() {
    fixture.denied = "t";
    TestClient three = three().publish("t", "x", QoS.AT_LEAST_ONCE, 7);
    assertEquals(7, ackOf3(three).packetId());
    three.give(new Packet.PubRel(7, ReasonCode.SUCCESS));
    assertEquals(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, three.last(Packet.PubComp.class).reason());
  }

  @Test
  void deniedPublishClosesOnly311WhereSoConfigured() {
    fixture.broker.configure(Records.settings("disconnectDeniedPublish", true));
    fixture.denied = "t";
    TestClient three = three().publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertTrue(three.closed);
    assertTrue(three.sent(Packet.PubAck.class).isEmpty());
    five.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertFalse(five.closed);
  }

  @Test
  void missingPolicyCloses311UnlessNothingWasPromised() {
    TestClient three = three();
    fixture.removeAuthorizer();
    fixture.pass(10);
    three.publish("t", "x", QoS.AT_MOST_ONCE, 0);
    assertFalse(three.closed);
    three.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertTrue(three.closed);
    assertTrue(three.sent(Packet.PubAck.class).isEmpty());
    assertEquals(2L, drops("policy_unavailable"));
  }

  @Test
  void missingPolicyIsNamedToVersion5() {
    fixture.removeAuthorizer();
    fixture.pass(10);
    five.publish("t", "x", QoS.EXACTLY_ONCE, 1);
    assertEquals(
        new Packet.PubRec(
            1, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "the access policy is not available"),
        five.last(Packet.PubRec.class));
  }

  @Test
  void reasonIsNotExplainedToWhomDoesNotWantToHearIt() {
    fixture.denied = "t";
    TestClient terse =
        fixture
            .client()
            .connect(
                Records.with(
                    TestClient.connect5("terse", true, 0), "requestProblemInformation", false));
    terse.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(
        new Packet.PubAck(1, ReasonCode.NOT_AUTHORIZED, null), terse.last(Packet.PubAck.class));
  }

  @Test
  void messageThatCannotBeRetainedGoesNowhereIn5AndToSubscribersIn311() {
    fixture.broker.configure(Records.settings("retainedMaxMessages", 0));
    TestClient s = subscriber();
    five.give(TestClient.publication("t", "five", QoS.AT_LEAST_ONCE, 1, true));
    assertEquals(
        new Packet.PubAck(1, ReasonCode.QUOTA_EXCEEDED, "there is no room to keep this message"),
        five.last(Packet.PubAck.class));
    TestClient three = three();
    three.give(TestClient.publication("t", "three", QoS.AT_LEAST_ONCE, 1, true));
    assertEquals(ReasonCode.SUCCESS, ackOf3(three).reason());
    assertEquals(List.of("three"), s.payloads());
    assertEquals(2L, drops("retained_full"));
    assertEquals(0, fixture.broker.retained().count());
  }

  @Test
  void topicBeyondTheLimitsIsRefusedWhereThereIsAWordForIt() {
    ListenerProfile flat =
        Records.with(
            TestClient.LISTENER,
            "limits",
            Records.with(TestClient.LISTENER.limits(), "topicMaxLevels", 2));
    TestClient client = fixture.client(flat).connect("flat");
    client.publish("a/b", "x", QoS.AT_LEAST_ONCE, 1).publish("a/b/c", "x", QoS.AT_LEAST_ONCE, 2);
    assertEquals(ReasonCode.TOPIC_NAME_INVALID, client.last(Packet.PubAck.class).reason());
    assertEquals(1L, drops("refused"));
    client.publish("a/b/c", "x", QoS.AT_MOST_ONCE, 0);
    assertEquals(ReasonCode.TOPIC_NAME_INVALID, client.reason());
    assertEquals(2L, drops("refused"));
  }

  @Test
  void payloadThatIsNotUtf8IsRefusedWhereThatIsChecked() {
    TestClient client =
        fixture
            .client(Records.with(TestClient.LISTENER, "checks", new Checks(true, true)))
            .connect("checked");
    Packet.Publish claim =
        Records.with(
            TestClient.publication("t", "", QoS.AT_LEAST_ONCE, 1, false),
            "properties",
            Records.with(MessageProperties.NONE, "utf8Payload", true));
    client.give(Records.with(claim, "payload", Payload.ofUtf8("ü")));
    assertFalse(client.last(Packet.PubAck.class).reason().isError());
    client.give(Records.with(claim, "payload", Payload.copyOf(new byte[] {(byte) 0xFF})));
    assertEquals(
        new Packet.PubAck(1, ReasonCode.PAYLOAD_FORMAT_INVALID, "the payload is not UTF-8"),
        client.last(Packet.PubAck.class));
    assertEquals(1L, drops("refused"));
  }

  // --- Receive Maximum ---

  @Test
  void qos0NeedsNoPlaceInTheReceiveMaximum() {
    for (int id = 1; id <= RECEIVE_MAXIMUM; id++) {
      five.publish("t", "x", QoS.EXACTLY_ONCE, id);
    }
    five.publish("t", "x", QoS.AT_MOST_ONCE, 0);
    five.publish("t", "x", QoS.EXACTLY_ONCE, 1); // once more
    assertFalse(five.closed);
    five.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED, five.reason());
  }

  @Test
  void pubRelGivesItsPlaceBack() {
    for (int id = 1; id <= 3 * RECEIVE_MAXIMUM; id++) {
      five.publish("t", "x", QoS.EXACTLY_ONCE, id).give(new Packet.PubRel(id, ReasonCode.SUCCESS));
    }
    assertFalse(five.closed);
  }

  @Test
  void storedQos1GivesItsPlaceBack() {
    durable().subscribe("t", QoS.AT_LEAST_ONCE);
    for (int id = 1; id <= 3 * RECEIVE_MAXIMUM; id++) {
      five.publish("t", "x", QoS.AT_LEAST_ONCE, id);
    }
    assertFalse(five.closed);
    assertEquals(3 * RECEIVE_MAXIMUM, five.sent(Packet.PubAck.class).size());
  }

  @Test
  void receiveMaximumDoesNotBind311() {
    TestClient three = three();
    for (int id = 1; id <= 3 * RECEIVE_MAXIMUM; id++) {
      three.publish("t", "x", QoS.EXACTLY_ONCE, id);
    }
    assertFalse(three.closed);
    assertEquals(3 * RECEIVE_MAXIMUM, three.sent(Packet.PubRec.class).size());
  }

  @Test
  void lenientListenerTakesMoreThanTheReceiveMaximum() {
    TestClient bold =
        fixture
            .client(Records.with(TestClient.LISTENER, "checks", new Checks(false, false)))
            .connect("bold");
    for (int id = 1; id <= 3 * RECEIVE_MAXIMUM; id++) {
      bold.publish("t", "x", QoS.EXACTLY_ONCE, id);
    }
    assertFalse(bold.closed);
    assertEquals(3 * RECEIVE_MAXIMUM, bold.sent(Packet.PubRec.class).size());
  }

  @Test
  void whoIsNotBoundIsHeldWhileTooManyAnswersWait() {
    durable().subscribe("t", QoS.AT_LEAST_ONCE);
    TestClient three = three();
    int most = 2 * RECEIVE_MAXIMUM;
    for (int round = 1; round <= 2; round++) {
      fixture.stores.hold();
      three.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
      for (int id = 2; id < most; id++) {
        three.publish("nobody", "x", QoS.AT_LEAST_ONCE, id); // known, but behind the first
      }
      assertTrue(three.reading);
      three.publish("nobody", "x", QoS.AT_LEAST_ONCE, most);
      assertFalse(three.reading);
      three.publish("nobody", "was read already", QoS.AT_LEAST_ONCE, most + 1);
      assertEquals((round - 1) * (most + 1), three.sent(Packet.PubAck.class).size());

      fixture.stores.release();
      fixture.settle();

      assertTrue(three.reading);
      assertEquals(round * (most + 1), three.sent(Packet.PubAck.class).size());
    }
    List<Packet.PubAck> acks = three.sent(Packet.PubAck.class);
    for (int i = 0; i < acks.size(); i++) {
      assertEquals(i % (most + 1) + 1, acks.get(i).packetId());
    }
  }

  @Test
  void answersThatWaitALittleHoldNobody() {
    durable().subscribe("t", QoS.AT_LEAST_ONCE);
    TestClient three = three();
    for (int id = 1; id <= 3; id++) {
      three.publish("t", "x", QoS.AT_LEAST_ONCE, id);
    }
    fixture.removeAuthorizer();
    three.publish("t", "x", QoS.AT_LEAST_ONCE, 4);
    assertFalse(three.reading, "for the policy");
    fixture.putAuthorizer();
    fixture.settle();
    assertTrue(three.reading);
    assertEquals(4, three.sent(Packet.PubAck.class).size());
  }

  // --- the store ---

  @Test
  void identifiersOfADurableSessionAreRecorded() {
    TestClient durable = durable().publish("t", "x", QoS.EXACTLY_ONCE, 7);
    assertEquals(7, only(SessionChange.PutIncoming.class).packetId());
    durable.give(new Packet.PubRel(7, ReasonCode.SUCCESS));
    assertEquals(7, only(SessionChange.RemoveIncoming.class).packetId());
    assertEquals(new Packet.PubComp(7, ReasonCode.SUCCESS), durable.last(Packet.PubComp.class));
  }

  @Test
  void identifiersOfASessionThatEndsWithItsConnectionAreNot() {
    five.publish("t", "x", QoS.EXACTLY_ONCE, 7).give(new Packet.PubRel(7, ReasonCode.SUCCESS));
    assertEquals(List.of(), fixture.stores.changes(SessionChange.class));
    assertEquals(new Packet.PubComp(7, ReasonCode.SUCCESS), five.last(Packet.PubComp.class));
  }

  @Test
  void qos1IsNotRecordedAsReceived() {
    durable().publish("t", "x", QoS.AT_LEAST_ONCE, 7);
    assertEquals(List.of(), fixture.stores.changes(SessionChange.PutIncoming.class));
  }

  @Test
  void pubCompWaitsForTheStore() {
    TestClient durable = durable().publish("t", "x", QoS.EXACTLY_ONCE, 7);
    fixture.stores.hold();
    durable.give(new Packet.PubRel(7, ReasonCode.SUCCESS));
    assertTrue(durable.sent(Packet.PubComp.class).isEmpty());
    fixture.stores.release();
    fixture.settle();
    assertEquals(1, durable.sent(Packet.PubComp.class).size());
  }

  @Test
  void pubCompForAnUnknownIdentifierNeedsNoStore() {
    TestClient durable = durable();
    fixture.stores.hold();
    durable.give(new Packet.PubRel(7, ReasonCode.SUCCESS));
    assertEquals(
        ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, durable.last(Packet.PubComp.class).reason());
    assertEquals(List.of(), fixture.stores.changes(SessionChange.RemoveIncoming.class));
  }

  @Test
  void pubCompForAnUnknownIdentifierDoesNotWaitForWhatElseIsStored() {
    TestClient durable = durable().subscribe("t", QoS.AT_LEAST_ONCE);
    five.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    int delivered = durable.last(Packet.Publish.class).packetId();
    fixture.stores.hold();
    durable.give(
        new Packet.PubAck(delivered, ReasonCode.SUCCESS, null),
        new Packet.PubRel(7, ReasonCode.SUCCESS));
    assertEquals(1, durable.sent(Packet.PubComp.class).size());
  }

  @Test
  void pubRelThatCannotBeStoredCloses() {
    TestClient durable = durable().publish("t", "x", QoS.EXACTLY_ONCE, 7);
    fixture.stores.failWith(new IOException("disk full"));
    durable.give(new Packet.PubRel(7, ReasonCode.SUCCESS));
    assertEquals(ReasonCode.QUOTA_EXCEEDED, durable.reason());
    assertTrue(durable.sent(Packet.PubComp.class).isEmpty());
  }

  @Test
  void messageThatCouldNotBeStoredMayComeAgain() {
    durable().subscribe("t", QoS.AT_LEAST_ONCE);
    fixture.stores.failWith(new IOException("disk full"));
    for (int id = 1; id <= 2 * RECEIVE_MAXIMUM; id++) {
      five.publish("t", "x", QoS.EXACTLY_ONCE, id);
      assertEquals(ReasonCode.QUOTA_EXCEEDED, five.last(Packet.PubRec.class).reason());
    }
    assertFalse(five.closed, "each gave its place back");
    assertEquals(2L * RECEIVE_MAXIMUM, drops("store_failed"));
    fixture.stores.failWith(null);
    int before = fixture.stores.changes(SessionChange.Append.class).size();

    five.publish("t", "x", QoS.EXACTLY_ONCE, 1);

    assertEquals(ReasonCode.SUCCESS, five.last(Packet.PubRec.class).reason());
    assertEquals(before + 1, fixture.stores.changes(SessionChange.Append.class).size());
  }

  @Test
  void storeThatFailsAfterTheClientHasGoneHarmsNobody() {
    durable().subscribe("t", QoS.AT_LEAST_ONCE);
    TestClient three = three();
    fixture.stores.hold();
    three.publish("t", "x", QoS.AT_LEAST_ONCE, 1).cut();
    fixture.stores.failWith(new IOException("disk full"));
    fixture.stores.release();
    fixture.settle();
    assertTrue(three.sent(Packet.PubAck.class).isEmpty());
    assertFalse(five.closed);
  }

  private static Packet.PubAck ackOf3(TestClient three) {
    assertFalse(three.closed);
    return three.last(Packet.PubAck.class);
  }

  private Long drops(String reason) {
    return fixture.broker.counters().drops().get(reason);
  }

  private <C extends SessionChange> C only(Class<C> type) {
    List<C> changes = fixture.stores.changes(type);
    assertEquals(1, changes.size(), () -> changes.toString());
    return changes.get(0);
  }

  private static Packet.Publish aliased(String topic, int alias) {
    return Records.with(
        TestClient.publication(topic, "x", QoS.AT_MOST_ONCE, 0, false), "topicAlias", alias);
  }

  private static Packet.Publish answeredAt(String responseTopic) {
    return Records.with(
        TestClient.publication("t", "x", QoS.AT_LEAST_ONCE, 1, false),
        "properties",
        Records.with(MessageProperties.NONE, "responseTopic", responseTopic));
  }
}
