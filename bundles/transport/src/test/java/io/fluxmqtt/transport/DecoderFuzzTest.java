package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fluxmqtt.itests.kit.ShortRun;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The decoder without a session manager; see {@link FuzzedStream} for the form of an input. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DecoderFuzzTest {
  @FuzzTest
  void decodesTheSameHoweverTheStreamIsCut(byte[] input) {
    FuzzedStream stream = FuzzedStream.of(input);
    List<Object> whole = DecodedStream.of(stream.bytes(), from -> Integer.MAX_VALUE);
    assertEquals(whole, DecodedStream.of(stream.bytes(), stream.lengths()));
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // of all together
  void decodesTheSameForManyMutations() {
    ShortRun.of(DecoderFuzzTest.class, 5_000, this::decodesTheSameHoweverTheStreamIsCut);
  }
}
