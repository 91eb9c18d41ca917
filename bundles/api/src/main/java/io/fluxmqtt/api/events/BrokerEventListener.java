package io.fluxmqtt.api.events;

import org.osgi.annotation.versioning.ConsumerType;

/** Is told what happens in the broker. Registered as a service. */
@ConsumerType
public interface BrokerEventListener {
  /**
   * Something has happened. Called on a thread kept for the listeners, one event after the other; a
   * slow listener makes events be lost, never traffic wait.
   */
  void onEvent(BrokerEvent event);
}
