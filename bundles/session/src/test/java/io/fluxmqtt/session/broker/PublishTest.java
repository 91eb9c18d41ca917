package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishTest {
  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");

  @Test
  void everyQosIsAcknowledgedInItsWay() {
    TestClient subscriber = fixture.clientOnOtherLoop().connect("s");
    subscriber.subscribe("t", QoS.EXACTLY_ONCE);
    publisher.publish("t", "0", QoS.AT_MOST_ONCE, 0);
    publisher.publish("t", "1", QoS.AT_LEAST_ONCE, 1);
    publisher.publish("t", "2", QoS.EXACTLY_ONCE, 2);
    assertEquals(
        new Packet.PubAck(1, ReasonCode.SUCCESS, null), publisher.last(Packet.PubAck.class));
    assertEquals(
        new Packet.PubRec(2, ReasonCode.SUCCESS, null), publisher.last(Packet.PubRec.class));
    publisher.give(new Packet.PubRel(2, ReasonCode.SUCCESS));
    assertEquals(new Packet.PubComp(2, ReasonCode.SUCCESS), publisher.last(Packet.PubComp.class));
    assertEquals(List.of("0", "1", "2"), subscriber.payloads());
  }

  @Test
  void nobodyListeningIsToldTo5Clients() {
    publisher.publish("t", "1", QoS.AT_LEAST_ONCE, 1);
    assertEquals(ReasonCode.NO_MATCHING_SUBSCRIBERS, publisher.last(Packet.PubAck.class).reason());
  }

  @Test
  void repeatedQos2PublishIsDeliveredOnce() {
    TestClient subscriber = fixture.client().connect("s").subscribe("t", QoS.EXACTLY_ONCE);
    publisher.publish("t", "x", QoS.EXACTLY_ONCE, 7).publish("t", "x", QoS.EXACTLY_ONCE, 7);
    assertEquals(List.of("x"), subscriber.payloads());
    assertEquals(2, publisher.sent(Packet.PubRec.class).size());
    publisher.give(new Packet.PubRel(7, ReasonCode.SUCCESS));
    publisher.publish("t", "y", QoS.EXACTLY_ONCE, 7);
    assertEquals(List.of("x", "y"), subscriber.payloads());
  }

  @Test
  void releaseOfAnUnknownIdentifierIsAnswered() {
    publisher.give(new Packet.PubRel(9, ReasonCode.SUCCESS));
    assertEquals(
        new Packet.PubComp(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND),
        publisher.last(Packet.PubComp.class));
  }

  @Test
  void moreThanReceiveMaximumUnacknowledgedCloses() {
    for (int id = 1; id <= 10; id++) {
      publisher.publish("t", "x", QoS.EXACTLY_ONCE, id);
    }
    assertFalse(publisher.closed);
    publisher.publish("t", "x", QoS.EXACTLY_ONCE, 11);
    assertEquals(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED, publisher.reason());
  }

  @Test
  void deniedPublishIsToldTo5AndAcknowledgedTo3AndReachesNobody() {
    fixture.denied = "secret";
    TestClient subscriber = fixture.client().connect("s").subscribe("#", QoS.EXACTLY_ONCE);
    publisher
        .publish("secret", "x", QoS.AT_LEAST_ONCE, 1)
        .publish("secret", "x", QoS.EXACTLY_ONCE, 2);
    assertEquals(ReasonCode.NOT_AUTHORIZED, publisher.last(Packet.PubAck.class).reason());
    assertEquals(ReasonCode.NOT_AUTHORIZED, publisher.last(Packet.PubRec.class).reason());
    TestClient old = fixture.client().connect(TestClient.connect3("old", true));
    old.publish("secret", "x", QoS.AT_LEAST_ONCE, 1).publish("secret", "x", QoS.EXACTLY_ONCE, 2);
    assertEquals(ReasonCode.SUCCESS, old.last(Packet.PubRec.class).reason());
    old.give(new Packet.PubRel(2, ReasonCode.SUCCESS));
    assertEquals(ReasonCode.SUCCESS, old.last(Packet.PubComp.class).reason());
    assertTrue(subscriber.payloads().isEmpty());
    assertFalse(publisher.closed || old.closed);
  }

  @Test
  void ruleThatChangesWhileAClientPublishesCountsFromTheNextPacketOn() {
    fixture.putPromisingAuthorizer();
    TestClient subscriber = fixture.client().connect("s").subscribe("#", QoS.AT_MOST_ONCE);
    int before = fixture.decisions;
    for (int i = 0; i < 500; i++) {
      publisher.publish("t", "allowed", QoS.AT_LEAST_ONCE, 1);
    }
    assertEquals(before + 1, fixture.decisions, "asked once for all");

    fixture.denied = "t";
    fixture.putPromisingAuthorizer();
    for (int i = 0; i < 500; i++) {
      publisher.publish("t", "denied", QoS.AT_LEAST_ONCE, 1);
      assertEquals(ReasonCode.NOT_AUTHORIZED, publisher.last(Packet.PubAck.class).reason());
    }
    fixture.denied = null;
    fixture.putPromisingAuthorizer();
    publisher.publish("t", "allowed", QoS.AT_LEAST_ONCE, 1);

    assertEquals(Collections.nCopies(501, "allowed"), subscriber.payloads());
  }

  @Test
  void ruleThatMayChangeAtAnyTimeIsAskedEveryTime() {
    TestClient subscriber = fixture.client().connect("s").subscribe("#", QoS.AT_MOST_ONCE);
    publisher.publish("t", "1", QoS.AT_LEAST_ONCE, 1);
    fixture.denied = "t"; // nobody is told
    publisher.publish("t", "2", QoS.AT_LEAST_ONCE, 2);
    fixture.denied = null;
    publisher.publish("t", "3", QoS.AT_LEAST_ONCE, 3);

    assertEquals(List.of("1", "3"), subscriber.payloads());
  }

  @Test
  void topicOnceAllowedIsAsValidTheNextTime() {
    fixture.putPromisingAuthorizer();
    for (int i = 0; i < 3; i++) {
      publisher.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
      assertEquals(
          ReasonCode.NO_MATCHING_SUBSCRIBERS, publisher.last(Packet.PubAck.class).reason());
    }
    publisher.publish("t/+", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(ReasonCode.MALFORMED_PACKET, publisher.reason());
  }

  @Test
  void missingPolicyHoldsTheConnectionAndThenRefuses() {
    TestClient subscriber = fixture.client().connect("s").subscribe("t", QoS.AT_LEAST_ONCE);
    fixture.removeAuthorizer();
    publisher
        .publish("t", "held", QoS.AT_LEAST_ONCE, 1)
        .publish("t", "behind", QoS.AT_LEAST_ONCE, 2);
    assertFalse(publisher.reading);
    assertTrue(publisher.sent(Packet.PubAck.class).isEmpty());
    fixture.putAuthorizer();
    fixture.settle();
    assertTrue(publisher.reading);
    assertEquals(List.of("held", "behind"), subscriber.payloads());
    assertEquals(2, publisher.sent(Packet.PubAck.class).size());

    fixture.removeAuthorizer();
    publisher.publish("t", "lost", QoS.AT_LEAST_ONCE, 3);
    fixture.pass(3);
    assertEquals(
        ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, publisher.last(Packet.PubAck.class).reason());
    assertFalse(publisher.closed);
    assertEquals(2, subscriber.payloads().size());
  }

  @Test
  void whatWasSentBeforeACloseCountsThoughItWasHeld() {
    TestClient subscriber = fixture.client().connect("s").subscribe("t", QoS.AT_LEAST_ONCE);
    fixture.removeAuthorizer();
    publisher.give(
        TestClient.publication("t", "last words", QoS.AT_MOST_ONCE, 0, false),
        new Packet.Disconnect(ReasonCode.SUCCESS, null, null));
    publisher.cut();
    fixture.putAuthorizer();
    fixture.settle();
    assertEquals(List.of("last words"), subscriber.payloads());
    assertEquals(1, fixture.broker.sessions().size());
  }

  @Test
  void acknowledgementWaitsForTheStoreAndKeepsItsOrder() {
    fixture
        .client()
        .connect(TestClient.connect5("d", false, 100))
        .subscribe("d", QoS.AT_LEAST_ONCE);
    fixture.stores.hold();
    publisher
        .publish("d", "durable", QoS.AT_LEAST_ONCE, 1)
        .publish("x", "at once", QoS.AT_LEAST_ONCE, 2);
    assertTrue(publisher.sent(Packet.PubAck.class).isEmpty());
    fixture.stores.release();
    fixture.settle();
    assertEquals(
        List.of(1, 2),
        publisher.sent(Packet.PubAck.class).stream().map(Packet.PubAck::packetId).toList());
  }

  @Test
  void failedStoreRefusesTheMessage() {
    fixture
        .client()
        .connect(TestClient.connect5("d", false, 100))
        .subscribe("d", QoS.AT_LEAST_ONCE);
    TestClient old = fixture.client().connect(TestClient.connect3("old", true));
    fixture.stores.failWith(new IOException("disk full"));
    publisher.publish("d", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(ReasonCode.QUOTA_EXCEEDED, publisher.last(Packet.PubAck.class).reason());
    old.publish("d", "x", QoS.AT_LEAST_ONCE, 1);
    assertTrue(old.closed);
    assertTrue(old.sent(Packet.PubAck.class).isEmpty());
  }

  @Test
  void aliasStandsForItsTopic() {
    TestClient subscriber = fixture.client().connect("s").subscribe("t/#", QoS.AT_LEAST_ONCE);
    publisher.give(aliased("t/1", 1), aliased("", 1), aliased("t/2", 1), aliased("", 1));
    assertEquals(
        List.of("t/1", "t/1", "t/2", "t/2"),
        subscriber.sent(Packet.Publish.class).stream().map(Packet.Publish::topic).toList());
    publisher.give(aliased("", 2));
    assertEquals(ReasonCode.PROTOCOL_ERROR, publisher.reason());
  }

  @Test
  void aliasAboveTheMaximumCloses() {
    publisher.give(aliased("t", 5));
    assertEquals(ReasonCode.TOPIC_ALIAS_INVALID, publisher.reason());
  }

  @Test
  void wildcardInATopicNameCloses() {
    publisher.publish("a/+", "x", QoS.AT_MOST_ONCE, 0);
    assertEquals(ReasonCode.MALFORMED_PACKET, publisher.reason());
  }

  @Test
  void publisherPausesWhileAMailboxIsFull() {
    TestClient subscriber = fixture.clientOnOtherLoop().connect("s");
    subscriber.subscribe("t", QoS.AT_MOST_ONCE);
    String big = "x".repeat(5_000);
    publisher.handOver(TestClient.publication("t", big, QoS.AT_MOST_ONCE, 0, false));
    assertFalse(publisher.reading);
    fixture.settle();
    assertTrue(publisher.reading);
    assertEquals(1, subscriber.payloads().size());
  }

  @Test
  void changedMailboxLimitCountsAtOnce() {
    fixture.clientOnOtherLoop().connect("s").subscribe("t", QoS.AT_MOST_ONCE);
    Packet big = TestClient.publication("t", "x".repeat(5_000), QoS.AT_MOST_ONCE, 0, false);
    fixture.broker.configure(Fixture.with("mailboxMaxBytes", 20_000L));
    publisher.handOver(big);
    assertTrue(publisher.reading);
    fixture.broker.configure(Fixture.with("mailboxMaxBytes", 6_000L));
    publisher.handOver(big);
    assertFalse(publisher.reading);
    fixture.settle();
    assertTrue(publisher.reading);
  }

  private static Packet.Publish aliased(String topic, int alias) {
    return new Packet.Publish(
        topic,
        Payload.ofUtf8("x"),
        QoS.AT_MOST_ONCE,
        false,
        false,
        0,
        alias,
        MessageProperties.NONE,
        List.of());
  }
}
