package io.fluxmqtt.api.message;

/** Quality of Service of an Application Message or a Subscription (MQTT 5.0, section 4.3). */
public enum QoS {
  /** QoS 0: delivered at most once, never acknowledged. */
  AT_MOST_ONCE,
  /** QoS 1: delivered at least once, acknowledged by PUBACK. */
  AT_LEAST_ONCE,
  /** QoS 2: delivered exactly once, acknowledged by PUBREC, PUBREL and PUBCOMP. */
  EXACTLY_ONCE;

  private static final QoS[] VALUES = values();

  /** The level as it stands on the wire: 0, 1 or 2. */
  public int level() {
    return ordinal();
  }

  /**
   * The QoS of a level on the wire.
   *
   * @throws IllegalArgumentException if {@code level} is not 0, 1 or 2
   */
  public static QoS of(int level) {
    if (level < 0 || level > 2) {
      throw new IllegalArgumentException("QoS must be 0, 1 or 2, not " + level);
    }
    return VALUES[level];
  }

  /** The lower of this and another QoS. */
  public QoS min(QoS other) {
    return ordinal() <= other.ordinal() ? this : other;
  }
}
