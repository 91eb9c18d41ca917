package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5.0, section 3.3.2.3.4: Topic Alias (their maximum: TopicAliasMaximumIT). */
@ExtendWith(SharedBroker.class)
class TopicAliasIT {
  private static final Set<Integer> UNKNOWN_ALIAS = Set.of(0x82, 0x94);

  private String base;
  private RawClient publisher;
  private RawClient subscriber;
  private int maximum;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    base = clients.topic("a rather long topic, so that an alias is worth its while/");
    publisher = clients.open();
    RawPacket connAck = publisher.connect(clients.v5("publisher").sessionExpiry(60));
    maximum = (int) connAck.number(Wire.TOPIC_ALIAS_MAXIMUM, 0);
    subscriber = clients.connect("subscriber");
    subscriber.subscribe(base + "#", 1);
  }

  @Test
  @Normative("MQTT-3.3.2-12")
  void everyAliasUpToTheMaximumIsAccepted() throws IOException {
    assertTrue(maximum > 1, "Topic Alias Maximum " + maximum);
    for (int alias = 1; alias <= maximum; alias++) {
      publisher.publish(base + alias, "set " + alias, alias(alias));
      assertEquals(base + alias, subscriber.take("set " + alias).topic());
    }
    for (int alias = maximum; alias >= 1; alias--) {
      publisher.publish("", "use " + alias, alias(alias));
      RawPacket got = subscriber.take("use " + alias);
      assertEquals(base + alias, got.topic());
      assertEquals(List.of(), got.all(Wire.TOPIC_ALIAS), "it asked for none");
    }
  }

  @Test
  void anAliasCanBeGivenToAnotherTopic() throws IOException {
    publisher.publish(base + "1", "x", alias(1));
    publisher.publish(base + "2", "y", alias(1));
    publisher.publish("", "z", alias(1));

    assertEquals(base + "1", subscriber.take("x").topic());
    assertEquals(base + "2", subscriber.take("y").topic());
    assertEquals(base + "2", subscriber.take("z").topic());
  }

  @Test
  void aliasesOfTwoClientsAreTheirOwn(Clients clients) throws IOException {
    RawClient other = clients.connect("other");
    publisher.publish(base + "1", "x", alias(1));
    other.publish(base + "2", "y", alias(1));
    publisher.publish("", "z", alias(1));

    assertEquals(base + "1", subscriber.take("x").topic());
    assertEquals(base + "2", subscriber.take("y").topic());
    assertEquals(base + "1", subscriber.take("z").topic());
  }

  @Test
  @Normative("MQTT-3.3.2-7")
  void aliasesEndWithTheirConnection(Clients clients) throws IOException {
    publisher.publish(base + "1", "x", alias(1));
    publisher.cut();
    RawClient back = clients.open();
    assertTrue(back.connect(clients.v5("publisher").resume()).sessionPresent());

    back.send(Wire.publish("", 1, 7, "y", alias(1)));

    back.expectDisconnect(UNKNOWN_ALIAS);
  }

  @Test
  void anAliasThatStandsForNothingIsRefused() throws IOException {
    publisher.publish(base + "1", "x", alias(1));

    publisher.send(Wire.publish("", 1, 7, "y", alias(2)));

    publisher.expectDisconnect(UNKNOWN_ALIAS);
  }

  @Test
  @Normative("MQTT-3.3.2-8")
  void alias0IsRefused() throws IOException {
    publisher.send(Wire.publish(base + "1", 1, 7, "x", alias(0)));

    publisher.expectDisconnect(Set.of(0x81, 0x82, 0x94));
  }

  @Test
  @Normative("MQTT-3.3.2-7")
  void outgoingAliasesEndWithTheirConnectionToo(Clients clients) throws IOException {
    byte[] max = u16(10);
    RawClient client =
        clients.connect(clients.v5("c").sessionExpiry(60).with(Wire.TOPIC_ALIAS_MAXIMUM, max));
    client.subscribe(base + "#", 1);
    for (int i = 0; i < 3; i++) {
      publisher.publish(base, "x" + i);
      client.take("x" + i);
    }
    client.ping(); // the acknowledgements are read, which a cut could overtake
    publisher.publish(base, "not acknowledged");
    client.expectMessage("not acknowledged");
    client.cut();
    publisher.publish(base, "queued");

    RawClient back = clients.connect(clients.v5("c").resume().with(Wire.TOPIC_ALIAS_MAXIMUM, max));

    RawPacket first = back.take("not acknowledged");
    assertEquals(base, first.topic());
    RawPacket second = back.take("queued");
    if (second.topic().isEmpty()) {
      assertEquals(first.number(Wire.TOPIC_ALIAS, -1), second.number(Wire.TOPIC_ALIAS, -2));
    } else {
      assertEquals(base, second.topic());
    }
  }

  private static byte[] alias(int alias) {
    return property(Wire.TOPIC_ALIAS, u16(alias));
  }
}
