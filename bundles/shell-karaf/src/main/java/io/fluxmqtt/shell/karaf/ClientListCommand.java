package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ClientInfo;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code mqtt:client-list}. */
@Service
@Command(
    scope = "mqtt",
    name = "client-list",
    description = "Lists all sessions, connected or not; queues are counted in messages.")
public final class ClientListCommand extends TableCommand {
  @Override
  void fill(ShellTable table, BrokerAdmin broker) throws InterruptedException {
    table.column("Client");
    table.column("User");
    table.column("Protocol");
    table.column("Listener");
    table.column("Address");
    table.column("Connected");
    table.column("Since");
    table.column("Subscriptions").alignRight();
    table.column("In flight").alignRight();
    table.column("Queued").alignRight();
    table.column("Dropped").alignRight();
    table.emptyTableText("No sessions");
    for (ClientInfo client : await(broker.clients())) {
      table
          .addRow()
          .addContent(
              cell(client.clientId()),
              cell(client.userName()),
              client.protocol(),
              client.listener(),
              cell(client.address()),
              client.connected() ? "yes" : "no",
              Text.time(client.since()),
              client.subscriptions(),
              client.inFlight(),
              client.queued(),
              client.dropped());
    }
  }
}
