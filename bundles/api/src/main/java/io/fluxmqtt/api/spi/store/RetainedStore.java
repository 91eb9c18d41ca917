package io.fluxmqtt.api.spi.store;

import java.io.IOException;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps Retained Messages. Registered as a service with the property {@link SessionStore#NAME}, by
 * the same bundle as the session store.
 */
@ProviderType
public interface RetainedStore {
  /** Sets the Retained Message of its topic. Never blocks; completes in order, exactly once. */
  void put(StoredMessage message, SessionStore.Completion completion);

  /** Removes the Retained Message of a topic, if there is one. As {@link #put}. */
  void remove(String topic, SessionStore.Completion completion);

  /** Visits all Retained Messages. Blocks for I/O; called before any change. */
  void load(Consumer<StoredMessage> visitor) throws IOException;
}
