package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.RetainedStore.Slice;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds a bounded piece of what matches a filter: bounded by number, by bytes, and by the keys that
 * are looked at. For one thread.
 */
final class RetainedSearch {
  /** Bytes of records beyond which a piece ends; one message may be larger. */
  static final int MAX_BYTES = 32 << 10;

  /** Keys that are looked at, about a millisecond where they are in memory. */
  static final int MAX_STEPS = 1_000;

  /** Keys that could be looked at one after the other in the time of a leap over others. */
  static final int LEAP_STEPS = 10;

  /** Bytes of records that are looked at, since the engine reads them, matching or not. */
  static final int MAX_BYTES_READ = 1 << 20;

  /** A record that cannot be read. */
  record Damaged(byte[] key, byte[] value, String reason) {}

  private final TopicWalk walk;
  private final byte[] from;
  private final int limit;
  private final List<StoredMessage> messages = new ArrayList<>();
  private final List<Damaged> damaged = new ArrayList<>();
  private byte @Nullable [] next;
  private int steps;
  private long bytes; // of what matches
  private long bytesRead;

  RetainedSearch(TopicWalk walk, byte @Nullable [] from, int limit) {
    this.walk = walk;
    this.from = from == null ? walk.from() : from;
    this.limit = limit;
  }

  /** Reads the engine; at most once. */
  Slice run(KvEngine engine) throws IOException {
    engine.seek(from, walk.to(), this::visit);
    return new Slice(messages, next);
  }

  /** What was found that cannot be read. */
  List<Damaged> damaged() {
    return damaged;
  }

  private byte @Nullable [] visit(byte[] key, byte[] value) {
    boolean isEnough = messages.size() >= limit || bytes >= MAX_BYTES;
    if (isEnough || steps >= MAX_STEPS || bytesRead >= MAX_BYTES_READ) {
      next = key;
      return null;
    }
    bytesRead += value.length;
    byte[] onward = walk.onward(key);
    if (onward == key) {
      take(key, value);
      steps++;
    } else {
      steps += LEAP_STEPS;
    }
    return onward;
  }

  private void take(byte[] key, byte[] value) {
    bytes += value.length;
    try {
      StoredMessage message = Records.message(value);
      if (!Arrays.equals(key, Keys.retained(message.message().topic()))) {
        throw new DamagedRecordException("message of another topic");
      }
      messages.add(message);
    } catch (DamagedRecordException e) {
      damaged.add(new Damaged(key, value, e.getMessage()));
    }
  }
}
