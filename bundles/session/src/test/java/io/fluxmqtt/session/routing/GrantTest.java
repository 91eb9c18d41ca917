package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.fluxmqtt.api.message.QoS;
import org.junit.jupiter.api.Test;

class GrantTest {
  @Test
  void sameGrantIsSharedUnlessItHasAnIdentifier() {
    for (QoS qos : QoS.values()) {
      for (boolean noLocal : new boolean[] {false, true}) {
        for (boolean asPublished : new boolean[] {false, true}) {
          Grant grant = Grant.of(qos, noLocal, asPublished, 0);

          assertEquals(new Grant(qos, noLocal, asPublished, 0), grant);
          assertSame(grant, Grant.of(qos, noLocal, asPublished, 0));
          assertEquals(
              new Grant(qos, noLocal, asPublished, 268_435_455),
              Grant.of(qos, noLocal, asPublished, 268_435_455));
        }
      }
    }
  }
}
