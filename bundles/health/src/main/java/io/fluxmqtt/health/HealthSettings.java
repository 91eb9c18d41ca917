package io.fluxmqtt.health;

import io.fluxmqtt.api.config.Settings;
import java.time.Duration;

/**
 * Where health ends; see {@link HealthComponent.Config} for the keys.
 *
 * @param commitWaitMax what is to be stored may wait so long
 * @param diskFreeWarnBytes less free room is a warning
 * @param diskFreeRedBytes less free room is red
 * @param damageSeen so many damaged entries and files are known already
 * @param certificateWarnDays a certificate that ends within so many days is a warning
 */
record HealthSettings(
    Duration commitWaitMax,
    long diskFreeWarnBytes,
    long diskFreeRedBytes,
    long damageSeen,
    long certificateWarnDays) {
  private static final long MAX_BYTES = 1L << 50;

  /**
   * Reads a configuration.
   *
   * @throws io.fluxmqtt.api.config.SettingException if a value cannot be used
   */
  static HealthSettings of(Settings settings) {
    HealthSettings read =
        new HealthSettings(
            Duration.ofMillis(settings.number("commitWaitMaxMillis", 100, 600_000)),
            settings.number("diskFreeWarnBytes", 0, MAX_BYTES),
            settings.number("diskFreeRedBytes", 0, MAX_BYTES),
            settings.number("damageSeen", 0, Long.MAX_VALUE),
            settings.number("certificateWarnDays", 0, 3_650));
    if (read.diskFreeRedBytes > read.diskFreeWarnBytes) {
      throw settings.error(
          "diskFreeRedBytes",
          "is more than diskFreeWarnBytes=" + read.diskFreeWarnBytes + "; set the same or less");
    }
    return read;
  }
}
