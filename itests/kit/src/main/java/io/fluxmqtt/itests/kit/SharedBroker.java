package io.fluxmqtt.itests.kit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the address of one broker that all of them share: the shipped runtime, started once,
 * or the one that {@code -Dmqtt.broker=host:port} names, to compare with another broker.
 */
public final class SharedBroker implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(SharedBroker.class);

  private record Started(BrokerProcess process) implements AutoCloseable {
    static Started now() {
      try {
        return new Started(BrokerProcess.started("shared"));
      } catch (Exception e) {
        throw new IllegalStateException("the broker did not start", e);
      }
    }

    @Override
    public void close() throws Exception {
      process.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == BrokerAddress.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    String other = System.getProperty("mqtt.broker", "");
    if (!other.isEmpty()) {
      return BrokerAddress.parse(other);
    }
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent("broker", key -> Started.now(), Started.class)
        .process()
        .address();
  }
}
