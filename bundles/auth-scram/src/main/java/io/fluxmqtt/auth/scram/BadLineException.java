package io.fluxmqtt.auth.scram;

/** A line cannot be used. The text names its number, counted from 1, and the reason only. */
final class BadLineException extends Exception {
  BadLineException(int line, String reason) {
    super("line " + line + ": " + reason);
  }
}
