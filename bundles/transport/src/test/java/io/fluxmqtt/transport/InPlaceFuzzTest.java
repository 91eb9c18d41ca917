package io.fluxmqtt.transport;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fluxmqtt.itests.kit.ShortRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What {@link InPlaceReader} reads is what netty's decoder makes of an inspected packet; see {@link
 * FuzzedPackets} for the form of an input. Says after each million how many packets were compared.
 *
 * <p>Netty alone is no measure. Of these packets it also takes: a PUBLISH with DUP and QoS 0;
 * control characters in topics; needless bytes in the Remaining Length and in the length of
 * properties, in 5.0; properties that run past their length, stand where they do not belong (a
 * Subscription Identifier in a client's PUBLISH), stand there twice or have values that are not
 * allowed (Topic Alias 0); any Reason Code, and one with properties in 3.x. {@link FrameInspector}
 * and {@link PacketReader} refuse all of that, so the comparison is with the three of them.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InPlaceFuzzTest {
  private static final long SAID_EVERY = 1_000_000;
  private static final InPlaceComparison COMPARISON = new InPlaceComparison();
  private static long nextSaid = SAID_EVERY;

  @FuzzTest
  void readsTheSameAsNetty(byte[] input) {
    COMPARISON.compare(input);
    if (COMPARISON.packets() >= nextSaid) {
      nextSaid += SAID_EVERY;
      System.out.println(COMPARISON);
    }
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // of all together
  void readsTheSameAsNettyForManyMutations() {
    ShortRun.of(InPlaceFuzzTest.class, 3_000, this::readsTheSameAsNetty);
  }
}
