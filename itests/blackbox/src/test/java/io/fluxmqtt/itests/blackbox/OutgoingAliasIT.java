package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Topic Aliases that the broker sets, read as a client has to read them. */
@ExtendWith(SharedBroker.class)
class OutgoingAliasIT {
  private static final int MESSAGES = 500;

  private final String base = "alias/" + UUID.randomUUID();

  @Test
  @Normative({"MQTT-3.1.2-26", "MQTT-3.3.2-8", "MQTT-3.3.2-11"})
  void aliasesStandForTheRightTopics(BrokerAddress broker) throws IOException {
    for (int maximum : new int[] {1, 3, 65_535}) {
      try (RawClient publisher = RawClient.connected(broker, ConnectPacket.v5("p" + base));
          RawClient subscriber =
              RawClient.connected(
                  broker,
                  ConnectPacket.v5("s" + base)
                      .with(Wire.TOPIC_ALIAS_MAXIMUM, Wire.u16(maximum))
                      .with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(80)))) {
        subscriber.subscribe(base + "/#", 0);
        Random random = new Random(maximum);
        Map<Long, String> aliases = new HashMap<>();
        int shortForms = 0;
        for (int i = 0; i < MESSAGES; i++) {
          String topic = base + "/" + random.nextInt(6);
          // beside a topic of 44 bytes, some leave room for an alias, some do not, some do not fit
          publisher.send(Wire.publish(topic, 0, 0, "x".repeat(20 + random.nextInt(45))));
          publisher.send(Wire.publish(topic, 0, 0, topic.substring(topic.length() - 1)));
          RawPacket got = subscriber.expect(Wire.PUBLISH);
          boolean isLast = false;
          while (!isLast) {
            isLast = got.payload().length == 1;
            long alias = got.number(Wire.TOPIC_ALIAS, 0);
            assertFalse(got.all(Wire.TOPIC_ALIAS).contains(0L));
            assertTrue(alias <= maximum, () -> "alias " + alias);
            shortForms += got.topic().isEmpty() ? 1 : 0;
            if (alias != 0 && !got.topic().isEmpty()) {
              aliases.put(alias, got.topic());
            }
            String meant = got.topic().isEmpty() ? aliases.get(alias) : got.topic();
            assertEquals(topic, meant);
            got = isLast ? got : subscriber.expect(Wire.PUBLISH);
          }
        }
        assertTrue(shortForms >= MESSAGES / 5, shortForms + " short forms");
      }
    }
  }

  @Test
  @Normative("MQTT-3.1.2-27")
  void clientThatAsksForNoneGetsTopicsOnly(BrokerAddress broker) throws IOException {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("n" + base))) {
      client.subscribe(base, 0);
      for (int i = 0; i < 3; i++) {
        client.send(Wire.publish(base, 0, 0, "x"));
        RawPacket got = client.expect(Wire.PUBLISH);
        assertEquals(base, got.topic());
        assertEquals(0, got.number(Wire.TOPIC_ALIAS, 0));
      }
    }
  }
}
