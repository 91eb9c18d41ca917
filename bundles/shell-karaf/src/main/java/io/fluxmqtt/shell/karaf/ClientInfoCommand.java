package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ClientInfo;
import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:client-info}. */
@Service
@Command(
    scope = "mqtt",
    name = "client-info",
    description = "Shows one session and its connection.")
public final class ClientInfoCommand extends MqttCommand {
  private static final long NEVER = 0xFFFFFFFFL;

  @Argument(name = "client", description = "The client id", required = true)
  @Completion(ClientIdCompleter.class)
  String clientId = "";

  @Override
  void run(BrokerAdmin broker, PrintStream out) throws InterruptedException {
    ClientInfo client = await(broker.client(clientId)).orElseThrow(() -> unknown(clientId));
    line(out, "Client", Text.escaped(client.clientId()));
    line(
        out, "User", client.userName() == null ? "- (anonymous)" : Text.escaped(client.userName()));
    line(out, "Protocol", client.protocol());
    line(out, "Listener", client.listener());
    line(out, "Address", Text.escaped(client.address()));
    line(out, client.connected() ? "Connected since" : "Away since", Text.time(client.since()));
    line(out, "Keep alive", seconds(client.keepAliveSeconds(), client.keepAliveSeconds() == 0));
    long expiry = client.sessionExpirySeconds();
    line(out, "Session expiry", seconds(expiry, expiry == NEVER));
    line(out, "Subscriptions", Integer.toString(client.subscriptions()));
    line(out, "In flight", client.inFlight() + " messages");
    line(out, "Queued", client.queued() + " messages, " + client.queuedBytes() + " bytes");
    line(out, "Dropped", client.dropped() + " messages");
  }

  private static String seconds(long seconds, boolean never) {
    return never ? "never" : seconds + " s";
  }

  private static void line(PrintStream out, String name, String value) {
    out.printf("%-16s %s%n", name, value);
  }
}
