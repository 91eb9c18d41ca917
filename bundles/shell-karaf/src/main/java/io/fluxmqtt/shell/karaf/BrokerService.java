package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * The broker, held for one call. It is looked up each time: a {@code @Reference} to it would make
 * Karaf withdraw the commands while it is away, and "command not found" explains nothing.
 */
record BrokerService(BrokerAdmin admin, ServiceReference<BrokerAdmin> reference, BundleContext user)
    implements AutoCloseable {
  /** The broker, if it is there now. */
  static Optional<BrokerService> find(BundleContext user) {
    ServiceReference<BrokerAdmin> reference = user.getServiceReference(BrokerAdmin.class);
    BrokerAdmin admin = reference == null ? null : user.getService(reference);
    return admin == null
        ? Optional.empty()
        : Optional.of(new BrokerService(admin, reference, user));
  }

  @Override
  public void close() {
    user.ungetService(reference);
  }
}
