package io.fluxmqtt.session.routing;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fluxmqtt.itests.kit.ShortRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Routing finds what a ten-line matcher finds; see {@link FuzzedRouting} for the input's form. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TopicMatchingFuzzTest {
  @FuzzTest
  void findsWhatTheReferenceFinds(byte[] input) {
    FuzzedRouting.run(input);
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // of all together
  void findsWhatTheReferenceFindsForManyMutations() {
    ShortRun.of(TopicMatchingFuzzTest.class, 5_000, this::findsWhatTheReferenceFinds);
  }
}
