package io.fluxmqtt.auth.jwt;

/** A token does not let its bearer in. The text says why and quotes nothing of the token. */
final class BadTokenException extends Exception {
  BadTokenException(String why) {
    super(why, null, false, false); // an attacker decides how many there are
  }

  /** Why. */
  String why() {
    return String.valueOf(getMessage());
  }
}
