package io.fluxmqtt.itests.blackbox.live;

import java.util.Map;

/** What a change of each key of the health checks does: nothing that a client could see. */
final class HealthProofs {
  private static final String UNIT_TESTS = "bundles/health/src/test/java/io/fluxmqtt/health/";

  private HealthProofs() {}

  /** {@code io.fluxmqtt.health}. */
  static Map<String, Proof> all() {
    return Map.of(
        "commitWaitMaxMillis",
        unitTested("StoreHealth", "commitThatWaitsTooLongIsRedUntilItIsWritten"),
        "diskFreeWarnBytes",
        unitTested("DiskHealth", "changedBoundsCountAtOnce"),
        "diskFreeRedBytes",
        unitTested("DiskHealth", "changedBoundsCountAtOnce"),
        "damageSeen",
        unitTested("StoreHealth", "damageIsAWarningUntilSomebodyHasLookedAtIt"),
        "certificateWarnDays",
        unitTested("CertificateHealth", "daysOfWarningCanBeChanged"));
  }

  private static Proof unitTested(String of, String method) {
    return Proof.elsewhere(Liveness.HOT, UNIT_TESTS + of + "Test.java", method);
  }
}
