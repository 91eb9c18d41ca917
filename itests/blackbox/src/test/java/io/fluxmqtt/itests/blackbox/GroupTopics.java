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
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * A bundle that lets clients see who they were found to be: an authorizer by whom a client may
 * publish to {@code group/<name>} if it is in that group, and to {@code user/<name>} if that is its
 * user name.
 */
public final class GroupTopics implements BundleActivator {
  static final String NAME = "topics-of-groups";

  /** Writes the bundle. */
  static void write(Path jar) throws IOException {
    PluginJar.write(
        jar,
        "io.fluxmqtt.itests.groups",
        GroupTopics.class,
        "io.fluxmqtt.api.spi.access",
        "io.fluxmqtt.api.spi.auth");
  }

  @Override
  public void start(BundleContext context) {
    context.registerService(
        Authorizer.class, new ByGroup(), new Hashtable<>(Map.of(Authorizer.NAME, NAME)));
  }

  @Override
  public void stop(BundleContext context) {
    // the framework unregisters
  }

  /** The authorizer. */
  static final class ByGroup implements Authorizer {
    @Override
    public Decision decide(Client client, Access access) {
      if (!(access instanceof Access.Publish publish)) {
        return Decision.ABSTAIN;
      }
      String[] topic = publish.topic().split("/", 2);
      boolean isOwn =
          switch (topic[0]) {
            case "group" -> client.principal().groups().contains(topic[1]);
            case "user" -> topic[1].equals(client.userName());
            default -> true;
          };
      return isOwn ? Decision.ALLOW : Decision.DENY;
    }
  }
}
