package io.fluxmqtt.itests.bench.load;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SeenTest {
  @Test
  void aDoubledAndALateMessageAreNotNewInOrder() {
    Seen seen = new InOrder();
    assertTrue(seen.isNew(3, 0));
    assertTrue(seen.isNew(3, 5)); // 1 to 4 went to others
    assertFalse(seen.isNew(3, 5));
    assertFalse(seen.isNew(3, 4));
    assertTrue(seen.isNew(3, 6));
  }

  @Test
  void flowsAreCountedApart() {
    Seen seen = new InOrder();
    assertTrue(seen.isNew(1, 7));
    assertTrue(seen.isNew(0, 0));
    assertTrue(seen.isNew(2, 0));
    assertFalse(seen.isNew(1, 7));
  }

  @Test
  void inAnyOrderOnlyADoubledMessageIsNotNew() {
    Seen seen = new InAnyOrder();
    assertTrue(seen.isNew(0, 5));
    assertTrue(seen.isNew(0, 1));
    assertFalse(seen.isNew(0, 5));
  }
}
