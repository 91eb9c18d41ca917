package io.fluxmqtt.session.wiring;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fluxmqtt.api.config.SettingException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsCheckerTest {
  private final SettingsChecker checker = new SettingsChecker(null);

  @Test
  void eachPidIsReadByItsOwnComponent() {
    assertEquals("failuresMax", key("io.fluxmqtt.access", Map.of("failuresMax", "-1")));
    assertEquals("receiveMaximum", key("io.fluxmqtt.session", Map.of("receiveMaximum", "0")));
    assertEquals("topics", key("io.fluxmqtt.queue~x", Map.of("topics", "a/#/b")));
    assertDoesNotThrow(() -> checker.check("io.fluxmqtt.access", Map.of()));
    assertDoesNotThrow(() -> checker.check("io.fluxmqtt.session", Map.of("overflow", "spill")));
    assertDoesNotThrow(() -> checker.check("io.fluxmqtt.queue~x", Map.of()));
  }

  private String key(String pid, Map<String, Object> values) {
    return assertThrows(SettingException.class, () -> checker.check(pid, values)).key();
  }
}
