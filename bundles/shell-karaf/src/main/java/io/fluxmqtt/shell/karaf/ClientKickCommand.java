package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ClientInfo;
import java.io.PrintStream;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** {@code mqtt:client-kick}. */
@Service
@Command(
    scope = "mqtt",
    name = "client-kick",
    description = "Closes a client's connection. Its session stays, and it may connect again.")
public final class ClientKickCommand extends MqttCommand {
  @Argument(name = "client", description = "The client id", required = true)
  @Completion(ClientIdCompleter.class)
  String clientId = "";

  @Option(
      name = "--server",
      description =
          "Tells a 5.0 client where to connect instead: host or host:port, several separated by"
              + " spaces")
  @Nullable String server;

  @Option(
      name = "--moved",
      description = "Tells a 5.0 client to go elsewhere for good, not only this time")
  boolean moved;

  @Override
  void run(BrokerAdmin broker, PrintStream out) throws InterruptedException {
    ClientInfo client = await(broker.client(clientId)).orElseThrow(() -> unknown(clientId));
    boolean isRedirect = server != null || moved;
    if (!await(
        isRedirect
            ? broker.redirect(clientId, Optional.ofNullable(server), moved)
            : broker.kick(clientId))) {
      throw new IllegalStateException(
          "Client %s is not connected".formatted(Text.escaped(clientId)));
    }
    out.printf(
        "%s client %s from %s%s%n",
        isRedirect ? "Sent away" : "Closed the connection of",
        Text.escaped(clientId),
        Text.escaped(client.address()),
        server == null ? "" : " to " + Text.escaped(server));
  }
}
