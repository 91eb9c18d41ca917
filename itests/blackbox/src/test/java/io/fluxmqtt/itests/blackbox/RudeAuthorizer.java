package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.itests.kit.PluginJar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * A bundle with an authorizer that throws at topics below {@code throw}, and never comes back from
 * those below {@code hang}, as one that is in a deadlock, until the bundle stops.
 */
public final class RudeAuthorizer implements BundleActivator {
  static final String NAME = "rude";
  static final String BUNDLE = "io.fluxmqtt.itests.rude";

  private final CountDownLatch stopped = new CountDownLatch(1);

  /** Writes the bundle. */
  static void write(Path jar) throws IOException {
    PluginJar.write(
        jar,
        BUNDLE,
        RudeAuthorizer.class,
        "io.fluxmqtt.api.spi.access",
        "io.fluxmqtt.api.spi.auth");
  }

  @Override
  public void start(BundleContext context) {
    context.registerService(
        Authorizer.class, new Rude(stopped), new Hashtable<>(Map.of(Authorizer.NAME, NAME)));
  }

  @Override
  public void stop(BundleContext context) {
    stopped.countDown();
  }

  /** The authorizer. */
  record Rude(CountDownLatch stopped) implements Authorizer {
    @Override
    public Decision decide(Client client, Access access) {
      String topic = access instanceof Access.Publish publish ? publish.topic() : "";
      if (topic.startsWith("throw/")) {
        throw new IllegalStateException("rude");
      } else if (topic.startsWith("hang/")) {
        hang();
      }
      return Decision.ABSTAIN;
    }

    private void hang() {
      boolean waits = true;
      while (waits) {
        try {
          stopped.await();
          waits = false;
        } catch (InterruptedException e) {
          // as a deadlock, which no interrupt ends
        }
      }
    }
  }
}
