package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.Supplier;

/**
 * Has the same bytes decoded twice: with {@link InPlaceReader}, and by inspector and netty alone.
 * Packets, refusals, which read made each of them, and what is kept after each read must be the
 * same.
 */
final class InPlaceComparison {
  /** How often the rest of an input is tried on a new connection after a refusal. */
  private static final int CONNECTIONS_MAX = 12;

  private long packets;
  private long inPlace;
  private long refusals;

  /** Compares all that an input says, however many refusals it holds. */
  void compare(byte[] input) {
    FuzzedPackets fuzzed = FuzzedPackets.of(input);
    int from = 0;
    for (int i = 0; i < CONNECTIONS_MAX && (from < fuzzed.count() || i == 0); i++) {
      from += Math.max(1, compare(fuzzed.from(from)));
    }
  }

  /**
   * Compares a stream; returns how many packets came after the first. That it makes no difference
   * how a stream is cut is for {@link DecoderFuzzTest} to see.
   */
  private int compare(FuzzedStream stream) {
    DecodedStream netty = DecodedStream.withReads(stream.bytes(), stream.lengths(), false);
    DecodedStream own = DecodedStream.withReads(stream.bytes(), stream.lengths(), true);
    assertSame(netty.received(), own.received());
    assertEquals(0, netty.inPlaceCount());
    int come = own.packetCount() - 1;
    packets += come;
    inPlace += own.inPlaceCount();
    refusals += own.isRefused() ? 1 : 0;
    return come;
  }

  private static void assertSame(List<Object> expected, List<Object> actual) {
    Supplier<String> message =
        () -> {
          int at = 0;
          while (at < Math.min(expected.size(), actual.size())
              && expected.get(at).equals(actual.get(at))) {
            at++;
          }
          return "differs from index " + at;
        };
    assertEquals(expected, actual, message);
  }

  /** Packets compared besides CONNECT, the refused ones among them. */
  long packets() {
    return packets;
  }

  /** Those of them that were read in place. */
  long inPlace() {
    return inPlace;
  }

  long refusals() {
    return refusals;
  }

  @Override
  public String toString() {
    return "%d packets, %d of them in place, %d refused".formatted(packets, inPlace, refusals);
  }
}
