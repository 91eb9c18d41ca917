package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.RefusalInfo;
import io.fluxmqtt.api.events.BrokerEvent;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.jspecify.annotations.Nullable;

/** {@code mqtt:refusals}. */
@Service
@Command(
    scope = "mqtt",
    name = "refusals",
    description =
        "Lists what was refused of late, the newest first: who, from where, what, and by which rule"
            + " or bundle.")
public final class RefusalsCommand extends TableCommand {
  @Argument(
      name = "client",
      description = "Only those of this client id; * stands for any characters, ? for one")
  @Completion(ClientIdCompleter.class)
  String client = "*";

  @Override
  void fill(ShellTable table, BrokerAdmin broker) {
    table.column("Last");
    table.column("Times").alignRight();
    table.column("Client");
    table.column("User");
    table.column("Listener");
    table.column("Address");
    table.column("What");
    table.column("Reason");
    table.column("Epoch").alignRight();
    table.column("By");
    table.emptyTableText("Nothing was refused");
    for (RefusalInfo info : refusals(broker)) {
      BrokerEvent.Refused refusal = info.refusal();
      table
          .addRow()
          .addContent(
              Text.time(info.last()),
              info.times(),
              cell(refusal.clientId()),
              cell(refusal.userName()),
              refusal.listener(),
              address(refusal.remoteAddress()),
              cell(refusal.what()),
              refusal.reason(),
              refusal.epoch(),
              Text.escaped(refusal.by())); // what it is all about: never cut
    }
  }

  private List<RefusalInfo> refusals(BrokerAdmin broker) {
    Wildcard pattern = new Wildcard(client);
    return broker.refusals().stream()
        .filter(info -> pattern.matches(text(info.refusal().clientId())))
        .toList();
  }

  private static String text(@Nullable String clientId) {
    return clientId == null ? "" : clientId;
  }

  private static String address(@Nullable InetSocketAddress address) {
    return address == null ? "-" : address.getHostString() + ":" + address.getPort();
  }
}
