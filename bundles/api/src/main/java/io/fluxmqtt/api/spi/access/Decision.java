package io.fluxmqtt.api.spi.access;

/** An authorizer's answer. If all authorizers abstain, the access is denied. */
public enum Decision {
  /** Granted; no further authorizer is asked. */
  ALLOW,
  /** Refused; no further authorizer is asked. */
  DENY,
  /** No rule of this authorizer fits; the next one is asked. */
  ABSTAIN
}
