package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.AccessRuling;
import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.auth.Principal;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** {@code mqtt:acl-test}. */
@Service
@Command(
    scope = "mqtt",
    name = "acl-test",
    description =
        "Tells whether a client may publish, subscribe or receive, and which rule decides. Nothing is"
            + " published or subscribed.")
public final class AclTestCommand extends MqttCommand {
  private static final String DEFAULT_LISTENER = "default";
  private static final String DEFAULT_ADDRESS = "127.0.0.1";

  @Argument(
      index = 0,
      name = "user",
      description = "Its user name; '' for a client without one",
      required = true)
  String user = "";

  @Argument(index = 1, name = "client", description = "Its client id", required = true)
  @Completion(ClientIdCompleter.class)
  String clientId = "";

  @Argument(
      index = 2,
      name = "action",
      description = "publish, subscribe or receive",
      required = true)
  @Completion(AccessCompleter.class)
  String action = "";

  @Argument(
      index = 3,
      name = "topic",
      description = "The topic; to subscribe, a topic filter",
      required = true)
  @Completion(RetainedTopicCompleter.class)
  String topic = "";

  @Option(name = "--qos", description = "Of the publish or the subscription")
  int qos = 0;

  @Option(name = "--retain", description = "The publish is to be retained")
  boolean retain;

  @Option(
      name = "--listener",
      description = "The listener it comes through; by default that of its session, or default")
  @Completion(ListenerCompleter.class)
  @Nullable String listener;

  @Option(
      name = "--address",
      description = "Its IP address; by default that of its session, or 127.0.0.1")
  @Nullable String address;

  @Option(
      name = "--group",
      description =
          "A group it is in, may be given several times; by default those of its session, if it is"
              + " that user's",
      multiValued = true)
  @Nullable List<String> groups;

  @Override
  void run(BrokerAdmin broker, PrintStream out) throws InterruptedException {
    Access access = access();
    Optional<Client> session =
        await(broker.identity(clientId))
            .filter(found -> Objects.equals(found.userName(), userName()));
    Client client = client(session);
    AccessRuling ruling = await(broker.explain(client, access));
    out.println(ruling.allowed() ? "allowed" : "denied");
    out.printf("by      %s%n", by(ruling));
    out.printf("rule    %s%n", Text.escaped(ruling.rule()));
    out.printf("why     %s%n", Text.escaped(ruling.text()));
    out.printf(
        "client  %s, user %s, groups %s, listener %s, address %s%s%n",
        Text.escaped(client.clientId()),
        Text.escaped(client.userName()),
        groups(client),
        Text.escaped(client.listener()),
        address(client.remoteAddress()),
        session.isPresent() ? " (what was not given is as in its session)" : "");
    out.printf("policy  epoch %d%n", ruling.epoch());
  }

  private @Nullable String userName() {
    return user.isEmpty() ? null : user;
  }

  private Access access() {
    return switch (action) {
      case "publish" -> new Access.Publish(topicName(), qos(), retain);
      case "subscribe" -> new Access.Subscribe(filter(), qos());
      case "receive" -> new Access.Receive(topicName());
      default ->
          throw new IllegalStateException(
              "%s is not publish, subscribe or receive".formatted(Text.escaped(action)));
    };
  }

  private QoS qos() {
    if (qos < 0 || qos > 2) {
      throw new IllegalStateException("--qos %d is not 0, 1 or 2".formatted(qos));
    }
    return QoS.of(qos);
  }

  private String topicName() {
    if (!TopicFilter.isValidTopicName(topic)) {
      throw new IllegalStateException("%s is no topic".formatted(Text.escaped(topic)));
    }
    return topic;
  }

  private TopicFilter filter() {
    try {
      return TopicFilter.parse(topic);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "%s is no topic filter: %s".formatted(Text.escaped(topic), e.getMessage()), e);
    }
  }

  /** What is not given comes from the session of that client and user, if there is one. */
  private Client client(Optional<Client> session) {
    Principal known =
        session.map(Client::principal).orElseGet(() -> new Principal(userName(), Set.of()));
    Principal principal =
        groups == null
            ? known
            : new Principal(userName(), Set.copyOf(groups)).withAttributes(known.attributes());
    String from =
        listener == null ? session.map(Client::listener).orElse(DEFAULT_LISTENER) : listener;
    InetSocketAddress at;
    if (address == null && session.isPresent()) {
      at = session.get().remoteAddress();
    } else {
      at = new InetSocketAddress(parsed(address == null ? DEFAULT_ADDRESS : address), 0);
    }
    return new Client(clientId, principal, from, at);
  }

  /** An address, never a name: nothing is looked up. */
  private static InetAddress parsed(String text) {
    boolean isAddress =
        text.matches("\\d{1,3}(\\.\\d{1,3}){3}")
            || (text.contains(":") && text.matches("[0-9a-fA-F:.]+"));
    try {
      if (isAddress) {
        return InetAddress.getByName(text);
      }
    } catch (UnknownHostException e) {
      // said below
    }
    throw new IllegalStateException("--address %s is no IP address".formatted(Text.escaped(text)));
  }

  private static String by(AccessRuling ruling) {
    return ruling.authorizer() == null
        ? "-"
        : "%s (bundle %s)".formatted(Text.escaped(ruling.authorizer()), ruling.bundle());
  }

  private static String groups(Client client) {
    Set<String> all = new TreeSet<>(client.principal().groups());
    return all.isEmpty() ? "-" : Text.escaped(String.join(" ", all));
  }

  private static String address(@Nullable InetSocketAddress address) {
    return address == null ? "-" : address.getHostString();
  }
}
