package io.fluxmqtt.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReasonStringsTest {
  @Test
  void onRequestOnlyThoseWhoAskAreTold() {
    assertTrue(ReasonStrings.ON_REQUEST.isTold(true));
    assertFalse(ReasonStrings.ON_REQUEST.isTold(null));
    assertFalse(ReasonStrings.ON_REQUEST.isTold(false));
  }

  @Test
  void unlessDeclinedTheSilentAreToldToo() {
    assertTrue(ReasonStrings.UNLESS_DECLINED.isTold(true));
    assertTrue(ReasonStrings.UNLESS_DECLINED.isTold(null));
    assertFalse(ReasonStrings.UNLESS_DECLINED.isTold(false));
  }

  @Test
  void neverIsNobodyTold() {
    assertFalse(ReasonStrings.NEVER.isTold(true));
    assertFalse(ReasonStrings.NEVER.isTold(null));
    assertFalse(ReasonStrings.NEVER.isTold(false));
  }
}
