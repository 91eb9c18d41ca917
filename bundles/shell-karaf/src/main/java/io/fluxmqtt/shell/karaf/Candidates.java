package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Offers the broker's own names after the tabulator key, and nothing while it is away. */
final class Candidates {
  private Candidates() {}

  static int complete(
      BundleContext context,
      Function<BrokerAdmin, List<String>> names,
      Session session,
      CommandLine line,
      List<String> candidates) {
    Optional<Held<BrokerAdmin>> found = Held.find(context, BrokerAdmin.class);
    if (found.isEmpty()) {
      return -1;
    }
    try (Held<BrokerAdmin> broker = found.get()) {
      // A name that cannot be typed as it is cannot be offered either.
      List<String> plain =
          names.apply(broker.service()).stream()
              .filter(name -> name.equals(Text.escaped(name)))
              .toList();
      return new StringsCompleter(plain).complete(session, line, candidates);
    }
  }
}
