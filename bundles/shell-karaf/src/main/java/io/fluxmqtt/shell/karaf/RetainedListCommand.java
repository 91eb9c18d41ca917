package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.RetainedInfo;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code mqtt:retained-list}. */
@Service
@Command(
    scope = "mqtt",
    name = "retained-list",
    description = "Lists retained messages, without their payloads.")
public final class RetainedListCommand extends TableCommand {
  @Argument(
      name = "filter",
      description =
          "Only topics that match this topic filter; # leaves out those that begin with $")
  @Completion(RetainedTopicCompleter.class)
  String filter = "#";

  @Option(name = "--limit", description = "At most so many", valueToShowInHelp = "1000")
  int limit = 1_000;

  @Override
  void fill(ShellTable table, BrokerAdmin broker) throws InterruptedException {
    table.column("Topic");
    table.column("QoS").alignRight();
    table.column("Bytes").alignRight();
    table.column("Publisher");
    table.column("Expires in s").alignRight();
    table.emptyTableText("No retained messages match " + Text.escaped(filter));
    for (RetainedInfo message : retained(broker)) {
      table
          .addRow()
          .addContent(
              cell(message.topic()),
              message.qos().level(),
              message.bytes(),
              cell(message.publisher()),
              message.expiresInSeconds() == null ? "-" : message.expiresInSeconds());
    }
  }

  private List<RetainedInfo> retained(BrokerAdmin broker) throws InterruptedException {
    if (limit < 1) {
      throw new IllegalStateException("--limit %d is not above 0".formatted(limit));
    }
    try {
      return await(broker.retained(filter, limit));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "%s is no topic filter: %s".formatted(Text.escaped(filter), e.getMessage()), e);
    }
  }
}
