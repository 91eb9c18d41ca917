package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Principal;

/** Whether a client may enter. */
public sealed interface Admission {
  /** It may. */
  record Granted(Principal principal) implements Admission {}

  /**
   * It may not.
   *
   * @param reason a code that CONNACK may carry
   * @param text who refused and why, for the log; holds nothing that the client sent
   */
  record Refused(ReasonCode reason, String text) implements Admission {}
}
