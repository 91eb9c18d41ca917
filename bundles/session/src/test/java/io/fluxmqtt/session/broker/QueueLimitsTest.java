package io.fluxmqtt.session.broker;

import static io.fluxmqtt.session.broker.QueueLimits.PLENTY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import org.junit.jupiter.api.Test;

/** How much room a queue says there is. */
class QueueLimitsTest {
  private static QueueLimits limits(Overflow overflow) {
    return new QueueLimits(overflow, 10, 1_000, 8_000);
  }

  private static long room(Overflow overflow, int messages, long bytes, boolean connected) {
    return limits(overflow).room(messages, bytes, connected, false, 100);
  }

  @Test
  void thereIsPlentyWhereTheOldestMakesRoom() {
    assertEquals(PLENTY, room(Overflow.DROP_OLDEST, 10, 1_000, false));
  }

  @Test
  void thereIsPlentyUntilTheLastQuarter() {
    assertEquals(PLENTY, room(Overflow.DROP_NEWEST, 9, 749, false));
    assertEquals(250, room(Overflow.DROP_NEWEST, 9, 750, false));
    assertEquals(0, room(Overflow.DROP_NEWEST, 9, 1_000, false));
    assertEquals(0, room(Overflow.DROP_NEWEST, 9, 1_001, false));
  }

  @Test
  void thereIsNoneAtTheLastMessage() {
    assertEquals(0, room(Overflow.DROP_NEWEST, 10, 0, false));
  }

  @Test
  void whoIsToBeDisconnectedMustGetTheMessageFirst() {
    assertEquals(PLENTY, room(Overflow.DISCONNECT, 10, 0, true));
    assertEquals(0, room(Overflow.DISCONNECT, 10, 0, false));
  }

  @Test
  void spillingCountsBytesOnlyAndKeepsSomeRoom() {
    QueueLimits spill = limits(Overflow.SPILL);
    assertEquals(PLENTY, spill.room(1_000_000, 5_899, false, true, 100));
    assertEquals(2_000, spill.room(1_000_000, 5_900, false, true, 100));
    assertEquals(1_900, spill.room(0, 6_000, true, true, 100), "connected or not");
    assertEquals(1_000, spill.room(0, 6_000, false, true, 5_000), "never more than a part");
    assertEquals(0, spill.room(0, 8_000, false, true, 100));
  }

  @Test
  void whatCannotSpillHasTheLimitsOfOthers() {
    assertEquals(0, room(Overflow.SPILL, 10, 0, false));
    assertEquals(1_000, limits(Overflow.SPILL).bytes(false));
    assertEquals(8_000, limits(Overflow.SPILL).bytes(true));
    assertEquals(10, limits(Overflow.DROP_NEWEST).messages(true));
  }

  @Test
  void queueIsHalfEmptyByMessagesAndByBytes() {
    QueueLimits limits = limits(Overflow.DROP_NEWEST);
    assertTrue(limits.isHalfEmpty(5, 500, true));
    assertFalse(limits.isHalfEmpty(6, 500, true));
    assertFalse(limits.isHalfEmpty(5, 501, true));
  }
}
