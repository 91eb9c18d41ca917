package io.fluxmqtt.transport;

/**
 * Why TLS cannot be offered as configured; the text names the file or key, and quotes no secret.
 */
final class TlsProblem extends Exception {
  private static final long serialVersionUID = 1;

  TlsProblem(String where, String why) {
    super(where + " " + why);
  }
}
