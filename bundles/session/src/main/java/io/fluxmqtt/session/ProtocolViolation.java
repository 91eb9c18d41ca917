package io.fluxmqtt.session;

import io.fluxmqtt.api.message.ReasonCode;

/**
 * A client broke the protocol or a limit; its Network Connection is to be closed with the Reason
 * Code. Carries no stack trace: it is the client's fault.
 */
public final class ProtocolViolation extends RuntimeException {
  private final ReasonCode reason;

  /** A violation with the code to answer and a text that names the value and the limit. */
  public ProtocolViolation(ReasonCode reason, String text) {
    super(text, null, false, false);
    this.reason = reason;
  }

  /** The Reason Code to answer with, where the protocol version can say it. */
  public ReasonCode reason() {
    return reason;
  }
}
