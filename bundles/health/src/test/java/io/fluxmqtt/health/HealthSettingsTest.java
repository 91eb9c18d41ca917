package io.fluxmqtt.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthSettingsTest {
  @Test
  void keysAreRead() {
    assertEquals(
        new HealthSettings(Duration.ofMillis(100), 9, 8, 7, 6),
        read(
            Map.of(
                "commitWaitMaxMillis", "100",
                "diskFreeWarnBytes", "9",
                "diskFreeRedBytes", "8",
                "damageSeen", "7",
                "certificateWarnDays", "6")));
  }

  @Test
  void defaultsLeaveRoomForTheEnginesLog() {
    assertEquals(
        new HealthSettings(Duration.ofSeconds(3), 256L << 20, 64L << 20, 0, 14), read(Map.of()));
  }

  @Test
  void badValuesAreRefusedByName() {
    refuses("commitWaitMaxMillis", "99", "set 100 to 600000");
    refuses("commitWaitMaxMillis", "600001", "set 100 to 600000");
    refuses("diskFreeWarnBytes", "-1", "set 0 to");
    refuses("diskFreeWarnBytes", "1", "diskFreeRedBytes");
    refuses("diskFreeRedBytes", "much", "not a whole number");
    refuses("diskFreeRedBytes", "268435457", "is more than diskFreeWarnBytes=268435456");
    refuses("damageSeen", "-1", "set 0 to");
    refuses("certificateWarnDays", "-1", "set 0 to 3650");
    refuses("certificateWarnDays", "3651", "set 0 to 3650");
  }

  private static void refuses(String key, String value, String part) {
    String message =
        assertThrows(SettingException.class, () -> read(Map.of(key, value))).getMessage();
    assertTrue(message.contains(part), message);
    assertTrue(message.contains(HealthComponent.PID), message);
  }

  private static HealthSettings read(Map<String, ?> properties) {
    return HealthSettings.of(
        new Settings(HealthComponent.PID, properties, HealthComponent.Config.class));
  }
}
