package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.SubscriptionInfo;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.jspecify.annotations.Nullable;

/** {@code mqtt:subscription-list}. */
@Service
@Command(
    scope = "mqtt",
    name = "subscription-list",
    description = "Lists the subscriptions of all clients, or of one.")
public final class SubscriptionListCommand extends TableCommand {
  @Argument(name = "client", description = "Only those of this client id")
  @Completion(ClientIdCompleter.class)
  @Nullable String clientId;

  @Override
  void fill(ShellTable table, BrokerAdmin broker) throws InterruptedException {
    table.column("Client");
    table.column("Filter");
    table.column("QoS").alignRight();
    table.column("No Local");
    table.column("Retain As Published");
    table.column("Retain Handling").alignRight();
    table.column("Identifier").alignRight();
    table.column("Suspended");
    table.emptyTableText("No subscriptions");
    for (SubscriptionInfo subscription : subscriptions(broker)) {
      table
          .addRow()
          .addContent(
              cell(subscription.clientId()),
              cell(subscription.filter()),
              subscription.qos().level(),
              subscription.noLocal() ? "yes" : "no",
              subscription.retainAsPublished() ? "yes" : "no",
              subscription.retainHandling(),
              subscription.identifier() == 0 ? "-" : subscription.identifier(),
              subscription.suspended() ? "yes" : "no");
    }
  }

  private List<SubscriptionInfo> subscriptions(BrokerAdmin broker) throws InterruptedException {
    String client = clientId;
    if (client != null && await(broker.client(client)).isEmpty()) {
      throw unknown(client);
    }
    return await(broker.subscriptions(Optional.ofNullable(client)));
  }
}
