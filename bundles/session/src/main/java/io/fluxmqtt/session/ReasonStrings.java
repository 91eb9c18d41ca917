package io.fluxmqtt.session;

import org.jspecify.annotations.Nullable;

/**
 * Which clients of a listener are told in a Reason String why the broker refuses something. MQTT
 * leaves it to the server (5.0, section 3.1.2.11.7); there are clients that cannot read an
 * acknowledgement with properties.
 */
public enum ReasonStrings {
  /** Those that ask: with a Request Problem Information of 1. */
  ON_REQUEST,
  /** All but those with a Request Problem Information of 0. */
  UNLESS_DECLINED,
  /** None. */
  NEVER;

  /**
   * Whether a client is told.
   *
   * @param requested its Request Problem Information, or null if it has sent none
   */
  public boolean isTold(@Nullable Boolean requested) {
    return switch (this) {
      case ON_REQUEST -> requested != null && requested;
      case UNLESS_DECLINED -> requested == null || requested; // [MQTT-3.1.2-29]
      case NEVER -> false;
    };
  }
}
