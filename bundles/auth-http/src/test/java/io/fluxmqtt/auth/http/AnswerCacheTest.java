package io.fluxmqtt.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {
  private static final Authentication YES = new Authentication.Accepted(Principal.user("u"));
  private static final Authentication NO =
      new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
  private static final Instant TODAY = Instant.EPOCH;
  private static final long SECOND = 1_000_000_000L;

  private long now = 7;

  private AnswerCache cache(int seconds, int countMax) {
    return new AnswerCache(seconds, countMax, () -> now);
  }

  private static ByteBuffer key(AnswerCache cache, String user) {
    return cache.key(Question.of(user, Given.client(user, "p")));
  }

  @Test
  void keepsWhatAcceptsForItsTimeAndNoLonger() {
    AnswerCache cache = cache(60, 10);
    cache.keep(key(cache, "a"), YES, 1, TODAY);
    now += 60 * SECOND - 1;
    assertEquals(Optional.of(YES), cache.find(key(cache, "a")));
    assertEquals(Optional.empty(), cache.find(key(cache, "b")));
    now++;
    assertEquals(Optional.empty(), cache.find(key(cache, "a")));
    assertEquals(0, cache.count());
  }

  @Test
  void keepsWhatDoesNotAcceptForAShorterTime() {
    AnswerCache cache = cache(60, 10);
    cache.keep(key(cache, "no"), NO, 1, TODAY);
    cache.keep(key(cache, "next"), new Authentication.Abstained(), 1, TODAY);
    now += 5 * SECOND - 1;
    assertEquals(Optional.of(NO), cache.find(key(cache, "no")));
    now++;
    assertEquals(Optional.empty(), cache.find(key(cache, "no")));
    assertEquals(Optional.empty(), cache.find(key(cache, "next")));
    AnswerCache brief = cache(2, 10);
    brief.keep(key(brief, "no"), NO, 1, TODAY);
    now += 2 * SECOND;
    assertEquals(Optional.empty(), brief.find(key(brief, "no")));
  }

  @Test
  void keepsNothingLongerThanItIsValid() {
    AnswerCache cache = cache(60, 10);
    Principal until = Principal.user("u").withValidUntil(TODAY.plusSeconds(10));
    cache.keep(key(cache, "a"), new Authentication.Accepted(until), 1, TODAY);
    Principal later = Principal.user("u").withValidUntil(TODAY.plusSeconds(100));
    cache.keep(key(cache, "b"), new Authentication.Accepted(later), 1, TODAY);
    Principal over = Principal.user("u").withValidUntil(TODAY.minusSeconds(1));
    cache.keep(key(cache, "c"), new Authentication.Accepted(over), 1, TODAY);
    assertEquals(Optional.empty(), cache.find(key(cache, "c")));
    now += 10 * SECOND - 1;
    assertEquals(true, cache.find(key(cache, "a")).isPresent());
    now++;
    assertEquals(Optional.empty(), cache.find(key(cache, "a")));
    now += 50 * SECOND - 1;
    assertEquals(true, cache.find(key(cache, "b")).isPresent());
  }

  @Test
  void tooManyDriveOutTheOneThatWasNotUsedForLongest() {
    AnswerCache cache = cache(60, 2);
    cache.keep(key(cache, "a"), YES, 1, TODAY);
    cache.keep(key(cache, "b"), YES, 1, TODAY);
    cache.find(key(cache, "a"));
    cache.keep(key(cache, "c"), YES, 1, TODAY);
    assertEquals(2, cache.count());
    assertEquals(Optional.empty(), cache.find(key(cache, "b")));
    assertEquals(Optional.of(YES), cache.find(key(cache, "a")));
  }

  @Test
  void tooManyBytesDriveOutAsWell() {
    AnswerCache cache = cache(60, 1_000_000);
    for (int i = 0; i < 1_000; i++) {
      cache.keep(key(cache, "u" + i), YES, 64 << 10, TODAY);
      cache.keep(key(cache, "u" + i), YES, 64 << 10, TODAY); // in its place
    }
    assertEquals((int) (AnswerCache.BYTES_MAX / ((64 << 10) + 300)), cache.count());
  }

  @Test
  void isOffWithoutATimeAndSaltedAnewEachTime() {
    AnswerCache off = cache(0, 10);
    assertNull(key(off, "a"));
    assertNotEquals(key(cache(60, 10), "a"), key(cache(60, 10), "a"));
  }
}
