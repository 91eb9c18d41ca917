package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.Payload;
import org.jspecify.annotations.Nullable;

/** What is to be said to a client in an enhanced authentication. */
public sealed interface Reply {
  /** It is to say more; with data for it, or null. */
  record Continue(@Nullable Payload data) implements Reply {}

  /**
   * It may enter (stay), or not.
   *
   * @param data what goes with an acceptance, or null
   */
  record Finished(Admission admission, @Nullable Payload data) implements Reply {}
}
