package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;

/** What is read in place is what inspector and netty would have read; the same in every build. */
class InPlacePropertyTest {
  private static final String SEED = "20260101";
  private static final int TRIES = 4_000;

  private static final InPlaceComparison COMPARISON = new InPlaceComparison();

  @Property(tries = TRIES, seed = SEED)
  void readsTheSameAsNettyForAnyPackets(@ForAll @Size(max = 400) byte[] input) {
    COMPARISON.compare(input);
  }

  /** Else it would have compared netty with itself, or refusals only. */
  @AfterProperty
  void muchWasReadInPlaceAndMuchWasRefused() {
    assertTrue(COMPARISON.inPlace() > 10L * TRIES, COMPARISON::toString);
    assertTrue(COMPARISON.refusals() > TRIES, COMPARISON::toString);
  }
}
