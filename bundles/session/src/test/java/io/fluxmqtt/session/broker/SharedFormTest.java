package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.SharedPublish;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Receivers that get a message alike share one form of it; what is a receiver's own is not shared.
 */
class SharedFormTest {
  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");

  private Publication publication(MessageProperties properties) {
    Message message = new Message("t", Payload.ofUtf8("x"), QoS.EXACTLY_ONCE, true, properties);
    return Publication.received(message, null, Durability.SYNC, fixture.broker);
  }

  @Test
  void thereIsOneFormForEachQosAndRetainFlagFromTheSecondReceiverOn() {
    Publication publication = publication(MessageProperties.NONE);
    assertNull(publication.shared(QoS.AT_MOST_ONCE, false));
    Set<SharedPublish> all = new HashSet<>();
    for (QoS qos : QoS.values()) {
      for (boolean retain : new boolean[] {false, true}) {
        SharedPublish form = publication.shared(qos, retain);
        assertNotNull(form);
        assertTrue(all.add(form));
        assertSame(form, publication.shared(qos, retain));
        assertEquals(
            new Packet.Publish(
                "t",
                Payload.ofUtf8("x"),
                qos,
                false,
                retain,
                0,
                0,
                MessageProperties.NONE,
                List.of()),
            form.packet());
        assertEquals(qos == QoS.AT_MOST_ONCE ? 0 : 9, form.packet(9).packetId());
      }
    }
  }

  @Test
  void receiversShareAFormAndKeepTheirPacketIds() {
    TestClient a = fixture.client().connect("a").subscribe("t", QoS.AT_LEAST_ONCE);
    TestClient b = fixture.client().connect("b").subscribe("t", QoS.AT_LEAST_ONCE);
    TestClient c = fixture.client().connect("c").subscribe("+", QoS.AT_LEAST_ONCE);
    c.subscribe("other", QoS.AT_LEAST_ONCE);
    publisher.publish("other", "only for c", QoS.AT_LEAST_ONCE, 1);
    publisher.publish("t", "x", QoS.AT_LEAST_ONCE, 2);
    assertEquals(1, distinct(a, b, c).size());
    assertEquals(2, a.shared.size() + b.shared.size() + c.shared.size());
    assertEquals(1, a.last(Packet.Publish.class).packetId());
    assertEquals(1, b.last(Packet.Publish.class).packetId());
    assertEquals(2, c.last(Packet.Publish.class).packetId());
  }

  @Test
  void onlyReceiverSharesNothing() {
    TestClient a = fixture.client().connect("a").subscribe("t", QoS.AT_LEAST_ONCE);
    publisher.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(List.of("x"), a.payloads());
    assertTrue(a.shared.isEmpty());
  }

  @Test
  void whatIsOfOneReceiverOnlyIsNotShared() {
    List<TestClient> plain =
        List.of(
            fixture.client().connect("a").subscribe("t", QoS.AT_MOST_ONCE),
            fixture.client().connect("b").subscribe("t", QoS.AT_MOST_ONCE));
    TestClient identified = fixture.client().connect("i");
    identified.give(
        new Packet.Subscribe(
            1, 7, List.of(new Packet.SubscribeRequest("t", QoS.AT_MOST_ONCE, false, false, 0))));
    publisher.publish("t", "x", QoS.AT_MOST_ONCE, 0);
    assertFalse(distinct(plain.toArray(TestClient[]::new)).isEmpty());
    assertTrue(identified.shared.isEmpty());
    assertEquals(List.of(7), identified.last(Packet.Publish.class).subscriptionIdentifiers());
  }

  @Test
  void messageThatExpiresIsNotShared() {
    TestClient a = fixture.client().connect("a").subscribe("t", QoS.AT_MOST_ONCE);
    TestClient b = fixture.client().connect("b").subscribe("t", QoS.AT_MOST_ONCE);
    MessageProperties expiring = new MessageProperties(null, 9L, null, null, null, List.of());
    publisher.give(
        new Packet.Publish(
            "t", Payload.EMPTY, QoS.AT_MOST_ONCE, false, false, 0, 0, expiring, List.of()));
    assertTrue(a.shared.isEmpty() && b.shared.isEmpty());
    assertEquals(9L, a.last(Packet.Publish.class).properties().expirySeconds());
    assertEquals(9L, b.last(Packet.Publish.class).properties().expirySeconds());
  }

  @Test
  void whatIsSentAgainIsNotShared() {
    fixture.client().connect("a").subscribe("t", QoS.AT_LEAST_ONCE);
    fixture
        .client()
        .connect(TestClient.connect5("b", false, 100))
        .subscribe("t", QoS.AT_LEAST_ONCE);
    publisher.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    TestClient back = fixture.client().connect(TestClient.connect5("b", false, 100));
    assertTrue(back.last(Packet.Publish.class).dup());
    assertTrue(back.shared.isEmpty());
  }

  @Test
  void receiverThatDoesNotAcceptTheSizeIsCounted() {
    TestClient a = fixture.client().connect("a").subscribe("t", QoS.AT_LEAST_ONCE);
    TestClient b = fixture.client().connect("b").subscribe("t", QoS.AT_LEAST_ONCE);
    a.accepts = publish -> false;
    b.accepts = publish -> false;
    publisher.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(2L, fixture.broker.counters().drops().get("packet_too_large"));
    assertEquals(0, fixture.broker.counters().sent.sum());
    a.accepts = publish -> true;
    b.accepts = publish -> true;
    publisher.publish("t", "y", QoS.AT_LEAST_ONCE, 2);
    assertEquals(2, fixture.broker.counters().sent.sum());
  }

  private static Set<SharedPublish> distinct(TestClient... clients) {
    Set<SharedPublish> forms = new HashSet<>();
    for (TestClient client : clients) {
      forms.addAll(client.shared);
    }
    return forms;
  }
}
