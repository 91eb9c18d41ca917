package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ListenerInfo;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.osgi.framework.BundleContext;

/** Completes names of listeners. */
@Service
public final class ListenerCompleter implements Completer {
  @Reference BundleContext context; // set by Karaf

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    return Candidates.complete(context, ListenerCompleter::names, session, line, candidates);
  }

  private static List<String> names(BrokerAdmin broker) {
    return broker.listeners().stream().map(ListenerInfo::name).toList();
  }
}
