package io.fluxmqtt.itests.kit;

/** How a test ended, from best to worst. */
public enum Outcome {
  PASSED,
  SKIPPED,
  FAILED;

  /** The worse of two. */
  public static Outcome worse(Outcome a, Outcome b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
