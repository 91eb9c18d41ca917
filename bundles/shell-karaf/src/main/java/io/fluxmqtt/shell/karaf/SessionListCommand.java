package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.SessionInfo;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.jspecify.annotations.Nullable;

/** {@code mqtt:session-list}. */
@Service
@Command(
    scope = "mqtt",
    name = "session-list",
    description = "Lists sessions: what they hold, since when they are away and when they end.")
public final class SessionListCommand extends TableCommand {
  @Argument(
      name = "client",
      description = "Only client ids that match; * stands for any characters, ? for one")
  @Completion(ClientIdCompleter.class)
  String pattern = "*";

  @Option(name = "--connected", description = "Only sessions with a connection")
  boolean connected;

  @Option(name = "--disconnected", description = "Only sessions without a connection")
  boolean disconnected;

  @Option(
      name = "--disconnected-for",
      description = "Only sessions that are away for so long, such as 30s, 10m, 12h, 7d or 4w")
  @Nullable String disconnectedFor;

  @Option(name = "--queued", description = "Only sessions for which messages wait")
  boolean queued;

  @Override
  void fill(ShellTable table, BrokerAdmin broker) throws InterruptedException {
    table.column("Client");
    table.column("Connected");
    table.column("Durable");
    table.column("Subscriptions").alignRight();
    table.column("Queued").alignRight();
    table.column("Bytes").alignRight();
    table.column("In flight").alignRight();
    table.column("Away").alignRight();
    table.column("Ends in").alignRight();
    table.column("Will in").alignRight();
    List<SessionInfo> sessions = sessions(broker);
    table.emptyTableText("No such sessions");
    for (SessionInfo each : sessions) {
      table
          .addRow()
          .addContent(
              cell(each.clientId()),
              each.connected() ? "yes" : "no",
              each.durable() ? "yes" : "no",
              each.subscriptions(),
              each.queuedMessages(),
              each.queuedBytes(),
              each.inFlight(),
              time(each.disconnectedSeconds()),
              ends(each),
              time(each.willDelaySeconds()));
    }
  }

  private List<SessionInfo> sessions(BrokerAdmin broker) throws InterruptedException {
    boolean away = disconnected || disconnectedFor != null;
    if (connected && away) {
      throw new IllegalStateException("--connected excludes --disconnected: leave out one of them");
    }
    long awaySeconds =
        disconnectedFor == null ? 0 : Durations.seconds("--disconnected-for", disconnectedFor);
    Wildcard clientIds = new Wildcard(pattern);
    return await(broker.sessions()).stream()
        .filter(each -> clientIds.matches(each.clientId()))
        .filter(each -> !connected || each.connected())
        .filter(each -> !away || isAway(each, awaySeconds))
        .filter(each -> !queued || each.queuedMessages() > 0)
        .toList();
  }

  /** Whether a session has no connection, and had none for so long. */
  static boolean isAway(SessionInfo session, long seconds) {
    Long away = session.disconnectedSeconds();
    return away != null && away >= seconds;
  }

  private String ends(SessionInfo session) {
    return session.connected() || session.expiresInSeconds() != null
        ? time(session.expiresInSeconds())
        : "never";
  }

  /** Seconds for scripts, larger units for people. */
  private String time(@Nullable Long seconds) {
    if (seconds == null) {
      return "-";
    }
    return noFormat ? seconds.toString() : Durations.text(seconds);
  }
}
