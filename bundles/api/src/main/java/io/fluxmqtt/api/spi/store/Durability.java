package io.fluxmqtt.api.spi.store;

/**
 * How safe the store makes a change before its commit completes, and when it does the rest.
 *
 * <p>Changes are written in the order in which they were given, whatever is asked for each: a sync
 * covers all that was given before it, and what is written late is written with what follows.
 *
 * @param level what the commit waits for
 * @param withinMillis of {@link Level#INTERVAL} when it is synced, of {@link Level#MEMORY} when it
 *     is written, at the latest; 0 or more; {@link #NEVER} for no limit
 */
public record Durability(Level level, long withinMillis) {
  /** No limit. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Safe from a power cut when the commit completes. */
  public static final Durability SYNC = new Durability(Level.SYNC, 0);

  /** Given to the engine when the commit completes, and synced when something else is. */
  public static final Durability WRITTEN = new Durability(Level.INTERVAL, NEVER);

  /** What a commit waits for, the weakest first. */
  public enum Level {
    /** For the write, which waits for others; what is taken back until then is never written. */
    MEMORY,
    /** For the write, which does not wait. */
    INTERVAL,
    /** For the sync, which does not wait. */
    SYNC
  }

  /** Checks the limit. */
  public Durability {
    if (withinMillis < 0) {
      throw new IllegalArgumentException("within " + withinMillis + " ms");
    }
  }

  /** Written at once, and synced within so many milliseconds. */
  public static Durability interval(long withinMillis) {
    return new Durability(Level.INTERVAL, withinMillis);
  }

  /** Written within so many milliseconds, and synced when something else is. */
  public static Durability memory(long withinMillis) {
    return new Durability(Level.MEMORY, withinMillis);
  }

  /** Whether it is safe from a power cut when the commit completes. */
  public boolean isSync() {
    return level == Level.SYNC;
  }

  /** What keeps both promises. */
  public Durability and(Durability other) {
    int order = level.compareTo(other.level);
    if (order == 0) {
      return withinMillis <= other.withinMillis ? this : other;
    }
    return order > 0 ? this : other;
  }
}
