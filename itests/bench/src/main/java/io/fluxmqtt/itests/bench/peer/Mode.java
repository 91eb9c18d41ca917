package io.fluxmqtt.itests.bench.peer;

/** How the brokers of one scenario are set up. */
public enum Mode {
  /** All in memory, limits removed. */
  MEMORY(true, false),
  /** All in memory, limits as they are shipped. */
  LIMITED(false, false),
  /** Sessions and messages on disk, as safe as the broker can be told to keep them. */
  DURABLE(true, true);

  private final boolean unlimited;
  private final boolean durable;

  Mode(boolean unlimited, boolean durable) {
    this.unlimited = unlimited;
    this.durable = durable;
  }

  public boolean isUnlimited() {
    return unlimited;
  }

  public boolean isDurable() {
    return durable;
  }
}
