package io.fluxmqtt.itests.bench.load;

/**
 * When a publisher sends.
 *
 * @param kind what decides
 * @param perSecond messages per second where the clock decides
 * @param origin {@link System#nanoTime} from which the clock counts
 * @param limit the number of the last message, counted from the publisher's first
 */
public record Pace(Kind kind, double perSecond, long origin, long limit) {
  /** What decides when a message is sent. */
  public enum Kind {
    /** Nothing is sent. */
    STOPPED,
    /** As much as the window allows. */
    CLOSED,
    /** By the clock, whatever arrives; each message carries its time. */
    OPEN,
    /** As much as the socket takes. */
    FLOOD
  }

  public static final Pace STOPPED = new Pace(Kind.STOPPED, 0, 0, 0);
  public static final Pace CLOSED = new Pace(Kind.CLOSED, 0, 0, Long.MAX_VALUE);
  public static final Pace FLOOD = new Pace(Kind.FLOOD, 0, 0, Long.MAX_VALUE);

  /** As {@link #CLOSED}, up to a message. */
  public static Pace upTo(long limit) {
    return new Pace(Kind.CLOSED, 0, 0, limit);
  }

  /** So many messages per second from {@code origin} on. */
  public static Pace open(double perSecond, long origin) {
    return new Pace(Kind.OPEN, perSecond, origin, Long.MAX_VALUE);
  }
}
