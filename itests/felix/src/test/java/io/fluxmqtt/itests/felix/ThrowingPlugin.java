package io.fluxmqtt.itests.felix;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.util.Hashtable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle of its own with an authorizer that fails for one topic and has no opinion else. */
public final class ThrowingPlugin implements BundleActivator, Authorizer {
  static final String NAME = "throwing";
  static final String BUNDLE = "itests.throwing";
  static final String TOPIC = "boom/x";

  @Override
  public void start(BundleContext context) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(Authorizer.NAME, NAME);
    context.registerService(Authorizer.class, this, properties);
  }

  @Override
  public void stop(BundleContext context) {}

  @Override
  public Decision decide(Client client, Access access) {
    if (access instanceof Access.Publish publish && publish.topic().equals(TOPIC)) {
      throw new IllegalStateException("broken on purpose");
    }
    return Decision.ABSTAIN;
  }
}
