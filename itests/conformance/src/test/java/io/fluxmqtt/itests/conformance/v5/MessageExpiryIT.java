package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 3.3.2.3.3: Message Expiry Interval. */
@ExtendWith(SharedBroker.class)
class MessageExpiryIT {
  private static final byte[] ONE_SECOND = property(Wire.MESSAGE_EXPIRY, u32(1));
  private static final byte[] LONG = property(Wire.MESSAGE_EXPIRY, u32(1_000));
  private static final Duration MORE_THAN_ONE_SECOND = Duration.ofMillis(1_100);

  private String topic;
  private RawClient publisher;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a");
    publisher = clients.connect("publisher");
  }

  @Test
  @Normative("MQTT-3.3.2-5")
  void whatExpiresBeforeItsReceiverReturnsIsDeleted(Clients clients) throws Exception {
    RawClient sleeper = clients.connect(clients.v5("sleeper").sessionExpiry(60));
    sleeper.subscribe(topic, 2);
    sleeper.disconnect();
    publisher.publish(topic, "expires", ONE_SECOND);
    publisher.publishFully(4, topic, "expires as well", ONE_SECOND);
    publisher.publish(topic, "stays");
    publisher.publishFully(4, topic, "stays as well", LONG);
    Await.passed(MORE_THAN_ONE_SECOND);

    RawClient awake = clients.connect(clients.v5("sleeper").resume());

    awake.take("stays");
    awake.take("stays as well");
    awake.ping();
  }

  @Test
  @Normative("MQTT-3.3.2-5")
  void whatExpiresBeforeTheWindowOpensIsDeleted(Clients clients) throws Exception {
    RawClient narrow = clients.connect(clients.v5("narrow").receiveMaximum(1));
    narrow.subscribe(topic, 1);
    publisher.publish(topic, "first");
    RawPacket first = narrow.expectMessage("first");
    publisher.publish(topic, "expires", ONE_SECOND);
    publisher.publish(topic, "last");
    Await.passed(MORE_THAN_ONE_SECOND);

    narrow.acknowledge(first);

    narrow.take("last");
    narrow.ping();
  }

  @Test
  @Normative("MQTT-3.3.2-5")
  void aRetainedMessageIsDeletedWhenItExpires(Clients clients) throws Exception {
    publisher.publishRetained(topic, "expires", ONE_SECOND);
    publisher.publishRetained(topic + "/fence", "fence", LONG);
    Await.passed(MORE_THAN_ONE_SECOND);

    RawClient late = clients.connect("late");
    late.subscribe(topic, 1);
    late.subscribe(topic + "/fence", 1);

    late.take("fence");
    late.ping();
  }

  @ParameterizedTest
  @ValueSource(strings = {"queued", "retained"})
  @Normative("MQTT-3.3.2-6")
  void whatIsSentHasTheTimeThatIsLeft(String where, Clients clients) throws Exception {
    RawClient subscriber = clients.connect(clients.v5("sleeper").sessionExpiry(60));
    if (where.equals("queued")) {
      subscriber.subscribe(topic, 1);
    }
    subscriber.disconnect();
    long begin = System.nanoTime();
    publisher.publishRetained(topic, "x", LONG);
    Await.passed(Duration.ofMillis(2_050));

    RawClient awake = clients.connect(clients.v5("sleeper").resume());
    if (where.equals("retained")) {
      awake.subscribe(topic, 1);
    }
    long left = awake.take("x").number(Wire.MESSAGE_EXPIRY, -1);
    assertBetween(1_000 - seconds(begin) - 1, 998, left);
  }

  @Test
  @Normative("MQTT-3.3.2-6")
  void whatDoesNotWaitHasAllOfIt(Clients clients) throws IOException {
    RawClient subscriber = clients.connect("subscriber");
    subscriber.subscribe(topic, 1);
    long begin = System.nanoTime();

    publisher.publish(topic, "x", property(Wire.MESSAGE_EXPIRY, u32(0xFFFF_FFFFL)));
    long left = subscriber.take("x").number(Wire.MESSAGE_EXPIRY, -1);
    assertBetween(0xFFFF_FFFFL - seconds(begin) - 1, 0xFFFF_FFFFL, left);

    publisher.publish(topic, "none");
    assertEquals(List.of(), subscriber.take("none").all(Wire.MESSAGE_EXPIRY));
  }

  private static long seconds(long begin) {
    return (System.nanoTime() - begin) / 1_000_000_000;
  }

  private static void assertBetween(long least, long most, long actual) {
    assertTrue(
        least <= actual && actual <= most, () -> actual + " is not in " + least + ".." + most);
  }
}
