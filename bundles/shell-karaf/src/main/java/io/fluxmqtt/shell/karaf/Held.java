package io.fluxmqtt.shell.karaf;

import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * A service, held for one call. It is looked up each time: a {@code @Reference} to it would make
 * Karaf withdraw the commands while it is away, and "command not found" explains nothing.
 */
record Held<S>(S service, ServiceReference<S> reference, BundleContext user)
    implements AutoCloseable {
  /** The service, if it is there now. */
  static <S> Optional<Held<S>> find(BundleContext user, Class<S> type) {
    ServiceReference<S> reference = user.getServiceReference(type);
    S service = reference == null ? null : user.getService(reference);
    return service == null ? Optional.empty() : Optional.of(new Held<>(service, reference, user));
  }

  @Override
  public void close() {
    user.ungetService(reference);
  }
}
