package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IncomingIdsTest {
  private final IncomingIds ids = new IncomingIds();

  @Test
  void identifierIsInUseFromPublishToPubRel() {
    ids.add(65_535, true);
    ids.add(1, false);
    assertTrue(ids.contains(1));
    assertTrue(ids.contains(65_535));
    assertFalse(ids.contains(2));

    assertTrue(ids.remove(1));

    assertFalse(ids.contains(1));
    assertTrue(ids.contains(65_535));
    assertEquals(1, ids.size());
  }

  @Test
  void onlyWhatTheStoreHasMustBeTakenOutOfIt() {
    ids.add(1, true);
    ids.add(2, false);
    assertTrue(ids.isStored(1));
    assertFalse(ids.isStored(2));
    assertFalse(ids.isStored(3));
  }

  @Test
  void identifierCountsOnceHoweverOftenItComes() {
    ids.add(7, true);
    ids.add(7, true);
    assertEquals(1, ids.size());

    assertTrue(ids.remove(7));
    assertFalse(ids.remove(7));
    assertFalse(ids.remove(8));

    assertEquals(0, ids.size());
  }
}
