package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsCheckerTest {
  private static final String PID = AclAuthorizer.PID + "~x";

  private final SettingsChecker checker = new SettingsChecker();

  @Test
  void rulesAreReadAsTheyAreForDecisions() {
    assertDoesNotThrow(
        () -> checker.check(PID, Map.of("rule.a", "allow publish topic=a/#", "priority", "1")));
    SettingException e =
        assertThrows(SettingException.class, () -> checker.check(PID, Map.of("rule.a", "allow")));
    assertEquals("rule.a", e.key());
  }

  @Test
  void anyNameOfARuleIsAKey() {
    assertTrue(checker.reads(PID, "rule.a"));
    assertFalse(checker.reads(PID, "rulea"));
  }
}
