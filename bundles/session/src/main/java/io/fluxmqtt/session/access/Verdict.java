package io.fluxmqtt.session.access;

/** What policy says of one access. */
public enum Verdict {
  /** Granted. */
  ALLOWED,
  /** Refused by a rule, by the absence of one, or by the failure of a plug-in. */
  DENIED,
  /** A named authorizer is missing and its grace is over: nobody can tell. */
  UNAVAILABLE
}
