package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a message is acknowledged, and what is asked of the store, by topic. */
class DurabilityTest {
  private static final Durability INTERVAL = Durability.interval(500);
  private static final Durability MEMORY = Durability.memory(500);
  private static final DurabilityRules RULES =
      new DurabilityRules(Map.of("i/#", INTERVAL, "m/#", MEMORY, "m/s", Durability.SYNC));

  private final Fixture fixture = new Fixture(Fixture.with("durability", RULES));
  private final MemoryStores stores = fixture.stores;
  private final TestClient away = fixture.clientOnOtherLoop();
  private final TestClient publisher = fixture.client().connect("publisher");

  private void leaveSession(QoS qos) {
    away.connect(TestClient.connect5("away", false, 1_000)).subscribe("#", qos);
    away.cut();
    stores.asked();
  }

  private List<Integer> acknowledged() {
    return publisher.sent(Packet.PubAck.class).stream().map(Packet.PubAck::packetId).toList();
  }

  private List<Durability> askedFor(String topic, int packetId) {
    stores.asked();
    publisher.publish(topic, "x", QoS.AT_LEAST_ONCE, packetId);
    return stores.asked();
  }

  @Test
  void topicDecidesWhetherTheAcknowledgementWaits() {
    leaveSession(QoS.AT_LEAST_ONCE);
    stores.hold();
    publisher.publish("i/a", "x", QoS.AT_LEAST_ONCE, 1);
    publisher.publish("m/a", "x", QoS.AT_LEAST_ONCE, 2);
    assertEquals(List.of(1, 2), acknowledged());
    publisher.publish("other", "x", QoS.AT_LEAST_ONCE, 3);
    publisher.publish("m/s", "x", QoS.AT_LEAST_ONCE, 4);
    assertEquals(List.of(1, 2), acknowledged());
    stores.release();
    fixture.settle();
    assertEquals(List.of(1, 2, 3, 4), acknowledged());
    assertEquals(List.of(INTERVAL, MEMORY, Durability.SYNC, Durability.SYNC), stores.asked());
  }

  @Test
  void acknowledgementsKeepTheOrderOfThePackets() {
    leaveSession(QoS.AT_LEAST_ONCE);
    stores.hold();
    publisher.publish("other", "x", QoS.AT_LEAST_ONCE, 1);
    publisher.publish("i/a", "x", QoS.AT_LEAST_ONCE, 2);
    assertEquals(List.of(), acknowledged());
    stores.release();
    fixture.settle();
    assertEquals(List.of(1, 2), acknowledged());
  }

  @Test
  void batchIsAsDurableAsItsStrictestChange() {
    leaveSession(QoS.AT_LEAST_ONCE);
    publisher.give(
        TestClient.publication("m/a", "x", QoS.AT_LEAST_ONCE, 1, false),
        TestClient.publication("i/a", "x", QoS.AT_LEAST_ONCE, 2, false));
    assertEquals(List.of(INTERVAL), stores.asked());
    stores.hold();
    publisher.give(
        TestClient.publication("other", "x", QoS.AT_LEAST_ONCE, 3, false),
        TestClient.publication("m/a", "x", QoS.AT_LEAST_ONCE, 4, false));
    assertEquals(List.of(Durability.SYNC), stores.asked());
    assertEquals(List.of(1, 2), acknowledged());
  }

  @Test
  void whileTheStoreIsStrainedEverythingWaitsForIt() {
    leaveSession(QoS.AT_LEAST_ONCE);
    stores.strain(true);
    stores.hold();
    publisher.publish("m/a", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(List.of(), acknowledged());
    assertEquals(List.of(Durability.SYNC), stores.asked());
    stores.failWith(new IOException("disk full"));
    stores.release();
    fixture.settle();
    assertEquals(ReasonCode.QUOTA_EXCEEDED, publisher.last(Packet.PubAck.class).reason());
    stores.failWith(null);
    stores.strain(false);
    assertEquals(List.of(MEMORY), askedFor("m/a", 2));
    assertEquals(Map.of("memory", 1L), promises());
  }

  @Test
  void whatWasAcknowledgedAndCannotBeKeptIsCounted() {
    leaveSession(QoS.AT_LEAST_ONCE);
    stores.hold();
    stores.failWith(new IOException("disk full"));
    publisher.give(
        TestClient.publication("m/a", "x", QoS.AT_LEAST_ONCE, 1, false),
        TestClient.publication("i/a", "x", QoS.AT_LEAST_ONCE, 2, false));
    publisher.give(TestClient.publication("i/kept", "x", QoS.AT_LEAST_ONCE, 3, true));
    assertEquals(List.of(1, 2, 3), acknowledged());
    stores.release();
    fixture.settle();
    assertEquals(3L, fixture.broker.counters().drops().get("store_failed"));
    assertEquals(Map.of("interval", 2L, "memory", 1L), promises());
    stores.failWith(null);
    askedFor("i/a", 4);
    assertEquals(3L, fixture.broker.counters().drops().get("store_failed"));
  }

  @Test
  void onlyWhatSomebodyMustKeepCountsAsAcknowledgedUnsynced() {
    publisher.publish("i/a", "x", QoS.AT_LEAST_ONCE, 1);
    publisher.give(TestClient.publication("i/a", "x", QoS.AT_MOST_ONCE, 0, true));
    assertEquals(Map.of(), promises());
    publisher.give(TestClient.publication("i/a", "x", QoS.AT_LEAST_ONCE, 2, true));
    assertEquals(Map.of("interval", 1L), promises());
    leaveSession(QoS.EXACTLY_ONCE);
    publisher.publish("i/a", "x", QoS.EXACTLY_ONCE, 3);
    publisher.publish("m/a", "x", QoS.AT_LEAST_ONCE, 4);
    publisher.publish("other", "x", QoS.AT_LEAST_ONCE, 5);
    assertEquals(Map.of("interval", 2L, "memory", 1L), promises());
  }

  @Test
  void changedConfigurationCountsForTheNextPublish() {
    leaveSession(QoS.AT_LEAST_ONCE);
    assertEquals(List.of(INTERVAL), askedFor("i/a", 1));
    fixture.broker.configure(
        Fixture.with("durability", new DurabilityRules(Map.of("i/#", MEMORY))));
    assertEquals(List.of(MEMORY), askedFor("i/a", 2));
    assertEquals(List.of(Durability.SYNC), askedFor("m/a", 3));
    fixture.broker.configure(Fixture.SETTINGS);
    assertEquals(List.of(Durability.SYNC), askedFor("i/a", 4));
  }

  @Test
  void retainedMessageAndItsRemovalAreAsDurableAsTheirTopic() {
    stores.hold();
    publisher.give(TestClient.publication("i/a", "x", QoS.AT_LEAST_ONCE, 1, true));
    publisher.give(TestClient.publication("i/a", "", QoS.AT_LEAST_ONCE, 2, true));
    assertEquals(List.of(1, 2), acknowledged());
    publisher.give(TestClient.publication("other", "x", QoS.AT_LEAST_ONCE, 3, true));
    publisher.give(TestClient.publication("other", "", QoS.AT_LEAST_ONCE, 4, true));
    assertEquals(List.of(1, 2), acknowledged());
    assertEquals(List.of(INTERVAL, INTERVAL, Durability.SYNC, Durability.SYNC), stores.asked());
    stores.release();
    fixture.settle();
    assertEquals(List.of(1, 2, 3, 4), acknowledged());
  }

  @Test
  void willIsAsDurableAsItsTopic() {
    leaveSession(QoS.AT_LEAST_ONCE);
    Packet.Will will =
        new Packet.Will(
            "m/will", Payload.ofUtf8("x"), QoS.AT_LEAST_ONCE, true, MessageProperties.NONE, 0);
    TestClient mortal =
        fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "mortal", true, 0, will, 10));
    stores.asked();
    mortal.cut();
    assertEquals(List.of(MEMORY, MEMORY), stores.asked());
  }

  @Test
  void subscriptionIsSyncedWhateverItsTopicAndWaitsForNothingElse() {
    stores.hold();
    away.connect(TestClient.connect5("durable", false, 1_000));
    stores.release();
    fixture.settle();
    stores.asked();
    stores.hold();
    away.give(
        TestClient.publication("m/a", "x", QoS.AT_LEAST_ONCE, 7, false),
        new Packet.Subscribe(
            1, 0, List.of(new Packet.SubscribeRequest("i/#", QoS.AT_LEAST_ONCE, false, false, 2))));
    assertEquals(List.of(Durability.SYNC), stores.asked());
    assertEquals(0, away.sent(Packet.SubAck.class).size());
    stores.release();
    fixture.settle();
    stores.hold();
    publisher.give(
        TestClient.publication("i/a", "x", QoS.AT_LEAST_ONCE, 1, false),
        new Packet.Subscribe(
            2, 0, List.of(new Packet.SubscribeRequest("a", QoS.AT_LEAST_ONCE, false, false, 2))));
    assertEquals(List.of(INTERVAL, INTERVAL), stores.asked()); // the second of the receiver
    assertEquals(1, publisher.sent(Packet.SubAck.class).size());
  }

  @Test
  void recordsOfADeliveryAreAsDurableAsItsMessage() {
    away.connect(TestClient.connect5("here", false, 1_000)).subscribe("#", QoS.AT_LEAST_ONCE);
    assertEquals(List.of(MEMORY, MEMORY), askedFor("m/a", 1)); // the message, the identifier
    away.give(
        new Packet.PubAck(away.last(Packet.Publish.class).packetId(), ReasonCode.SUCCESS, null));
    assertEquals(List.of(MEMORY), stores.asked());
    assertEquals(List.of(Durability.SYNC, Durability.SYNC), askedFor("other", 2));
    away.give(
        new Packet.PubAck(away.last(Packet.Publish.class).packetId(), ReasonCode.SUCCESS, null));
    assertEquals(List.of(Durability.SYNC), stores.asked());
    assertEquals(2, stores.changes(SessionChange.RemoveDelivery.class).size());
  }

  @Test
  void exactlyOnceHoldsWithoutARecordOfTheIdentifier() {
    leaveSession(QoS.AT_LEAST_ONCE);
    TestClient durable =
        fixture.client().connect(TestClient.connect5("durable publisher", false, 1_000));
    stores.asked();
    stores.hold();
    durable.publish("m/a", "x", QoS.EXACTLY_ONCE, 5);
    durable.publish("m/a", "x", QoS.EXACTLY_ONCE, 5);
    assertEquals(2, durable.sent(Packet.PubRec.class).size());
    assertEquals(1, stores.changes(SessionChange.Append.class).size());
    durable.give(new Packet.PubRel(5, ReasonCode.SUCCESS));
    assertEquals(ReasonCode.SUCCESS, durable.last(Packet.PubComp.class).reason());
    durable.give(new Packet.PubRel(5, ReasonCode.SUCCESS));
    assertEquals(
        ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, durable.last(Packet.PubComp.class).reason());
    assertEquals(List.of(MEMORY), stores.asked());
    assertEquals(List.of(), stores.changes(SessionChange.PutIncoming.class));
    assertEquals(List.of(), stores.changes(SessionChange.RemoveIncoming.class));
    stores.release();
    durable.publish("other", "x", QoS.EXACTLY_ONCE, 6);
    durable.give(new Packet.PubRel(6, ReasonCode.SUCCESS));
    assertEquals(1, stores.changes(SessionChange.PutIncoming.class).size());
    assertEquals(1, stores.changes(SessionChange.RemoveIncoming.class).size());
  }

  @Test
  void exactlyOnceGoesOutWhenItIsWrittenAndItsIdentifierIsSynced() {
    away.connect(TestClient.connect5("here", false, 1_000)).subscribe("#", QoS.EXACTLY_ONCE);
    stores.asked();
    stores.hold();
    publisher.publish("m/a", "x", QoS.EXACTLY_ONCE, 1);
    assertEquals(1, publisher.sent(Packet.PubRec.class).size());
    assertEquals(List.of(Durability.WRITTEN), stores.asked());
    assertTrue(away.payloads().isEmpty());
    stores.release();
    fixture.settle();
    assertEquals(List.of("x"), away.payloads());
    assertEquals(List.of(Durability.SYNC), stores.asked());
  }

  @Test
  void whatIsReadBackIsAsDurableAsItsTopic() {
    leaveSession(QoS.AT_LEAST_ONCE);
    publisher.publish("m/a", "x", QoS.AT_LEAST_ONCE, 1);
    SessionChange.Append kept = stores.changes(SessionChange.Append.class).get(0);
    assertEquals(MEMORY, fixture.broker.fromStored(kept.message()).durability());
  }

  @Test
  void withoutRulesEverythingIsSynced() {
    Given given = new Given(Fixture.SETTINGS);
    given.durable("away").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    given.fixture.stores.asked();
    given.publish("x");
    assertEquals(List.of(Durability.SYNC), given.fixture.stores.asked());
    assertNull(given.drops("store_failed"));
    assertFalse(given.publisher.sent(Packet.PubAck.class).isEmpty());
  }

  private Map<String, Long> promises() {
    return new Administration(fixture.broker, List::of, java.util.Optional::empty)
        .acknowledgedUnsynced();
  }
}
