package io.fluxmqtt.auth.certificate;

/** A certificate cannot be taken for anybody; the text says why. */
final class BadCertificateException extends Exception {
  private static final long serialVersionUID = 1;

  BadCertificateException(String reason) {
    super(reason, null, false, false); // a client's fault has no use for a stack trace
  }
}
