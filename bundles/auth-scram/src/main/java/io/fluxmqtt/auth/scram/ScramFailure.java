package io.fluxmqtt.auth.scram;

import io.fluxmqtt.api.message.ReasonCode;

/** A client is refused. The text is for the log and quotes nothing that the client sent. */
final class ScramFailure extends Exception {
  private final ReasonCode reason;

  ScramFailure(ReasonCode reason, String text) {
    super(text);
    this.reason = reason;
  }

  /** What the client sent is not as RFC 5802 has it. */
  static ScramFailure malformed(String text) {
    return new ScramFailure(ReasonCode.PROTOCOL_ERROR, text);
  }

  ReasonCode reason() {
    return reason;
  }
}
