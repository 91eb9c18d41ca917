package io.fluxmqtt.itests.kit;

import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives tests one broker that all of them share: the shipped runtime, started once, or the one that
 * {@code -Dmqtt.broker=host:port} names, to compare with another broker.
 */
public final class SharedBroker extends BrokerParameter {
  @Override
  BrokerAddress address(ExtensionContext context) {
    String other = System.getProperty("mqtt.broker", "");
    return other.isEmpty() ? super.address(context) : BrokerAddress.parse(other);
  }

  @Override
  BrokerProcess start() throws Exception {
    return BrokerProcess.started("shared");
  }
}
