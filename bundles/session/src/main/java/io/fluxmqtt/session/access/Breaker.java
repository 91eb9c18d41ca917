package io.fluxmqtt.session.access;

/**
 * Spares a failing plug-in, and those who wait for it: after so many failures in a row its calls
 * are refused for a while, then one is tried. Not thread-safe.
 */
final class Breaker {
  private final int failuresMax;
  private final long openNanos;
  private int failures;
  private boolean open;
  private boolean trying;
  private long openUntil;

  Breaker(int failuresMax, long openNanos) {
    this.failuresMax = failuresMax;
    this.openNanos = openNanos;
  }

  /** Whether a call may be made; one of the others must follow if so. */
  boolean admit(long now) {
    if (!open) {
      return true;
    }
    if (trying || now - openUntil < 0) {
      return false;
    }
    trying = true;
    return true;
  }

  boolean isOpen() {
    return open;
  }

  /** The call that was to be tried is not made. */
  void withdrawn() {
    trying = false;
  }

  void succeeded() {
    failures = 0;
    open = false;
    trying = false;
  }

  /** Whether this failure opened it. */
  boolean failed(long now) {
    failures++;
    if (!trying && (open || failures < failuresMax)) {
      return false;
    }
    boolean opened = !open;
    open = true;
    trying = false;
    openUntil = now + openNanos;
    return opened;
  }
}
