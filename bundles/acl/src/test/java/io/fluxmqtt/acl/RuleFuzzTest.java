package io.fluxmqtt.acl;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fluxmqtt.itests.kit.ShortRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever the text of rules is, it is read as written or refused as a whole, and no rule grants
 * more than it says; see {@link FuzzedRules} for the input's form.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RuleFuzzTest {
  @FuzzTest
  void grantsWhatIsWrittenOnly(byte[] input) {
    FuzzedRules.run(input);
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // of all together
  void grantsWhatIsWrittenOnlyForManyMutations() {
    ShortRun.of(RuleFuzzTest.class, 5_000, this::grantsWhatIsWrittenOnly);
  }
}
