package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ClientInfo;
import io.fluxmqtt.api.admin.SessionInfo;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** {@code mqtt:session-purge}. */
@Service
@Command(
    scope = "mqtt",
    name = "session-purge",
    description =
        "Ends a session for good, with its subscriptions and all that waits for it, on disk too; or"
            + " all sessions that are away for long.")
public final class SessionPurgeCommand extends MqttCommand {
  /** So many are under way at a time; the store writes them together. */
  static final int AT_A_TIME = 1_000;

  @Argument(
      name = "client",
      description =
          "The client id; with --disconnected-for a pattern, in which * stands for any characters"
              + " and ? for one")
  @Completion(ClientIdCompleter.class)
  @Nullable String clientId;

  @Option(
      name = "--disconnected-for",
      description =
          "All sessions that are away for so long, such as 30s, 10m, 12h, 7d or 4w; who comes back"
              + " meanwhile is spared")
  @Nullable String disconnectedFor;

  @Option(name = "--yes", description = "Does not ask")
  boolean yes;

  @Override
  void run(BrokerAdmin broker, PrintStream out) throws InterruptedException {
    if (disconnectedFor != null) {
      purgeAll(broker, out, disconnectedFor);
    } else if (clientId != null) {
      purgeOne(broker, out, clientId);
    } else {
      throw new IllegalStateException("Name a client, or --disconnected-for and how long");
    }
  }

  private void purgeOne(BrokerAdmin broker, PrintStream out, String client)
      throws InterruptedException {
    ClientInfo info = await(broker.client(client)).orElseThrow(() -> unknown(client));
    String shown = Text.escaped(client);
    boolean isMeant =
        isMeant(
            "End the session of client %s (%s, %s)?"
                .formatted(
                    shown, info.connected() ? "connected" : "away", messages(info.queued())));
    if (!isMeant) {
      out.println("Nothing was purged");
    } else if (await(broker.purge(client))) {
      out.printf("Purged the session of client %s%n", shown);
    } else {
      throw unknown(client);
    }
  }

  private void purgeAll(BrokerAdmin broker, PrintStream out, String duration)
      throws InterruptedException {
    long seconds = Durations.seconds("--disconnected-for", duration);
    Wildcard clientIds = new Wildcard(clientId == null ? "*" : clientId);
    List<SessionInfo> found =
        await(broker.sessions()).stream()
            .filter(each -> clientIds.matches(each.clientId()))
            .filter(each -> SessionListCommand.isAway(each, seconds))
            .toList();
    if (found.isEmpty()) {
      out.println("No such session is away for " + duration);
      return;
    }
    long queued = found.stream().mapToLong(SessionInfo::queuedMessages).sum();
    if (!isMeant(
        "End %s away for %s and more (%s)?"
            .formatted(sessions(found.size()), duration, messages(queued)))) {
      out.println("Nothing was purged");
      return;
    }
    int purged = purge(broker, found, seconds);
    int spared = found.size() - purged;
    out.printf(
        "Purged %s%s%n",
        sessions(purged), spared == 0 ? "" : "; %d came back or ended meanwhile".formatted(spared));
  }

  private static int purge(BrokerAdmin broker, List<SessionInfo> sessions, long awaySeconds)
      throws InterruptedException {
    int purged = 0;
    for (int from = 0; from < sessions.size(); from += AT_A_TIME) {
      List<CompletionStage<Boolean>> underWay = new ArrayList<>();
      for (SessionInfo each : sessions.subList(from, Math.min(sessions.size(), from + AT_A_TIME))) {
        underWay.add(broker.purgeIfAway(each.clientId(), awaySeconds));
      }
      for (CompletionStage<Boolean> each : underWay) {
        purged += await(each) ? 1 : 0;
      }
    }
    return purged;
  }

  private boolean isMeant(String question) {
    return yes || Question.confirm(session, question);
  }

  private static String sessions(int number) {
    return number + (number == 1 ? " session" : " sessions");
  }

  private static String messages(long number) {
    return number + (number == 1 ? " message waits" : " messages wait");
  }
}
