package io.fluxmqtt.session;

/** The protocol versions that clients may speak. */
public enum ProtocolVersion {
  V3_1("MQTT 3.1", 3),
  V3_1_1("MQTT 3.1.1", 4),
  V5_0("MQTT 5.0", 5);

  private final String text;
  private final int level;

  ProtocolVersion(String text, int level) {
    this.text = text;
    this.level = level;
  }

  /** The Protocol Version byte of CONNECT. */
  public int level() {
    return level;
  }

  @Override
  public String toString() {
    return text;
  }
}
