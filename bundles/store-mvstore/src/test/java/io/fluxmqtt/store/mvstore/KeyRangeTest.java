package io.fluxmqtt.store.mvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class KeyRangeTest {
  private static final KeyRange MIDDLE = range(10, 20);

  private static KeyRange range(int from, int to) {
    return new KeyRange(key(from), key(to));
  }

  private static byte[] key(int number) {
    return new byte[] {(byte) number};
  }

  @Test
  void rangeHasItsFirstKeyAndNotItsLast() {
    assertTrue(MIDDLE.contains(key(10)));
    assertTrue(MIDDLE.contains(key(19)));
    assertFalse(MIDDLE.contains(key(9)));
    assertFalse(MIDDLE.contains(key(20)));
    assertFalse(range(200, 250).contains(key(100)), "keys are unsigned");
    assertTrue(KeyRange.ALL.contains(new byte[0]));
    assertTrue(KeyRange.ALL.contains(key(255)));
    assertTrue(range(10, 10).isEmpty());
    assertTrue(range(11, 10).isEmpty());
    assertFalse(MIDDLE.isEmpty());
  }

  @Test
  void partOfTwoRangesIsWhatBothHave() {
    KeyRange part = MIDDLE.within(range(15, 30));
    assertArrayEquals(key(15), part.from());
    assertArrayEquals(key(20), part.to());
    part = range(15, 30).within(MIDDLE);
    assertArrayEquals(key(15), part.from());
    assertArrayEquals(key(20), part.to());
    assertArrayEquals(key(20), MIDDLE.within(KeyRange.ALL).to());
    assertArrayEquals(key(20), KeyRange.ALL.within(MIDDLE).to());
    assertArrayEquals(key(10), KeyRange.ALL.within(MIDDLE).from());
    assertNull(KeyRange.ALL.within(KeyRange.ALL).to());
    assertTrue(MIDDLE.within(range(20, 30)).isEmpty());
  }

  @Test
  void nothingLiesBetweenAKeyAndTheOneAfterIt() {
    assertEquals(2, KeyRange.after(key(1)).length);
    assertTrue(new KeyRange(key(1), KeyRange.after(key(1))).contains(key(1)));
    assertFalse(new KeyRange(KeyRange.after(key(1)), null).contains(key(1)));
  }
}
