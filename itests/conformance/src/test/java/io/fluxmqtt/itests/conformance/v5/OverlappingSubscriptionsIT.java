package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.SUBSCRIPTION_IDENTIFIER;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.varint;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 3.3.4: overlapping Subscriptions and their Subscription Identifiers. */
@ExtendWith(SharedBroker.class)
class OverlappingSubscriptionsIT {
  private String base;
  private RawClient publisher;
  private RawClient subscriber;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    base = clients.topic("");
    publisher = clients.connect("publisher");
    subscriber = clients.connect("subscriber");
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "0, 1, 1", "0, 2, 2", "1, 0, 1", "1, 2, 2", "2, 1, 2", "2, 0, 2"})
  @Normative("MQTT-3.3.4-2")
  void theHighestQosOfAllMatchesCounts(int first, int second, int expected) throws IOException {
    subscriber.subscribe(base + "a", first);
    subscriber.subscribe(base + "+", second);
    subscriber.subscribe(base + "#", 0);

    publisher.publishFully(4, base + "a", "x");

    assertEquals(expected, subscriber.take("x").qos());
    expectNothingMore();
  }

  @Test
  @Normative({"MQTT-3.3.4-3", "MQTT-3.3.4-4"})
  void oneCopyHasTheIdentifiersOfAllMatches() throws IOException {
    subscriber.subscribe(base + "a", 1, identifier(5));
    subscriber.subscribe(base + "+", 0, identifier(268_435_455));
    subscriber.subscribe(base + "#", 2, identifier(128));
    subscriber.subscribe(base + "a/#", 2);
    subscriber.subscribe(base + "b", 2, identifier(7));

    publisher.publish(base + "a", "x");

    assertEquals(List.of(5L, 128L, 268_435_455L), identifiers(subscriber.take("x")));
    expectNothingMore();
  }

  @Test
  @Normative("MQTT-3.3.4-5")
  void eachOfSeveralCopiesHasTheIdentifierOfItsSubscription() throws IOException {
    // A Shared Subscription is served apart from the others, so there are several copies.
    subscriber.subscribe(base + "a", 1, identifier(5));
    subscriber.subscribe("$share/one/" + base + "a", 1, identifier(6));
    subscriber.subscribe("$share/two/" + base + "+", 1, identifier(7));
    subscriber.subscribe("$share/three/" + base + "+", 1);

    publisher.publish(base + "a", "x");

    List<List<Object>> got = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      got.add(identifiers(subscriber.take("x")));
    }
    got.sort(Comparator.comparing(List::toString));
    assertEquals(List.of(List.of(5L), List.of(6L), List.of(7L), List.of()), got);
    expectNothingMore();
  }

  @Test
  @Normative("MQTT-3.3.4-3")
  void subscriptionsWithOneIdentifierBringItAtLeastOnce() throws IOException {
    subscriber.subscribe(base + "a", 1, identifier(5));
    subscriber.subscribe(base + "+", 1, identifier(5));

    publisher.publish(base + "a", "x");

    assertEquals(Set.of(5L), Set.copyOf(identifiers(subscriber.take("x"))));
    expectNothingMore();
  }

  @Test
  @Normative("MQTT-3.3.4-3")
  void theIdentifierOutlivesTheConnection(Clients clients) throws IOException {
    RawClient sleeper = clients.connect(clients.v5("sleeper").sessionExpiry(60));
    sleeper.subscribe(base + "a", 1, identifier(9));
    sleeper.disconnect();
    publisher.publish(base + "a", "queued");

    RawClient awake = clients.connect(clients.v5("sleeper").resume());
    assertEquals(List.of(9L), identifiers(awake.take("queued")));
    publisher.publish(base + "a", "live");
    assertEquals(List.of(9L), identifiers(awake.take("live")));
  }

  @Test
  void subscribingAgainReplacesTheIdentifier() throws IOException {
    subscriber.subscribe(base + "a", 1, identifier(5));
    subscriber.subscribe(base + "a", 1, identifier(6));
    publisher.publish(base + "a", "x");
    assertEquals(List.of(6L), identifiers(subscriber.take("x")));

    subscriber.subscribe(base + "a", 1);
    publisher.publish(base + "a", "y");
    assertEquals(List.of(), identifiers(subscriber.take("y")));
  }

  @Test
  void oneIdentifierCountsForAllFiltersOfItsSubscribe() throws IOException {
    subscriber.send(
        Wire.packet(
            0x82,
            Wire.u16(1),
            Wire.properties(identifier(3)),
            Wire.request(base + "a", 1),
            Wire.request(base + "b", 1)));
    subscriber.expect(Wire.SUBACK);

    publisher.publish(base + "a", "x");
    publisher.publish(base + "b", "y");

    assertEquals(List.of(3L), identifiers(subscriber.take("x")));
    assertEquals(List.of(3L), identifiers(subscriber.take("y")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative("MQTT-3.3.4-6")
  void aClientMustNotSendASubscriptionIdentifier(int qos) throws IOException {
    subscriber.subscribe(base + "a", 1);

    publisher.send(Wire.publish(base + "a", qos, 1, "x", identifier(1)));

    publisher.expectDisconnect(Set.of(0x81, 0x82));
    expectNothingMore();
  }

  private void expectNothingMore() throws IOException {
    subscriber.subscribe("fence/" + base, 0);
    subscriber.send(Wire.publish("fence/" + base, 0, 0, "fence"));
    subscriber.expectMessage("fence");
    subscriber.ping();
  }

  private static byte[] identifier(int identifier) {
    return property(SUBSCRIPTION_IDENTIFIER, varint(identifier));
  }

  private static List<Object> identifiers(RawPacket packet) {
    return packet.all(SUBSCRIPTION_IDENTIFIER).stream().sorted().toList();
  }
}
