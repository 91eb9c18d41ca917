package io.fluxmqtt.itests.kit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives test methods a broker that is started once for all of them and stopped after the last: its
 * {@link BrokerAddress}, or {@link Clients} of it.
 */
abstract sealed class BrokerParameter implements ParameterResolver
    permits SharedBroker, RuledBroker {
  private static final Namespace NAMESPACE = Namespace.create(BrokerParameter.class);

  private record Started(BrokerProcess process) implements AutoCloseable {
    @Override
    public void close() throws Exception {
      process.close();
    }
  }

  /** A broker that is ready. */
  abstract BrokerProcess start() throws Exception;

  BrokerAddress address(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(getClass(), key -> new Started(started()), Started.class)
        .process()
        .address();
  }

  private BrokerProcess started() {
    try {
      return start();
    } catch (Exception e) {
      throw new IllegalStateException("the broker did not start", e);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == BrokerAddress.class || type == Clients.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    BrokerAddress address = address(context);
    if (parameter.getParameter().getType() == BrokerAddress.class) {
      return address;
    }
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(Clients.class, key -> new Clients(address), Clients.class);
  }
}
