package io.fluxmqtt.api.spi.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.message.QoS;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReceiversTest {
  @Test
  void comeBackAsTheyWereAddedHoweverMany() {
    Receivers receivers = new Receivers(0);
    for (int i = 0; i < 100; i++) {
      QoS qos = i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
      receivers.add(1L << 40 | i, qos, i % 3 == 0, i % 5 == 0 ? List.of(i + 1, 7) : List.of());
    }
    assertEquals(100, receivers.size());
    for (int i = 0; i < 100; i++) {
      assertEquals(1L << 40 | i, receivers.number(i));
      assertEquals(i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE, receivers.qos(i));
      assertEquals(i % 3 == 0, receivers.retain(i));
      List<Integer> identifiers = i % 5 == 0 ? List.of(i + 1, 7) : List.of();
      assertEquals(identifiers, receivers.subscriptionIdentifiers(i));
      assertEquals(
          new StoredDelivery(9, receivers.qos(i), i % 3 == 0, identifiers, 0),
          receivers.delivery(i, 9));
    }
  }

  @Test
  void identifiersAreCopied() {
    List<Integer> mine = new ArrayList<>(List.of(1));
    Receivers receivers = new Receivers(1).add(1, QoS.AT_LEAST_ONCE, false, mine);
    mine.add(2);
    assertEquals(List.of(1), receivers.subscriptionIdentifiers(0));
  }
}
