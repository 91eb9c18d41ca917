package io.fluxmqtt.auth.http;

import io.fluxmqtt.api.spi.auth.Authentication;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers that are kept for a while: those that accept for a configured time, though never longer
 * than they say themselves, all others for a shorter one. It knows questions by a salted hash only.
 * What was used least recently leaves when there are too many, or they hold too many bytes. Any
 * thread.
 */
final class AnswerCache {
  /** How long an answer that does not accept is kept, in seconds, if accepting ones are longer. */
  static final int DENIED_SECONDS_MAX = 5;

  static final long BYTES_MAX = 16L << 20;
  private static final int ENTRY_BYTES = 300; // about what one takes without its texts
  private static final int SALT_BYTES = 32;

  private record Entry(Authentication answer, long until, int bytes) {}

  private final long acceptedNanos;
  private final long deniedNanos;
  private final int countMax;
  private final LongSupplier nanoTime;
  private final byte[] salt = new byte[SALT_BYTES];
  private final Map<ByteBuffer, Entry> entries = new LinkedHashMap<>(16, 0.75f, true); // + below:
  private long bytes; // guarded by this

  AnswerCache(int seconds, int countMax, LongSupplier nanoTime) {
    this.acceptedNanos = seconds * 1_000_000_000L;
    this.deniedNanos = Math.min(seconds, DENIED_SECONDS_MAX) * 1_000_000_000L;
    this.countMax = countMax;
    this.nanoTime = nanoTime;
    new SecureRandom().nextBytes(salt);
  }

  /** Under what an answer is kept, or null if none are. */
  @Nullable ByteBuffer key(Question question) {
    return acceptedNanos == 0 ? null : question.fingerprint(salt);
  }

  synchronized Optional<Authentication> find(ByteBuffer key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    if (entry.until - nanoTime.getAsLong() <= 0) {
      remove(key);
      return Optional.empty();
    }
    return Optional.of(entry.answer);
  }

  /**
   * Keeps an answer.
   *
   * @param size how many bytes the service sent
   * @param now the time at which the answer was read
   */
  synchronized void keep(ByteBuffer key, Authentication answer, int size, Instant now) {
    long nanos = deniedNanos;
    if (answer instanceof Authentication.Accepted accepted) {
      nanos = acceptedNanos;
      Instant end = accepted.principal().validUntil();
      if (end != null && end.isBefore(now.plusNanos(nanos))) {
        nanos = Math.max(0, java.time.Duration.between(now, end).toNanos());
      }
    }
    remove(key);
    Entry entry = new Entry(answer, nanoTime.getAsLong() + nanos, ENTRY_BYTES + size);
    entries.put(key, entry);
    bytes += entry.bytes;
    while (entries.size() > countMax || bytes > BYTES_MAX) {
      remove(entries.keySet().iterator().next());
    }
  }

  synchronized int count() {
    return entries.size();
  }

  private void remove(ByteBuffer key) {
    Entry entry = entries.remove(key);
    if (entry != null) {
      bytes -= entry.bytes;
    }
  }
}
