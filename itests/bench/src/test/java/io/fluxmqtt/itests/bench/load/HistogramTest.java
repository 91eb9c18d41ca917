package io.fluxmqtt.itests.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HistogramTest {
  private static final double TOLERANCE = 0.03;

  @Test
  void quantilesAreWithinThreePercent() {
    Histogram histogram = new Histogram();
    for (int i = 1; i <= 100_000; i++) {
      histogram.record(i * 1_000L);
    }
    for (double share : new double[] {0.01, 0.5, 0.99, 0.999, 1}) {
      double exact = share * 100_000_000;
      assertEquals(exact, histogram.quantile(share), TOLERANCE * exact);
    }
  }

  @Test
  void shortAndLongTimesFit() {
    Histogram histogram = new Histogram();
    histogram.record(-5); // a clock that ran back
    histogram.record(3);
    histogram.record(Long.MAX_VALUE);
    assertEquals(0, histogram.quantile(0.3));
    assertEquals(3, histogram.quantile(0.6));
    assertEquals(Long.MAX_VALUE, histogram.quantile(1), TOLERANCE * Long.MAX_VALUE);
  }

  @Test
  void histogramsAddUp() {
    Histogram one = new Histogram();
    one.record(10);
    Histogram other = new Histogram();
    other.record(20);
    other.record(30);
    one.add(other);
    assertEquals(3, one.count());
    assertEquals(20, one.quantile(0.5));
  }

  @Test
  void emptyOneHasNoQuantile() {
    assertTrue(Double.isNaN(new Histogram().quantile(0.5)));
  }
}
