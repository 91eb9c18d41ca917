package io.fluxmqtt.itests.bench.load;

/**
 * The first 16 bytes of every payload: a mark, the flow and the message's number in eight, then the
 * time at which it was sent in nanoseconds, or 0 where latency is not measured.
 */
final class Tag {
  static final int BYTES = 16;
  static final int STAMP_AT = 8;

  private static final long MARK = 0xF1L << 56;
  private static final long MARK_MASK = 0xFFL << 56;
  private static final int FLOW_SHIFT = 40;
  private static final long NUMBER_MASK = (1L << FLOW_SHIFT) - 1;
  private static final int FLOW_MASK = 0xFFFF;

  private Tag() {}

  static long of(int flow, long number) {
    return MARK | (long) flow << FLOW_SHIFT | number & NUMBER_MASK;
  }

  static boolean isOurs(long tag) {
    return (tag & MARK_MASK) == MARK;
  }

  static int flow(long tag) {
    return (int) (tag >>> FLOW_SHIFT) & FLOW_MASK;
  }

  static long number(long tag) {
    return tag & NUMBER_MASK;
  }
}
