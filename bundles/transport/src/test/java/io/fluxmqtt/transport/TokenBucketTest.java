package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much a second has. */
class TokenBucketTest {
  private static final long SECOND = 1_000_000_000L;

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - SECOND / 2, -1})
  void secondHasSoManyHoweverTheyCome(long begin) {
    TokenBucket bucket = new TokenBucket(4, begin);
    for (int i = 0; i < 4; i++) {
      assertEquals(0, bucket.nanosUntil(1, begin));
      bucket.take(1, begin);
    }
    assertEquals(0, bucket.nanosUntil(0, begin));
    assertEquals(SECOND / 4, bucket.nanosUntil(1, begin));
    assertEquals(1, bucket.nanosUntil(1, begin + SECOND / 4 - 1));
    assertEquals(0, bucket.nanosUntil(1, begin + SECOND / 4));
    assertEquals(0, bucket.nanosUntil(4, begin + 10 * SECOND));
    bucket.take(4, begin + 10 * SECOND);
    assertEquals(SECOND / 4, bucket.nanosUntil(1, begin + 10 * SECOND));
  }

  @Test
  void moreThanIsThereIsOwed() {
    TokenBucket bucket = new TokenBucket(1_000, 0);
    bucket.take(64_000, 0);
    assertEquals(63 * SECOND, bucket.nanosUntil(0, 0));
    assertEquals(3 * SECOND, bucket.nanosUntil(0, 60 * SECOND));
    assertEquals(4 * SECOND, bucket.nanosUntil(1_000, 60 * SECOND));
  }

  @Test
  void zeroNeverEnds() {
    TokenBucket bucket = new TokenBucket(0, 0);
    bucket.take(Integer.MAX_VALUE, 0);
    assertEquals(0, bucket.nanosUntil(1, 0));
  }
}
