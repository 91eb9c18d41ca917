package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ListenerInfo;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code mqtt:listener-list}. */
@Service
@Command(
    scope = "mqtt",
    name = "listener-list",
    description = "Lists the listeners, what they do now and what is wrong with them.")
public final class ListenerListCommand extends TableCommand {
  @Override
  void fill(ShellTable table, BrokerAdmin broker) {
    table.column("Listener");
    table.column("Address");
    table.column("State");
    table.column("Connections").alignRight();
    table.column("Certificate until");
    table.column("Note");
    table.emptyTableText("No listeners: put one into etc/io.fluxmqtt.listener-<name>.cfg");
    for (ListenerInfo listener : broker.listeners()) {
      table
          .addRow()
          .addContent(
              listener.name(),
              listener.uri(),
              listener.state().name().toLowerCase(Locale.ROOT),
              listener.connections(),
              listener.certificateExpires() == null ? "" : listener.certificateExpires(),
              Text.escaped(listener.problem() == null ? listener.note() : listener.problem()));
    }
  }
}
