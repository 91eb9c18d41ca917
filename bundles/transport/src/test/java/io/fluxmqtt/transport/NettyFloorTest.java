package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NettyFloorTest {
  @Test
  void theNettyOfThisBuildWillDo() {
    assertEquals(Optional.empty(), NettyFloor.problem());
  }

  @ParameterizedTest
  @CsvSource({
    "4.1.137.Final, true", "4.1.138.Final, false", "4.1.140.Final, false",
    "4.2.2.Final, true", "4.2.17.Final, true", "4.2.18.Final, false",
    "4.2.20.Final, false", "4.3.0.Final, false", "5.0.0.Alpha2, false",
    "4.0.56.Final, true", "nonsense, true"
  })
  void olderOnesWillNot(String version, boolean tooOld) {
    assertEquals(tooOld, NettyFloor.isTooOld(version));
  }
}
