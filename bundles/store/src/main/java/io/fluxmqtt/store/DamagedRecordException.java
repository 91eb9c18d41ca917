package io.fluxmqtt.store;

/** A key or a value in the engine is not what this store writes. It is set aside, never fatal. */
final class DamagedRecordException extends Exception {
  DamagedRecordException(String reason) {
    super(reason);
  }

  DamagedRecordException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
