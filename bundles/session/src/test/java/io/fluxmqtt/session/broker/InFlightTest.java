package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** QoS 1 and 2 towards a client, from the first PUBLISH to the last acknowledgement. */
class InFlightTest {
  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");

  @Test
  void brokerBoundsWhatIsInFlightHoweverMuchTheClientTakes() {
    TestClient s = subscriber("s", 65_535);
    int bound = Fixture.SETTINGS.inFlightMax();

    publish(QoS.AT_LEAST_ONCE, bound + 1);

    assertEquals(bound, s.payloads().size());
    assertEquals(bound, outbox("s").inFlight());
    assertEquals(1, outbox("s").queued());
  }

  @Test
  void pubAckForAnUnknownIdentifierIsIgnored() {
    TestClient s = subscriber("s", 1);
    publish(QoS.AT_LEAST_ONCE, 2);

    s.give(new Packet.PubAck(77, ReasonCode.SUCCESS, null));

    assertFalse(s.closed);
    assertEquals(List.of("1"), s.payloads());
  }

  @Test
  void pubAckForQos2IsAProtocolError() {
    TestClient s = subscriber("s", 1);
    publish(QoS.EXACTLY_ONCE, 1);

    s.give(new Packet.PubAck(idOf(s, 0), ReasonCode.SUCCESS, null));

    assertEquals(ReasonCode.PROTOCOL_ERROR, s.reason());
  }

  @Test
  void pubRecForQos1IsAProtocolError() {
    TestClient s = subscriber("s", 1);
    publish(QoS.AT_LEAST_ONCE, 1);

    s.give(new Packet.PubRec(idOf(s, 0), ReasonCode.SUCCESS, null));

    assertEquals(ReasonCode.PROTOCOL_ERROR, s.reason());
  }

  @Test
  void pubCompBeforePubRecIsAProtocolError() {
    for (QoS qos : List.of(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE)) {
      TestClient s = subscriber("s" + qos, 1);
      publish(qos, 1);

      s.give(new Packet.PubComp(idOf(s, 0), ReasonCode.SUCCESS));

      assertEquals(ReasonCode.PROTOCOL_ERROR, s.reason());
    }
  }

  @Test
  void pubAckInsteadOfPubCompIsAProtocolError() {
    TestClient s = subscriber("s", 1);
    publish(QoS.EXACTLY_ONCE, 1);
    int id = idOf(s, 0);
    s.give(new Packet.PubRec(id, ReasonCode.SUCCESS, null));

    s.give(new Packet.PubAck(id, ReasonCode.SUCCESS, null));

    assertEquals(ReasonCode.PROTOCOL_ERROR, s.reason());
  }

  @Test
  void pubRecForAnUnknownIdentifierIsToldSo() {
    TestClient s = subscriber("s", 1);

    s.give(new Packet.PubRec(9, ReasonCode.SUCCESS, null));

    assertEquals(
        List.of(new Packet.PubRel(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND)),
        s.sent(Packet.PubRel.class));
  }

  @Test
  void pubRecThatRefusesAnUnknownIdentifierIsNotAnswered() {
    TestClient s = subscriber("s", 1);

    s.give(new Packet.PubRec(9, ReasonCode.UNSPECIFIED_ERROR, null));

    assertEquals(List.of(), s.sent(Packet.PubRel.class));
    assertFalse(s.closed);
  }

  @Test
  void repeatedPubRecIsAnsweredAgain() {
    TestClient s = subscriber("s", 1);
    publish(QoS.EXACTLY_ONCE, 1);
    Packet.PubRec receipt = new Packet.PubRec(idOf(s, 0), ReasonCode.SUCCESS, null);

    s.give(receipt, receipt);

    Packet.PubRel release = new Packet.PubRel(idOf(s, 0), ReasonCode.SUCCESS);
    assertEquals(List.of(release, release), s.sent(Packet.PubRel.class));
  }

  @Test
  void qos2KeepsItsPlaceUntilPubComp() {
    TestClient s = subscriber("s", 1);
    publish(QoS.EXACTLY_ONCE, 2);
    int first = idOf(s, 0);

    s.give(new Packet.PubRec(first, ReasonCode.SUCCESS, null));
    s.give(new Packet.PubComp(77, ReasonCode.SUCCESS));
    assertEquals(List.of("1"), s.payloads());
    s.give(new Packet.PubComp(first, ReasonCode.SUCCESS));

    assertEquals(List.of("1", "2"), s.payloads());
  }

  @Test
  void pubRecWithAnErrorEndsTheDelivery() {
    TestClient s = subscriber("s", 1);
    publish(QoS.EXACTLY_ONCE, 2);

    s.give(new Packet.PubRec(idOf(s, 0), ReasonCode.QUOTA_EXCEEDED, null));

    assertEquals(List.of(), s.sent(Packet.PubRel.class));
    assertEquals(List.of("1", "2"), s.payloads());
  }

  @Test
  void everyStepOfADurableQos2DeliveryIsRecorded() {
    TestClient s = durable("s", 5).subscribe("t", QoS.EXACTLY_ONCE);
    publish(QoS.EXACTLY_ONCE, 1);
    int id = idOf(s, 0);
    assertEquals(1, fixture.stores.changes(SessionChange.PutDelivery.class).size());

    s.give(new Packet.PubRec(id, ReasonCode.SUCCESS, null));
    assertEquals(1, fixture.stores.changes(SessionChange.RemoveDelivery.class).size());
    assertEquals(id, only(SessionChange.PutRelease.class).packetId());

    s.give(new Packet.PubComp(id, ReasonCode.SUCCESS), new Packet.PubComp(id, ReasonCode.SUCCESS));
    assertEquals(id, only(SessionChange.RemoveRelease.class).packetId());
  }

  @Test
  void refusedDurableQos2DeliveryIsRemovedFromTheStore() {
    TestClient s = durable("s", 5).subscribe("t", QoS.EXACTLY_ONCE);
    publish(QoS.EXACTLY_ONCE, 1);

    s.give(new Packet.PubRec(idOf(s, 0), ReasonCode.UNSPECIFIED_ERROR, null));

    only(SessionChange.RemoveDelivery.class);
    assertEquals(List.of(), fixture.stores.changes(SessionChange.PutRelease.class));
  }

  @Test
  void nothingIsRecordedOfADeliveryThatEndsWithItsConnection() {
    TestClient s = subscriber("s", 5);
    publish(QoS.AT_LEAST_ONCE, 1);
    publish(QoS.EXACTLY_ONCE, 1);
    s.give(new Packet.PubAck(idOf(s, 0), ReasonCode.SUCCESS, null));
    s.give(new Packet.PubRec(idOf(s, 1), ReasonCode.SUCCESS, null));
    s.give(new Packet.PubComp(idOf(s, 1), ReasonCode.SUCCESS));

    assertEquals(List.of(), fixture.stores.changes(SessionChange.class));
    assertEquals(0, outbox("s").inFlight());
  }

  @Test
  void messageThatTheClientDoesNotAcceptGivesItsPlaceBack() {
    TestClient s = durable("s", 1).subscribe("t", QoS.AT_LEAST_ONCE);
    s.accepts = publish -> publish.payload().length() < 5;

    publisher
        .publish("t", "too large", QoS.AT_LEAST_ONCE, 1)
        .publish("t", "ok", QoS.AT_LEAST_ONCE, 2);

    assertEquals(List.of("ok"), s.payloads());
    assertEquals(1, outbox("s").dropped());
    assertEquals(1L, fixture.broker.counters().drops().get("packet_too_large"));
    only(SessionChange.RemoveDelivery.class);
  }

  @Test
  void messageThatTheNextConnectionDoesNotAcceptGivesItsPlaceBack() {
    TestClient s = durable("s", 1).subscribe("t", QoS.AT_LEAST_ONCE);
    publisher
        .publish("t", "too large by then", QoS.AT_LEAST_ONCE, 1)
        .publish("t", "ok", QoS.AT_LEAST_ONCE, 2);
    s.cut();
    TestClient back = fixture.client();
    back.accepts = publish -> publish.payload().length() < 5;

    back.connect(connect("s", 1_000, 1));

    assertEquals(List.of("ok"), back.payloads());
    only(SessionChange.RemoveDelivery.class);
  }

  @Test
  void nothingIsSentAgainThatTheClientHasAcknowledged() {
    TestClient s = durable("s", 5).subscribe("t", QoS.EXACTLY_ONCE);
    publish(QoS.EXACTLY_ONCE, 3);
    int second = idOf(s, 1);
    s.give(new Packet.PubRec(second, ReasonCode.SUCCESS, null));
    s.give(new Packet.PubComp(second, ReasonCode.SUCCESS)).cut();

    TestClient back = durable("s", 5);

    assertEquals(List.of("1", "3"), back.payloads());
    assertEquals(List.of(), back.sent(Packet.PubRel.class));
  }

  @Test
  void slowConnectionGetsNothingUntilItIsWritable() {
    TestClient s = subscriber("s", 5);
    s.writable = false;
    publish(QoS.AT_LEAST_ONCE, 2);
    assertEquals(List.of(), s.payloads());
    assertEquals(2, outbox("s").queued());

    s.becomeWritable();

    assertEquals(List.of("1", "2"), s.payloads());
    assertEquals(0, outbox("s").queuedBytes());
  }

  @Test
  void sessionThatIsAwaySendsNothing() {
    durable("s", 5).subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(QoS.AT_LEAST_ONCE, 1);

    outbox("s").pump();

    assertEquals(1, outbox("s").queued());
  }

  @Test
  void whatASharedMemberLeavesIsAllNeverSentAndUnacknowledgedQos1() {
    TestClient s = durable("s", 2);
    s.subscribe("$share/g/t", QoS.EXACTLY_ONCE).subscribe("own", QoS.EXACTLY_ONCE);
    publisher
        .publish("own", "own", QoS.AT_LEAST_ONCE, 1)
        .publish("t", "sent, QoS 1", QoS.AT_LEAST_ONCE, 2);
    s.give(new Packet.PubAck(idOf(s, 0), ReasonCode.SUCCESS, null));
    publisher
        .publish("t", "sent, QoS 2", QoS.EXACTLY_ONCE, 3)
        .publish("t", "waits, QoS 2", QoS.EXACTLY_ONCE, 4)
        .publish("own", "waits, own", QoS.AT_LEAST_ONCE, 5)
        .publish("t", "waits, QoS 1", QoS.AT_LEAST_ONCE, 6);
    assertEquals(List.of("own", "sent, QoS 1", "sent, QoS 2"), s.payloads());
    s.cut();

    List<Delivery> left = outbox("s").end();

    assertEquals(
        List.of("sent, QoS 1", "waits, QoS 2", "waits, QoS 1"),
        left.stream().map(d -> d.publication.message().payload().toUtf8()).toList());
    assertEquals(0, outbox("s").queued());
    assertEquals(0, outbox("s").queuedBytes());
    assertEquals(0, fixture.broker.queuedBytes().sum());
  }

  @Test
  void ownMessagesInFlightAreNobodyElses() {
    TestClient s = durable("s", 2).subscribe("t", QoS.AT_LEAST_ONCE);
    publish(QoS.AT_LEAST_ONCE, 1);
    assertTrue(s.payloads().contains("1"));
    s.cut();

    assertEquals(List.of(), outbox("s").end());
  }

  @Test
  void sessionThatAStoreKeptGoesOnWhereItWas() {
    Fixture restarted =
        new Fixture(
            Fixture.SETTINGS,
            visitor -> {
              visitor.session(new StoredSession(1, "s", Principal.ANONYMOUS, 1_000, 0L, null, 0));
              visitor.release(8);
              visitor.delivery(
                  1, new StoredDelivery(1, QoS.AT_LEAST_ONCE, false, List.of(), 3), message(1));
              visitor.delivery(
                  1, new StoredDelivery(2, QoS.AT_LEAST_ONCE, true, List.of(5), 0), message(2));
            });
    Outbox outbox = restarted.broker.sessions().find("s").outbox();
    assertEquals(2, outbox.inFlight());
    assertEquals(1, outbox.queued());
    assertEquals(66, outbox.queuedBytes());
    assertEquals(66, restarted.broker.queuedBytes().sum());

    TestClient s = restarted.client().connect(connect("s", 1_000, 10));

    assertEquals(List.of(new Packet.PubRel(8, ReasonCode.SUCCESS)), s.sent(Packet.PubRel.class));
    assertEquals(List.of("1", "2"), s.payloads());
    Packet.Publish again = s.sent(Packet.Publish.class).get(0);
    assertEquals(3, again.packetId());
    assertTrue(again.dup());
    Packet.Publish first = s.sent(Packet.Publish.class).get(1);
    assertEquals(9, first.packetId());
    assertFalse(first.dup());
    assertTrue(first.retain());
    assertEquals(List.of(5), first.subscriptionIdentifiers());
    s.give(new Packet.PubComp(8, ReasonCode.SUCCESS));
    assertEquals(1, restarted.stores.changes(SessionChange.RemoveRelease.class).size());
  }

  private static StoredMessage message(long id) {
    Message message = Message.of("t", Payload.ofUtf8(Long.toString(id)), QoS.AT_LEAST_ONCE, false);
    return new StoredMessage(id, message, null, null);
  }

  private void publish(QoS qos, int count) {
    for (int i = 1; i <= count; i++) {
      publisher.publish("t", "" + i, qos, i);
      if (qos == QoS.EXACTLY_ONCE) {
        publisher.give(new Packet.PubRel(i, ReasonCode.SUCCESS));
      }
    }
  }

  private TestClient subscriber(String id, int receiveMaximum) {
    return fixture
        .client()
        .connect(connect(id, 0, receiveMaximum))
        .subscribe("t", QoS.EXACTLY_ONCE);
  }

  private TestClient durable(String id, int receiveMaximum) {
    return fixture.clientOnOtherLoop().connect(connect(id, 1_000, receiveMaximum));
  }

  private static Packet.Connect connect(String id, long expirySeconds, int receiveMaximum) {
    return TestClient.connect(ProtocolVersion.V5_0, id, false, expirySeconds, null, receiveMaximum);
  }

  private Outbox outbox(String clientId) {
    return fixture.broker.sessions().find(clientId).outbox();
  }

  private static int idOf(TestClient client, int index) {
    return client.sent(Packet.Publish.class).get(index).packetId();
  }

  private <C extends SessionChange> C only(Class<C> type) {
    List<C> changes = fixture.stores.changes(type);
    assertEquals(1, changes.size(), () -> changes.toString());
    return changes.get(0);
  }
}
