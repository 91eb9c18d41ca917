package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class QueueMemoryTest {
  @Test
  void isUsedWhenAllTogetherTakeTheBound() {
    QueueMemory memory = new QueueMemory(10_000);
    QueueMemory.Share one = memory.share();
    QueueMemory.Share other = memory.share();
    one.add(6_000);
    other.add(3_000);
    assertFalse(memory.isUsed());
    other.add(1_000); // a small step is not told
    assertFalse(memory.isUsed());
    other.add(1_048);
    assertTrue(memory.isUsed());
    one.add(-6_000);
    assertFalse(memory.isUsed());
    assertEquals(0, one.bytes());
    assertEquals(5_048, other.bytes());
  }
}
