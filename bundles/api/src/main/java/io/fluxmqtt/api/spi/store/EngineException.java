package io.fluxmqtt.api.spi.store;

import java.io.IOException;

/**
 * An engine cannot do what it was asked, and says what follows from that. Any other {@link
 * IOException} counts as {@link Reason#FAILED}.
 */
public final class EngineException extends IOException {
  private static final long serialVersionUID = 1;

  /** What is wrong, and what will mend it. */
  public enum Reason {
    /** No room on the disk. The engine writes again by itself once there is, within 10 s. */
    FULL,
    /**
     * The disk or the folder does not do what it should: a failed sync, a read-only or locked
     * folder. The engine tries by itself to open its files anew; until it has, and has found them
     * whole, it writes nothing.
     */
    FAILED,
    /** The data cannot be read, and the engine could not set the damage aside. */
    DAMAGED,
    /** A later version has written the data. They were left untouched. */
    NEWER,
    /** The engine cannot run on this machine. */
    UNAVAILABLE,
    /** The engine was closed. */
    CLOSED
  }

  private final Reason reason;

  /** A failure with a text for the operator: what, where, what to do. */
  public EngineException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** A failure with its cause. */
  public EngineException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What is wrong. */
  public Reason reason() {
    return reason;
  }
}
