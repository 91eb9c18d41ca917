package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A crash must find in the store what a client was told of a QoS 2 Packet Identifier. */
class SafeIdentifierTest {
  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");
  private final TestClient s =
      fixture
          .clientOnOtherLoop()
          .connect(TestClient.connect5("s", false, 1_000))
          .subscribe("t", QoS.EXACTLY_ONCE);

  /** A message whose record is safe, and that the client has not got yet. */
  private void publishUnsent(QoS qos) {
    s.writable = false;
    publisher.publish("t", "1", qos, 1);
    assertEquals(List.of(), s.payloads());
  }

  private int sentId() {
    return s.sent(Packet.Publish.class).get(0).packetId();
  }

  private TestClient back() {
    return fixture.client().connect(TestClient.connect5("s", false, 1_000));
  }

  @Test
  void qos2IsSentOnceItsIdentifierIsSafe() {
    publishUnsent(QoS.EXACTLY_ONCE);
    fixture.stores.hold();

    s.becomeWritable();
    assertEquals(List.of(), s.payloads());
    fixture.stores.release();
    fixture.settle();

    assertEquals(List.of("1"), s.payloads());
    assertFalse(s.sent(Packet.Publish.class).get(0).dup());
    assertEquals(1, fixture.stores.changes(SessionChange.PutDelivery.class).size());
  }

  /** Nobody queued it, so the broker must put it on record with its identifier. */
  @Test
  void retainedQos2IsSentOnceItsIdentifierIsSafeAndEndsInTheStore() {
    publisher.give(TestClient.publication("kept/a", "1", QoS.EXACTLY_ONCE, 1, true));
    fixture.settle();
    int before = fixture.stores.changes(SessionChange.Append.class).size();

    s.subscribe("kept/#", QoS.EXACTLY_ONCE);
    fixture.settle();

    assertEquals(List.of("1"), s.payloads());
    SessionChange.PutDelivery sent = fixture.stores.changes(SessionChange.PutDelivery.class).get(0);
    assertEquals(sentId(), sent.delivery().packetId());
    assertTrue(sent.delivery().retain());
    List<SessionChange.Append> kept = fixture.stores.changes(SessionChange.Append.class);
    assertEquals(before + 1, kept.size());
    assertEquals(sent.delivery().messageId(), kept.get(before).message().id());
    s.give(new Packet.PubRec(sentId(), ReasonCode.SUCCESS, null));
    fixture.settle();
    SessionChange.RemoveDelivery end =
        fixture.stores.changes(SessionChange.RemoveDelivery.class).get(0);
    assertEquals(sent.delivery().messageId(), end.messageId());
  }

  @Test
  void retainedQos1NeedsNoRecord() {
    publisher.give(TestClient.publication("kept/a", "1", QoS.AT_LEAST_ONCE, 1, true));
    fixture.settle();

    s.subscribe("kept/#", QoS.EXACTLY_ONCE);
    fixture.settle();

    assertEquals(List.of("1"), s.payloads());
    assertEquals(List.of(), fixture.stores.changes(SessionChange.Append.class));
    assertEquals(List.of(), fixture.stores.changes(SessionChange.PutDelivery.class));
  }

  @Test
  void qos1IsSentAtOnce() {
    publishUnsent(QoS.AT_LEAST_ONCE);
    fixture.stores.hold();

    s.becomeWritable();

    assertEquals(List.of("1"), s.payloads());
  }

  @Test
  void qos1DoesNotOvertakeQos2ThatIsNotSafeYet() {
    s.writable = false;
    publisher.publish("t", "1", QoS.AT_LEAST_ONCE, 1);
    publisher.publish("t", "2", QoS.EXACTLY_ONCE, 2);
    publisher.publish("t", "3", QoS.AT_LEAST_ONCE, 3);
    fixture.stores.hold();
    s.becomeWritable();
    assertEquals(List.of("1"), s.payloads());
    s.cut();
    fixture.stores.release();
    fixture.settle();

    fixture.stores.hold();
    TestClient back = back();
    fixture.stores.release(); // of the connection itself
    fixture.settle();
    assertEquals(List.of("1", "2", "3"), back.payloads());
    publisher.publish("t", "4", QoS.AT_LEAST_ONCE, 4);
    assertEquals(List.of("1", "2", "3", "4"), back.payloads());
  }

  @Test
  void pubRelIsSentOncePubRecIsSafe() {
    publisher.publish("t", "1", QoS.EXACTLY_ONCE, 1);
    fixture.stores.hold();

    Packet.PubRec receipt = new Packet.PubRec(sentId(), ReasonCode.SUCCESS, null);
    s.give(receipt, receipt);
    assertEquals(List.of(), s.sent(Packet.PubRel.class));
    fixture.stores.release();
    fixture.settle();

    assertEquals(
        List.of(new Packet.PubRel(sentId(), ReasonCode.SUCCESS)), s.sent(Packet.PubRel.class));
  }

  @Test
  void whatWasNotSafeWhenTheConnectionEndedIsRecordedAgain() {
    publishUnsent(QoS.EXACTLY_ONCE);
    fixture.stores.hold();
    s.becomeWritable();
    s.cut();
    fixture.stores.release();
    fixture.settle();
    assertEquals(List.of(), s.payloads());

    TestClient back = back();

    assertEquals(List.of("1"), back.payloads());
    assertEquals(2, fixture.stores.changes(SessionChange.PutDelivery.class).size());
    fixture.settle();
    assertEquals(List.of("1"), back.payloads());
  }

  @Test
  void whatIsSafeIsNotRecordedAgain() {
    publisher.publish("t", "1", QoS.EXACTLY_ONCE, 1);
    s.cut();

    TestClient back = back();

    assertTrue(back.sent(Packet.Publish.class).get(0).dup());
    assertEquals(1, fixture.stores.changes(SessionChange.PutDelivery.class).size());
  }

  @Test
  void pubRecThatWasNotSafeWhenTheConnectionEndedIsRecordedAgain() {
    publisher.publish("t", "1", QoS.EXACTLY_ONCE, 1);
    int id = sentId();
    fixture.stores.hold();
    s.give(new Packet.PubRec(id, ReasonCode.SUCCESS, null)).cut();
    fixture.stores.release();
    fixture.settle();
    assertEquals(List.of(), s.sent(Packet.PubRel.class));

    TestClient back = back();

    assertEquals(
        List.of(new Packet.PubRel(id, ReasonCode.SUCCESS)), back.sent(Packet.PubRel.class));
    assertEquals(2, fixture.stores.changes(SessionChange.PutRelease.class).size());
    back.cut();
    TestClient again = back();
    assertEquals(
        List.of(new Packet.PubRel(id, ReasonCode.SUCCESS)), again.sent(Packet.PubRel.class));
    assertEquals(2, fixture.stores.changes(SessionChange.PutRelease.class).size());
  }

  @Test
  void aStoreThatFailsEndsTheConnectionAndTheNextOneGetsIt() {
    publishUnsent(QoS.EXACTLY_ONCE);
    fixture.stores.hold();
    s.becomeWritable();
    fixture.stores.failWith(new IOException("no room"));
    fixture.stores.release();
    fixture.settle();
    assertEquals(List.of(), s.payloads());
    assertEquals(ReasonCode.QUOTA_EXCEEDED, s.reason());

    fixture.stores.failWith(null);
    assertEquals(List.of("1"), back().payloads());
  }

  @Test
  void nothingIsSentOfADeliveryThatEndedBeforeItWasSafe() {
    publishUnsent(QoS.EXACTLY_ONCE);
    fixture.stores.hold();
    s.becomeWritable();
    int id = fixture.stores.changes(SessionChange.PutDelivery.class).get(0).delivery().packetId();

    s.give(new Packet.PubRec(id, ReasonCode.UNSPECIFIED_ERROR, null)); // a guess
    fixture.stores.release();
    fixture.settle();

    assertEquals(List.of(), s.payloads());
    assertEquals(0, fixture.broker.sessions().find("s").outbox().inFlight());
  }

  @Test
  void aRetainedMessageIsGivenToTheStoreBeforeTheIdentifierItCameWith() {
    TestClient durable = fixture.client().connect(TestClient.connect5("d", false, 1_000));
    int before = fixture.stores.calls().size();

    durable.give(TestClient.publication("r", "1", QoS.EXACTLY_ONCE, 7, true));

    List<String> calls = fixture.stores.calls();
    assertEquals(List.of("put", "commit"), calls.subList(before, calls.size()));
  }
}
