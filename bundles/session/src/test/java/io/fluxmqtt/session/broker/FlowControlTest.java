package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowControlTest {
  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");

  private TestClient durable(String id, int receiveMaximum) {
    return fixture
        .client()
        .connect(TestClient.connect(ProtocolVersion.V5_0, id, false, 1_000, null, receiveMaximum));
  }

  @Test
  void messageThatWaitsForTheStoreCountsOnce() {
    durable("d", 10).subscribe("d", QoS.AT_LEAST_ONCE);
    fixture.stores.hold();
    for (int id = 1; id <= 10; id++) {
      publisher.publish("d", "x", id % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE, id);
    }
    assertFalse(publisher.closed);
    publisher.publish("d", "x", QoS.AT_LEAST_ONCE, 11);
    assertEquals(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED, publisher.reason());
  }

  @Test
  void newConnectionBeginsWithAFullReceiveMaximum() {
    TestClient client = durable("c", 10);
    for (int id = 1; id <= 10; id++) {
      client.publish("t", "x", QoS.EXACTLY_ONCE, id);
    }
    client.cut();
    TestClient back = durable("c", 10);
    for (int id = 11; id <= 20; id++) {
      back.publish("t", "x", QoS.EXACTLY_ONCE, id);
    }
    assertFalse(back.closed);
    back.publish("t", "x", QoS.EXACTLY_ONCE, 21);
    assertEquals(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED, back.reason());
  }

  @Test
  void clientsReceiveMaximumHoldsForQos2UntilPubComp() {
    TestClient s = durable("s", 2).subscribe("t", QoS.EXACTLY_ONCE);
    for (int id = 1; id <= 4; id++) {
      publisher.publish("t", "" + id, QoS.EXACTLY_ONCE, id);
      publisher.give(new Packet.PubRel(id, ReasonCode.SUCCESS));
    }
    assertEquals(List.of("1", "2"), s.payloads());
    int first = s.sent(Packet.Publish.class).get(0).packetId();
    s.give(new Packet.PubRec(first, ReasonCode.SUCCESS, null));
    assertEquals(2, s.payloads().size());
    s.give(new Packet.PubComp(first, ReasonCode.SUCCESS));
    assertEquals(List.of("1", "2", "3"), s.payloads());
    int second = s.sent(Packet.Publish.class).get(1).packetId();
    s.give(new Packet.PubRec(second, ReasonCode.UNSPECIFIED_ERROR, null));
    assertEquals(List.of("1", "2", "3", "4"), s.payloads());
  }

  @Test
  void resumedSessionKeepsToItsNewReceiveMaximumThoughPubRelsAreDue() {
    TestClient s = durable("s", 5).subscribe("t", QoS.EXACTLY_ONCE);
    for (int id = 1; id <= 3; id++) {
      publisher.publish("t", "" + id, QoS.EXACTLY_ONCE, id);
    }
    int first = s.sent(Packet.Publish.class).get(0).packetId();
    s.give(new Packet.PubRec(first, ReasonCode.SUCCESS, null)).cut();
    TestClient back = durable("s", 1);
    assertEquals(first, back.last(Packet.PubRel.class).packetId());
    assertTrue(back.payloads().isEmpty());
    back.give(new Packet.PubComp(first, ReasonCode.SUCCESS));
    assertEquals(List.of("2"), back.payloads());
    assertTrue(back.last(Packet.Publish.class).dup());
  }

  @Test
  void resentMessageThatIsTooLargeNowGivesItsPlaceBack() {
    TestClient s = durable("s", 1).subscribe("t", QoS.AT_LEAST_ONCE);
    publisher
        .publish("t", "too large by then", QoS.AT_LEAST_ONCE, 1)
        .publish("t", "ok", QoS.AT_LEAST_ONCE, 2);
    s.cut();
    TestClient back = fixture.client();
    back.accepts = publish -> publish.payload().length() <= 5;
    back.connect(TestClient.connect(ProtocolVersion.V5_0, "s", false, 1_000, null, 1));
    assertEquals(List.of("ok"), back.payloads());
  }

  @Test
  void announcedValuesHoldForTheConnection() {
    fixture.broker.configure(withKeepAliveCap(60, 3));
    for (int id = 1; id <= 10; id++) {
      publisher.publish("t", "x", QoS.EXACTLY_ONCE, id);
    }
    assertFalse(publisher.closed);
    TestClient next = fixture.client().connect("next");
    assertEquals(3, next.last(Packet.ConnAck.class).properties().receiveMaximum());
  }

  @Test
  void keepAliveIsCappedAndZeroWithoutACapIsNever() {
    TestClient never = fixture.client().connect(asking("never", 0));
    fixture.broker.configure(withKeepAliveCap(60, 10));
    TestClient long5 = fixture.client().connect(asking("long", 120));
    TestClient none5 = fixture.client().connect(asking("none", 0));
    TestClient short5 = fixture.client().connect(asking("short", 30));
    assertEquals(60, long5.last(Packet.ConnAck.class).properties().serverKeepAliveSeconds());
    assertEquals(60, none5.last(Packet.ConnAck.class).properties().serverKeepAliveSeconds());
    assertEquals(null, short5.last(Packet.ConnAck.class).properties().serverKeepAliveSeconds());
    fixture.pass(89);
    assertTrue(short5.closed);
    assertFalse(long5.closed || none5.closed);
    fixture.pass(2);
    assertEquals(ReasonCode.KEEP_ALIVE_TIMEOUT, long5.reason());
    assertEquals(ReasonCode.KEEP_ALIVE_TIMEOUT, none5.reason());
    fixture.pass(1_000);
    assertFalse(never.closed);
  }

  @Test
  void timeBeforeARestartCountsForWillDelayAndExpiry() {
    Message will = Message.of("will", Payload.ofUtf8("gone"), QoS.AT_MOST_ONCE, false);
    Fixture restarted =
        new Fixture(
            Fixture.SETTINGS,
            visitor -> {
              visitor.session(
                  new StoredSession(1, "delayed", Principal.ANONYMOUS, 100, -20_000L, will, 30));
              visitor.session(
                  new StoredSession(2, "expiring", Principal.ANONYMOUS, 25, -20_000L, will, 90));
            });
    TestClient watcher = restarted.client().connect("w").subscribe("will", QoS.AT_MOST_ONCE);
    restarted.pass(4);
    assertTrue(watcher.payloads().isEmpty());
    restarted.pass(2);
    assertEquals(1, watcher.payloads().size(), "the session that expired");
    restarted.pass(3);
    assertEquals(1, watcher.payloads().size());
    restarted.pass(2);
    assertEquals(2, watcher.payloads().size(), "the delay that is over");
  }

  private static Packet.Connect asking(String clientId, int keepAlive) {
    return new Packet.Connect(
        ProtocolVersion.V5_0,
        clientId,
        true,
        keepAlive,
        null,
        null,
        null,
        0,
        10,
        0xFFFF_FFFFL,
        0,
        false,
        true,
        null,
        null);
  }

  private static BrokerSettings withKeepAliveCap(int cap, int receiveMaximum) {
    return Records.with(
        Records.settings("keepAliveMaxSeconds", cap), "receiveMaximum", receiveMaximum);
  }
}
