package io.fluxmqtt.auth.file;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fluxmqtt.itests.kit.ShortRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a password file holds, it is read as written or refused as a whole, and nobody is
 * authenticated by a damaged line; see {@link FuzzedUsers} for the input's form.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UsersFuzzTest {
  @FuzzTest
  void authenticatesByWholeLinesOnly(byte[] input) {
    FuzzedUsers.run(input);
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // of all together
  void authenticatesByWholeLinesOnlyForManyMutations() {
    ShortRun.of(UsersFuzzTest.class, 5_000, this::authenticatesByWholeLinesOnly);
  }
}
