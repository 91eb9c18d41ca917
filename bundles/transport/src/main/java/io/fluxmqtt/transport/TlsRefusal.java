package io.fluxmqtt.transport;

import javax.net.ssl.SSLException;

/** A TLS client is refused by a check of ours; the message is plain words for the log. */
final class TlsRefusal extends SSLException {
  private static final long serialVersionUID = 1;

  /** What it is counted as. */
  private final String reason;

  TlsRefusal(String reason, String words) {
    super(words);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
