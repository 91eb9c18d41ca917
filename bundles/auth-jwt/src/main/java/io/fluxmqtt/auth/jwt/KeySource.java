package io.fluxmqtt.auth.jwt;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where keys come from. All methods from any thread; none blocks. */
interface KeySource extends AutoCloseable {
  /** The keys of the last good reading, if there was any. */
  Optional<KeySet> keys();

  /**
   * Looks whether there are new ones, if that may help and was not done a moment ago.
   *
   * @return completes, never with a failure, when {@link #keys} are as new as they get
   */
  CompletionStage<Void> refresh();

  @Override
  void close();
}
