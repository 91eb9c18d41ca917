package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits for a client, and what happens when there is too much of it. */
class QueueTest {
  /** What a message of topic "t" and one character takes. */
  private static final long SMALL = 66;

  @Test
  void whatWaitsIsCountedUntilItIsSent() {
    Given given = new Given(Fixture.SETTINGS);
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();

    given.publish("1", "2");

    assertEquals(2, given.outbox("s").queued());
    assertEquals(2 * SMALL, given.outbox("s").queuedBytes());
    assertEquals(2 * SMALL, given.fixture.broker.queuedBytes().sum());
    assertEquals(List.of("1", "2"), given.durable("s").payloads());
    assertEquals(0, given.outbox("s").queuedBytes());
    assertEquals(0, given.fixture.broker.queuedBytes().sum());
    assertEquals(0, given.outbox("s").dropped());
  }

  @Test
  void queueHoldsExactlyItsBytes() {
    Given given = new Given(Records.settings("queueMaxBytes", 3 * SMALL));
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();

    given.publish("1", "2", "3");
    assertEquals(0, given.outbox("s").dropped());
    given.publish("4");

    assertEquals(List.of("2", "3", "4"), given.durable("s").payloads());
  }

  @Test
  void largeMessageDisplacesAsManyAsItNeeds() {
    Given given = new Given(Records.settings("queueMaxBytes", 3 * SMALL));
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();

    given.publish("1", "2", "3", "large!");

    assertEquals(List.of("3", "large!"), given.durable("s").payloads());
    assertEquals(2L, given.drops("queue_full"));
    assertEquals(2, given.outbox("s").dropped());
    assertEquals(0, given.fixture.broker.queuedBytes().sum());
    assertEquals(2, given.removedFromStore());
  }

  @Test
  void messageAboveTheWholeQueueDisplacesNothing() {
    Given given = new Given(Records.settings("queueMaxBytes", 3 * SMALL));
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();

    given.publish("1", "2", "x".repeat(200));

    assertEquals(List.of("1", "2"), given.durable("s").payloads());
    assertEquals(1L, given.drops("queue_full"));
  }

  @Test
  void messageAsLargeAsTheWholeQueueDisplacesAll() {
    Given given = new Given(Records.settings("queueMaxBytes", 3 * SMALL));
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    String large = "x".repeat((int) (2 * SMALL + 1));

    given.publish("1", "2", large);

    assertEquals(List.of(large), given.durable("s").payloads());
  }

  @Test
  void newestIsDroppedWhereSoConfigured() {
    Given given = new Given(Records.settings("overflow", Overflow.DROP_NEWEST));
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();

    given.publish("1", "2", "3", "4", "5", "6");

    assertEquals(List.of("1", "2", "3", "4"), given.durable("s").payloads());
    assertEquals(2L, given.drops("queue_full"));
  }

  @Test
  void slowClientIsDisconnectedWhereSoConfigured() {
    Given given = new Given(Records.settings("overflow", Overflow.DISCONNECT));
    TestClient s = given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    s.writable = false;

    given.publish("1", "2", "3", "4");
    assertFalse(s.closed);
    given.publish("5");

    assertEquals(ReasonCode.QUOTA_EXCEEDED, s.reason());
    assertEquals(List.of("1", "2", "3", "4"), given.durable("s").payloads(), "what waits stays");
  }

  @Test
  void clientThatIsAwayCannotBeDisconnected() {
    Given given = new Given(Records.settings("overflow", Overflow.DISCONNECT));
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();

    given.publish("1", "2", "3", "4");
    given.outbox("s").add(delivery(QoS.AT_LEAST_ONCE));

    assertEquals(List.of("1", "2", "3", "4"), given.durable("s").payloads());
  }

  @Test
  void clientStaysWhereTheNewestIsDropped() {
    Given given = new Given(Records.settings("overflow", Overflow.DROP_NEWEST));
    TestClient s = given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    s.writable = false;

    given.publish("1", "2", "3", "4", "5");
    s.becomeWritable();

    assertFalse(s.closed);
    assertEquals(List.of("1", "2", "3", "4"), s.payloads());
  }

  @Test
  void qos0ForAClientThatIsAwayIsNoLoss() {
    Given given = new Given(Fixture.SETTINGS);
    given.durable("s").subscribe("t", QoS.AT_MOST_ONCE).cut();

    given.outbox("s").add(delivery(QoS.AT_MOST_ONCE));

    assertEquals(0, given.outbox("s").queued());
    assertEquals(0, given.outbox("s").dropped());
  }

  @Test
  void connectionStaysWhereTheOldestIsDropped() {
    Given given = new Given(Fixture.SETTINGS);
    TestClient s = given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    s.writable = false;

    given.publish("1", "2", "3", "4", "5", "6");
    s.becomeWritable();

    assertFalse(s.closed);
    assertEquals(List.of("3", "4", "5", "6"), s.payloads());
  }

  @Test
  void allQueuesTogetherHoldExactlyTheirBytes() {
    Given given = new Given(Records.settings("queueTotalMaxBytes", 2 * SMALL));
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();

    given.publish("1", "2");
    assertNull(given.drops("total_queue_full"));
    given.publish("3");

    assertEquals(List.of("1", "2"), given.durable("s").payloads());
    assertEquals(1L, given.drops("total_queue_full"));
    assertEquals(1, given.removedFromStore());
  }

  @Test
  void queuesThatHoldNothingStopNothingThatLeavesAtOnce() {
    Given given = new Given(Records.settings("queueTotalMaxBytes", 1L));
    TestClient s = given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE);

    given.publish("1", "2");
    assertEquals(List.of("1", "2"), s.payloads());
    s.cut();
    given.publish("3");

    assertEquals(List.of("1", "2"), given.durable("s").payloads(), "nothing is kept while away");
  }

  @Test
  void messageThatFindsTheWindowClosedNeedsRoomInTheQueue() {
    Given given = new Given(Records.settings("queueTotalMaxBytes", 1L));
    TestClient s =
        given
            .fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "s", true, 0, null, 1));
    s.subscribe("t", QoS.AT_LEAST_ONCE);

    given.publish("1", "2");
    s.give(new Packet.PubAck(1, ReasonCode.SUCCESS, null));

    assertEquals(List.of("1"), s.payloads());
    assertEquals(1L, given.drops("total_queue_full"));
  }

  @Test
  void messageBehindAnotherNeedsRoomInTheQueue() {
    Given given = new Given(Records.settings("queueTotalMaxBytes", 1L));
    TestClient s = given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    s.writable = false;

    given.publish("1", "2");
    s.becomeWritable();

    assertEquals(List.of("1"), s.payloads());
    assertEquals(1L, given.drops("total_queue_full"));
  }

  @Test
  void qos0WaitsForASlowConnectionUpToExactlyItsBytes() {
    Given given = new Given(Records.settings("qos0QueueMaxBytes", 3 * SMALL));
    TestClient s = given.durable("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.writable = false;

    given.publish("1", "2", "3");
    assertNull(given.drops("slow_connection"));
    assertEquals(3, given.outbox("s").queued());
    assertEquals(3 * SMALL, given.outbox("s").queuedBytes());
    assertEquals(3 * SMALL, given.fixture.broker.queuedBytes().sum());
    given.publish("4");
    s.becomeWritable();

    assertEquals(List.of("1", "2", "3"), s.payloads());
    assertEquals(1L, given.drops("slow_connection"));
    assertEquals(0, given.outbox("s").queuedBytes());
    assertEquals(0, given.fixture.broker.queuedBytes().sum());
  }

  @Test
  void qos0ThatWaitsEndsWithItsConnection() {
    Given given = new Given(Fixture.SETTINGS);
    TestClient s = given.durable("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.writable = false;
    given.publish("1", "2");

    s.cut();

    assertEquals(0, given.outbox("s").queued());
    assertEquals(0, given.outbox("s").queuedBytes());
    assertEquals(0, given.fixture.broker.queuedBytes().sum());
    assertEquals(List.of(), given.durable("s").payloads());
  }

  @Test
  void qos0DoesNotOvertakeWhatWaits() {
    Given given = new Given(Fixture.SETTINGS);
    TestClient s = given.durable("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.writable = false;
    given.publish("1");

    s.writable = true; // and the broker is not told yet
    given.publish("2");

    assertEquals(List.of("1", "2"), s.payloads());
  }

  @Test
  void laterMessageDoesNotOvertakeWhatWaitsForTheConnection() {
    Given given = new Given(Fixture.SETTINGS);
    TestClient s = given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    s.writable = false;
    given.publish("1");

    s.writable = true; // and the broker is not told yet
    given.publish("2");

    assertEquals(List.of("1", "2"), s.payloads());
  }

  @Test
  void qos0StopsWhereTheConnectionTakesNoMore() {
    Given given = new Given(Fixture.SETTINGS);
    TestClient s = given.durable("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.writable = false;
    given.publish("1", "2");
    s.accepts =
        publish -> {
          s.writable = false; // full after one
          return true;
        };

    s.becomeWritable();

    assertEquals(List.of("1"), s.payloads());
    assertEquals(1, given.outbox("s").queued());
  }

  @Test
  void qos0ThatExpiresWhileItWaitsIsDropped() {
    Given given = new Given(Fixture.SETTINGS);
    TestClient s = given.durable("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.writable = false;
    given.publisher.give(
        new Packet.Publish(
            "t",
            Payload.ofUtf8("1"),
            QoS.AT_MOST_ONCE,
            false,
            false,
            0,
            0,
            new MessageProperties(null, 5L, null, null, null, List.of()),
            List.of()));
    given.publish("2");

    given.fixture.pass(5);
    s.becomeWritable();

    assertEquals(List.of("2"), s.payloads());
    assertEquals(1L, given.drops("expired"));
    assertEquals(1, given.outbox("s").dropped());
  }

  @Test
  void qos0ThatTheClientDoesNotAcceptIsDropped() {
    Given given = new Given(Fixture.SETTINGS);
    TestClient s = given.durable("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.accepts = publish -> publish.payload().length() < 5;

    given.publish("too large", "ok");

    assertEquals(List.of("ok"), s.payloads());
    assertEquals(1L, given.drops("packet_too_large"));
    assertEquals(1, given.outbox("s").dropped());
  }

  @Test
  void qos0IsSentThoughTheWindowIsClosed() {
    Given given = new Given(Fixture.SETTINGS);
    TestClient s =
        given
            .fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "s", true, 0, null, 1));
    s.subscribe("t", QoS.AT_LEAST_ONCE);

    given.publish("1", "2");
    given.publisher.publish("t", "0", QoS.AT_MOST_ONCE, 0);

    assertEquals(List.of("1", "0"), s.payloads());
  }

  private static Delivery delivery(QoS qos) {
    Message message = Message.of("t", Payload.ofUtf8("x"), qos, false);
    return new Delivery(new Publication(message, null, Publication.NEVER), null, qos);
  }
}
