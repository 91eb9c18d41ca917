package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.RetainedInfo;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.osgi.framework.BundleContext;

/** Completes topics of retained messages, and the filter for all of them. */
@Service
public final class RetainedTopicCompleter implements Completer {
  private static final int LIMIT = 200; // more than fits a screen

  @Reference BundleContext context; // set by Karaf

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    return Candidates.complete(context, RetainedTopicCompleter::topics, session, line, candidates);
  }

  private static List<String> topics(BrokerAdmin broker) {
    Stream<String> topics = retained(broker).stream().map(RetainedInfo::topic);
    return Stream.concat(Stream.of("#"), topics).toList();
  }

  private static List<RetainedInfo> retained(BrokerAdmin broker) {
    try {
      return MqttCommand.await(broker.retained("#", LIMIT));
    } catch (IllegalStateException e) { // mqtt:retained-list says it
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }
}
