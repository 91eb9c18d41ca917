package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ClientInfo;
import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

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

  @Override
  void run(BrokerAdmin broker, PrintStream out) throws InterruptedException {
    ClientInfo client = await(broker.client(clientId)).orElseThrow(() -> unknown(clientId));
    if (!await(broker.kick(clientId))) {
      throw new IllegalStateException(
          "Client %s is not connected".formatted(Text.escaped(clientId)));
    }
    out.printf(
        "Closed the connection of client %s from %s%n",
        Text.escaped(clientId), Text.escaped(client.address()));
  }
}
