package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many connections a second brings. */
class ConnectionRateTest {
  private static final long SECOND = 1_000_000_000L;

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - SECOND / 2, -1})
  void secondHasSoManyHoweverTheyCome(long begin) {
    ConnectionRate rate = new ConnectionRate(begin);
    for (int i = 0; i < 4; i++) {
      assertTrue(rate.permits(4, begin));
    }
    assertFalse(rate.permits(4, begin));
    assertFalse(rate.permits(4, begin + SECOND / 4 - 1));
    assertTrue(rate.permits(4, begin + SECOND / 4));
    assertFalse(rate.permits(4, begin + SECOND / 4));
    for (int i = 0; i < 4; i++) {
      assertTrue(rate.permits(4, begin + 10 * SECOND));
    }
    assertFalse(rate.permits(4, begin + 10 * SECOND));
  }

  @Test
  void zeroIsNoLimit() {
    ConnectionRate rate = new ConnectionRate(0);
    for (int i = 0; i < 1_000; i++) {
      assertTrue(rate.permits(0, 0));
    }
    assertTrue(rate.permits(1, 0));
    assertFalse(rate.permits(1, 0));
  }
}
