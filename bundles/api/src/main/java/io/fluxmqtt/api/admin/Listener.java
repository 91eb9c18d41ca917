package io.fluxmqtt.api.admin;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A listener, registered as a service by the transport for as long as its configuration is there.
 */
@ProviderType
public interface Listener {
  /** A snapshot. Any thread, never blocks. */
  ListenerInfo info();
}
