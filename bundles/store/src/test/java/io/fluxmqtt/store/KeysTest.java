package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.TopicFilter;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class KeysTest {
  @Test
  void queueKeysHaveSixteenBytesAndSortBySessionThenMessage() throws Exception {
    byte[] key = Keys.delivery(1, 256);
    assertEquals(16, key.length);
    assertEquals(1, Keys.number(key));
    assertEquals(256, Keys.messageId(key));
    assertTrue(Arrays.compareUnsigned(Keys.delivery(1, 255), key) < 0);
    assertTrue(Arrays.compareUnsigned(key, Keys.delivery(2, 1)) < 0);
    assertTrue(Arrays.compareUnsigned(Keys.delivery(255, 9), Keys.delivery(256, 1)) < 0);
  }

  @Test
  void keysCompareAsUnsignedBytes() {
    Random random = new Random(6);
    for (int i = 0; i < 10_000; i++) {
      byte[] one = new byte[random.nextInt(3) == 0 ? random.nextInt(18) : 16];
      random.nextBytes(one);
      byte[] other = Arrays.copyOf(one, random.nextInt(3) == 0 ? random.nextInt(18) : 16);
      if (other.length > 0 && random.nextInt(8) > 0) {
        other[random.nextInt(other.length)] = (byte) random.nextInt();
      }
      int expected = Integer.signum(Arrays.compareUnsigned(one, other));
      assertEquals(expected, Integer.signum(Keys.compare(one, other)));
    }
  }

  @Test
  void rangeOfASessionHoldsItsKeysOnly() {
    for (long number : new long[] {1, 255, 256, Keys.MAX_NUMBER - 1}) {
      KeyRange range = Table.QUEUE.ofSession(number);
      assertTrue(holds(range, Keys.delivery(number, 1)));
      assertTrue(holds(range, Keys.delivery(number, Keys.MAX_NUMBER)));
      assertFalse(holds(range, Keys.delivery(number + 1, 1)));
      assertFalse(holds(range, Keys.incoming(number, 1)));
    }
    KeyRange last = Table.QUEUE.ofSession(Keys.MAX_NUMBER);
    assertTrue(holds(last, Keys.delivery(Keys.MAX_NUMBER, Keys.MAX_NUMBER)));
    assertFalse(holds(last, Keys.retained("a")));
  }

  @Test
  void rangeOfATableHoldsItsKeysOnly() {
    assertTrue(holds(Table.RETAINED.all(), Keys.retained("z".repeat(65_535))));
    assertTrue(holds(Table.SUBSCRIPTION.all(), Keys.subscription(1, filter(null, "#"))));
    assertFalse(holds(Table.SUBSCRIPTION.all(), Keys.session(1)));
  }

  @Test
  void filtersComeBackEqualAndPlainOnesAreNotTakenForShared() throws Exception {
    Samples samples = new Samples(3);
    for (int i = 0; i < 200; i++) {
      TopicFilter filter = samples.filter();
      assertEquals(filter, Keys.filter(Keys.subscription(9, filter)));
    }
    assertFalse(
        Arrays.equals(
            Keys.subscription(1, filter(null, "$share/g/a")),
            Keys.subscription(1, filter("g", "a"))));
  }

  @Test
  void packetIdentifiersComeBackEqual() throws Exception {
    for (int packetId : new int[] {1, 127, 128, 32_768, 65_535}) {
      assertEquals(packetId, Keys.packetId(Keys.release(1, packetId)));
      assertEquals(packetId, Keys.packetId(Keys.incoming(1, packetId)));
    }
  }

  @Test
  void numbersOutOfBoundsAreRefused() {
    for (long number : new long[] {0, -1, Keys.MAX_NUMBER + 1}) {
      assertThrows(IllegalArgumentException.class, () -> Keys.session(number));
      assertThrows(IllegalArgumentException.class, () -> Keys.delivery(1, number));
    }
    assertThrows(IllegalArgumentException.class, () -> Keys.release(1, 0));
    assertThrows(IllegalArgumentException.class, () -> Keys.incoming(1, 65_536));
    assertThrows(IllegalArgumentException.class, () -> Keys.retained("\uDC00"));
    assertThrows(IllegalArgumentException.class, () -> Keys.retained("a".repeat(65_536)));
  }

  @Test
  void damagedKeysAreDamageAndNothingElse() {
    byte[] key = Keys.subscription(1, filter("g", "a/b"));
    for (int length = 0; length < key.length; length++) {
      byte[] cut = Arrays.copyOf(key, length);
      assertThrows(DamagedRecordException.class, () -> Keys.filter(cut));
      assertThrows(DamagedRecordException.class, () -> Keys.messageId(cut));
    }
    assertThrows(DamagedRecordException.class, () -> Keys.packetId(new byte[10]));
    assertThrows(DamagedRecordException.class, () -> Keys.number(new byte[16]));
    assertThrows(DamagedRecordException.class, () -> Keys.soleNumber(Keys.delivery(1, 1)));
  }

  private static TopicFilter filter(@org.jspecify.annotations.Nullable String share, String text) {
    return new TopicFilter(share, text);
  }

  private static boolean holds(KeyRange range, byte[] key) {
    return Arrays.compareUnsigned(range.from(), key) <= 0
        && Arrays.compareUnsigned(key, range.to()) < 0;
  }
}
