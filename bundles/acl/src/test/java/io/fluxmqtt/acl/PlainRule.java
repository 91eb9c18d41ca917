package io.fluxmqtt.acl;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A rule in plain words, judged in as few lines as it can be said: whether a filter is covered or
 * touched is found by going through all topics there are.
 *
 * @param verb allow or deny
 * @param action publish, subscribe, receive or both
 * @param user a pattern, or null
 * @param group a name, or null
 * @param site a value of the attribute {@code jwt.site}, or null
 * @param from loopback, unix or 192.0.2.0/24, or null
 * @param qosMax the condition {@code qos<=}, or null
 */
record PlainRule(
    String verb,
    String action,
    String topic,
    @Nullable String user,
    @Nullable String group,
    @Nullable String site,
    @Nullable String from,
    @Nullable Integer qosMax,
    int priority) {

  String text() {
    StringBuilder text = new StringBuilder(verb + " " + action + " topic='" + topic + "'");
    text.append(user == null ? "" : " user=" + user);
    text.append(group == null ? "" : " group=" + group);
    text.append(site == null ? "" : " attr.jwt.site=" + site);
    text.append(from == null ? "" : " from=" + from);
    text.append(qosMax == null ? "" : " qos=<=" + qosMax);
    return text + " priority=" + priority;
  }

  boolean allows() {
    return verb.equals("allow");
  }

  /** The answer of some rules, of a world with these topics only. */
  static Decision decide(
      Collection<PlainRule> rules, Client client, Access access, List<String> world) {
    for (int priority = 3; priority >= 0; priority--) {
      for (String verb : List.of("deny", "allow")) {
        for (PlainRule rule : rules) {
          if (rule.priority == priority
              && rule.verb.equals(verb)
              && rule.isFor(client)
              && rule.isAbout(access, client, world)) {
            return rule.allows() ? Decision.ALLOW : Decision.DENY;
          }
        }
      }
    }
    return Decision.ABSTAIN;
  }

  private boolean isFor(Client client) {
    String name = client.userName();
    boolean ofUser =
        user == null
            || user.equals("*")
            || (user.equals("-") ? name == null : user.equals("?*") ? isNamed(name) : is(name));
    boolean ofGroup = group == null || client.principal().groups().contains(group);
    List<String> sites = client.principal().attributes().get("jwt.site");
    boolean ofSite = site == null || (sites == null ? !allows() : sites.contains(site));
    String address =
        client.remoteAddress() == null
            ? "unix"
            : client.isLoopback() ? "loopback" : "192.0.2.0/24"; // the tests know these three
    return ofUser && ofGroup && ofSite && (from == null || from.equals(address));
  }

  private boolean is(@Nullable String name) {
    return Objects.equals(user, name);
  }

  private static boolean isNamed(@Nullable String name) {
    return name != null && !name.isEmpty();
  }

  private boolean isAbout(Access access, Client client, List<String> world) {
    if (access instanceof Access.Publish publish) {
      boolean fits = qosMax == null || publish.qos().level() <= qosMax;
      return fits && List.of("publish", "both").contains(action) && has(publish.topic(), client);
    }
    if (access instanceof Access.Receive receive) {
      return !action.equals("publish")
          && (allows() || qosMax == null)
          && has(receive.topic(), client);
    }
    Access.Subscribe subscribe = (Access.Subscribe) access;
    if (!List.of("subscribe", "both").contains(action)
        || (qosMax != null && subscribe.qos().level() > qosMax)) {
      return false;
    }
    List<String> topics =
        world.stream()
            .filter(name -> TopicFilter.matches(subscribe.filter().filter(), name))
            .toList();
    return allows()
        ? topics.stream().allMatch(name -> has(name, client))
        : topics.stream().anyMatch(name -> has(name, client));
  }

  private boolean has(String name, Client client) {
    return allows()
        ? PatternReference.covers(topic, name, client.clientId(), client.userName())
        : PatternReference.overlaps(topic, name, client.clientId(), client.userName());
  }
}
