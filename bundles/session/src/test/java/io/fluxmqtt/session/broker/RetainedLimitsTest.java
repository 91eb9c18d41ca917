package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many Retained Messages there may be, also while the store has not told yet. */
class RetainedLimitsTest {
  private final Given given = new Given(Fixture.SETTINGS);
  private final MemoryStores stores = given.fixture.stores;

  @Test
  void messageMayBeReplacedWhereThereIsNoRoomForAnother() {
    given.retain("r/1", "r/2", "r/3");
    replace("r/2", "new");
    assertEquals(ReasonCode.NO_MATCHING_SUBSCRIBERS, ack());
    replace("r/4", "x");
    assertEquals(ReasonCode.QUOTA_EXCEEDED, ack());
    replace("r/2", "");
    replace("r/4", "x");
    assertEquals(ReasonCode.NO_MATCHING_SUBSCRIBERS, ack());
    assertEquals(3, given.fixture.broker.retained().count());
  }

  @Test
  void whatIsUnderWayTakesRoom() {
    stores.hold();
    given.retain("r/1", "r/2", "r/3", "r/4");
    assertEquals(0, given.publisher.sent(Packet.PubAck.class).size());
    stores.release();
    given.fixture.settle();
    assertEquals(ReasonCode.QUOTA_EXCEEDED, ack());
    assertEquals(3, given.fixture.broker.retained().count());
  }

  @Test
  void bytesAreLimitedToo() {
    given.fixture.broker.configure(Records.settings("retainedMaxBytes", 1_000L));
    replace("r/1", "x".repeat(800));
    assertEquals(ReasonCode.NO_MATCHING_SUBSCRIBERS, ack());
    replace("r/2", "x".repeat(800));
    assertEquals(ReasonCode.QUOTA_EXCEEDED, ack());
    replace("r/1", "y".repeat(800));
    assertEquals(ReasonCode.NO_MATCHING_SUBSCRIBERS, ack());
    replace("r/1", "y".repeat(1_001));
    assertEquals(ReasonCode.QUOTA_EXCEEDED, ack());
  }

  @Test
  void publisherWaitsWhileTheStoreIsAskedForRoom() {
    given.retain("r/1", "r/2", "r/3");
    stores.holdSearches();
    given.publisher.give(
        TestClient.publication("r/1", "new", QoS.AT_LEAST_ONCE, 7, true),
        TestClient.publication("t", "after it", QoS.AT_LEAST_ONCE, 8, false));
    assertEquals(3, given.publisher.sent(Packet.PubAck.class).size());
    assertFalse(given.publisher.reading);

    stores.search();
    given.fixture.settle();

    assertTrue(given.publisher.reading);
    assertEquals(
        List.of(7, 8),
        given.publisher.sent(Packet.PubAck.class).stream()
            .skip(3)
            .map(Packet.PubAck::packetId)
            .toList());
  }

  @Test
  void roomThatCannotBeAskedForIsNone() {
    given.retain("r/1", "r/2", "r/3");
    stores.failSearchesWith(new IOException("bad sector"));
    replace("r/1", "new");
    assertEquals(ReasonCode.QUOTA_EXCEEDED, ack());
  }

  @Test
  void willWaitsForRoomAsWell() {
    given.retain("r/1", "r/2", "r/3");
    TestClient s = given.durable("s").subscribe("r/1", QoS.AT_MOST_ONCE);
    stores.holdSearches();
    given
        .fixture
        .client()
        .connect(
            TestClient.connect(
                ProtocolVersion.V5_0,
                "w",
                true,
                0,
                new Packet.Will(
                    "r/1",
                    Payload.ofUtf8("gone"),
                    QoS.AT_MOST_ONCE,
                    true,
                    MessageProperties.NONE,
                    0),
                10))
        .cut();
    assertEquals(List.of("r/1"), s.payloads());
    stores.search();
    given.fixture.settle();
    assertEquals(List.of("r/1", "gone"), s.payloads());
    assertEquals(3, given.fixture.broker.retained().count());
  }

  @Test
  void roomOfWhatHasEndedIsFreeAgain() {
    given.fixture.broker.configure(Records.settings("retainedMaxBytes", 1_000L));
    for (int i = 0; i < 5; i++) {
      replace("r/1", "x".repeat(100));
    }
    int searches = stores.searches();
    replace("r/2", "x".repeat(300));
    replace("r/3", "x".repeat(300));
    assertEquals(ReasonCode.NO_MATCHING_SUBSCRIBERS, ack());
    assertEquals(searches, stores.searches(), "there is room, whatever is there");
    assertEquals(3, given.fixture.broker.retained().count());
    assertEquals(700, given.fixture.broker.retained().bytes());
  }

  @Test
  void limitOfBytesMayBeReachedAndIsNoHindranceToLess() {
    given.fixture.broker.configure(Records.settings("retainedMaxBytes", 1_000L));
    replace("r/1", "x".repeat(931)); // with 64 and the topic, twice
    assertEquals(ReasonCode.QUOTA_EXCEEDED, ack());
    replace("r/1", "x".repeat(930));
    assertEquals(ReasonCode.NO_MATCHING_SUBSCRIBERS, ack());
    given.fixture.broker.configure(Records.settings("retainedMaxBytes", 10L));
    replace("r/1", "x".repeat(929));
    assertEquals(ReasonCode.NO_MATCHING_SUBSCRIBERS, ack());
  }

  private void replace(String topic, String text) {
    given.publisher.give(TestClient.publication(topic, text, QoS.AT_LEAST_ONCE, 1, true));
  }

  private ReasonCode ack() {
    return given.publisher.last(Packet.PubAck.class).reason();
  }
}
