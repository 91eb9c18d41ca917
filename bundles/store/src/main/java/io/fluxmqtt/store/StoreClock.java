package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time by which all that is stored expires: milliseconds that never jump. While the store is
 * open they pass as the monotonic clock does, whatever the system clock is set to. A {@link Mark}
 * in the engine tells where they stood and what the system clock said then; the next start goes on
 * from there, and adds the time away if the system clock can be believed, both then and now.
 *
 * <p>It is not believed before {@link #RELEASED}, before the last time at which it was believed, or
 * {@link #ABSENCE_MAX_MILLIS} and more after that, unless it has stood by this for {@link
 * #STEADY_MILLIS} of running. So a gateway that boots in 1970, or in 2099, takes the time away for
 * none: what is stored lives on for as long as it had left. At the first start the time is that of
 * the system clock, and with a good clock it stays that.
 *
 * <p>All but {@link #nowMillis} belongs to who opens the store, then to the committer's thread.
 */
final class StoreClock {
  /** Nobody ran this before, so an earlier system clock is not set. */
  static final long RELEASED = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  /** An absence of a year or more is taken for a system clock that is wrong. */
  static final long ABSENCE_MAX_MILLIS = TimeUnit.DAYS.toMillis(366);

  /** A system clock that is far ahead of the mark and stays so is believed. */
  static final long STEADY_MILLIS = TimeUnit.DAYS.toMillis(1);

  /** A batch that is written anyway takes the mark along after this. */
  static final long MARK_MILLIS = 10_000;

  /** An idle store writes the mark by itself after this. */
  static final long IDLE_MARK_MILLIS = TimeUnit.HOURS.toMillis(1);

  /** Before the first mark: nobody uses a version for so long. */
  private static final long FIRST_MAX_MILLIS = TimeUnit.DAYS.toMillis(20 * 366);

  /** What a system clock may go back, and forth, without having been set. */
  private static final long TOLERANCE_MILLIS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(StoreClock.class);
  private static final byte[] KEY = Keys.meta("clock");

  /**
   * Where the time stood.
   *
   * @param wallMillis the system clock when it was last believed, 0 for never
   * @param believed whether that was then
   */
  record Mark(long timeMillis, long wallMillis, boolean believed) {}

  private final LongSupplier nanoTime;
  private final LongSupplier wall;
  private final long startNanos;
  private final long startMillis;

  private Mark marked; // what the engine holds, or is about to
  private long believedWall; // the last one, 0 for none
  private boolean believed;
  private long offset; // of the system clock to this time, when it was last looked at
  private long steadySince; // in this time

  private StoreClock(@Nullable Mark last, LongSupplier nanoTime, LongSupplier wall) {
    this.nanoTime = nanoTime;
    this.wall = wall;
    startNanos = nanoTime.getAsLong();
    long now = wall.getAsLong();
    believedWall = last == null ? 0 : last.wallMillis();
    believed = isCredible(now);
    if (last == null) {
      startMillis = believed ? now : RELEASED;
    } else if (believed && last.believed()) {
      startMillis = last.timeMillis() + Math.max(0, now - last.wallMillis());
    } else {
      startMillis = last.timeMillis();
    }
    steadySince = startMillis;
    offset = now - startMillis;
    if (!believed) {
      LOG.warn(
          "the system clock says {}{}: it counts as not set; what is stored expires by the time that the broker runs, without the time that it was away; set the clock",
          text(now),
          believedWall == 0 ? "" : ", and said " + text(believedWall) + " before");
    }
    marked = mark(now, startMillis);
  }

  /**
   * Goes on from the mark in an engine. Blocks for I/O.
   *
   * @param nanoTime a monotonic clock in nanoseconds
   * @param wall the system clock in milliseconds since the epoch
   */
  static StoreClock read(KvEngine engine, LongSupplier nanoTime, LongSupplier wall)
      throws IOException {
    byte[] record = engine.get(KEY);
    Mark last = null;
    if (record != null) {
      try {
        last = Records.clock(record);
      } catch (DamagedRecordException e) {
        LOG.warn("the store's mark of the time is damaged; the system clock is believed", e);
      }
    }
    return new StoreClock(last, nanoTime, wall);
  }

  /** The time. Any thread. */
  long nowMillis() {
    return startMillis + TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - startNanos);
  }

  /** To be written before anything is stored that expires. */
  KvEngine.Write firstMark() {
    return new KvEngine.Write(KEY, Records.clock(marked));
  }

  /** Adds the mark to a batch if it is time, or if the system clock was set. */
  void note(Draft draft) {
    Mark mark = look();
    long age = mark.timeMillis() - marked.timeMillis();
    if (age >= (draft.isEmpty() ? IDLE_MARK_MILLIS : MARK_MILLIS) || wasSetSince(marked, mark)) {
      put(mark, draft);
    }
  }

  /** Adds the mark to the last batch. */
  void noteEnd(Draft draft) {
    put(look(), draft);
  }

  private void put(Mark mark, Draft draft) {
    Mark old = marked;
    draft.put(KEY, Records.clock(mark));
    draft.onRollback(() -> marked = old);
    marked = mark;
  }

  private static boolean wasSetSince(Mark before, Mark now) {
    if (!before.believed() || !now.believed()) {
      return before.believed() != now.believed();
    }
    long offsetBefore = before.wallMillis() - before.timeMillis();
    return Math.abs(now.wallMillis() - now.timeMillis() - offsetBefore) > TOLERANCE_MILLIS;
  }

  private Mark look() {
    long time = nowMillis();
    long now = wall.getAsLong();
    boolean set = Math.abs(now - time - offset) > TOLERANCE_MILLIS;
    if (set) {
      LOG.info(
          "the system clock was set from {} to {}; what is stored expires by the time that passes all the same",
          text(time + offset),
          text(now));
      steadySince = time;
    }
    offset = now - time;
    boolean before = believed;
    believed = isCredible(now) || isSteady(now, time);
    if (before && !believed) {
      LOG.warn("the system clock says {}: it counts as not set; set it", text(now));
    } else if (believed && !before) {
      LOG.info("the system clock says {}, which is believed from now on", text(now));
    }
    return mark(now, time);
  }

  private Mark mark(long now, long time) {
    if (believed) {
      believedWall = Math.max(now, believedWall);
    }
    return new Mark(time, believedWall, believed);
  }

  private boolean isCredible(long now) {
    long from = believedWall == 0 ? RELEASED : believedWall - TOLERANCE_MILLIS;
    long to = believedWall == 0 ? RELEASED + FIRST_MAX_MILLIS : believedWall + ABSENCE_MAX_MILLIS;
    return now >= from && now < to;
  }

  private boolean isSteady(long now, long time) {
    return now >= Math.max(believedWall, RELEASED) && time - steadySince >= STEADY_MILLIS;
  }

  private static String text(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
