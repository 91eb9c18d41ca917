package io.fluxmqtt.acl;

import io.fluxmqtt.api.spi.access.Client;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One rule: who may, or may not, do what with which topics. An allowing rule applies to a Topic
 * Filter if its pattern covers all of it, a denying one if it overlaps with any of it.
 *
 * @param allow whether the rule grants; else it refuses
 * @param actions what it is about
 * @param who what it asks of a client, in the order of its text; all must hold
 * @param priority higher ones are asked first; null for that of its configuration
 */
record Rule(
    boolean allow,
    Set<Action> actions,
    TopicPattern topic,
    List<Condition> who,
    Delivery delivery,
    @Nullable Integer priority) {
  /** In this order they are written. */
  private static final List<Class<? extends Condition>> ORDER =
      List.of(
          Condition.ClientId.class,
          Condition.User.class,
          Condition.Group.class,
          Condition.Attribute.class,
          Condition.From.class,
          Condition.Listener.class);

  Rule {
    actions = Set.copyOf(actions);
    who =
        who.stream()
            .sorted(
                Comparator.<Condition>comparingInt(each -> ORDER.indexOf(each.getClass()))
                    .thenComparing(Condition::toString))
            .toList();
  }

  /**
   * Whether the rule is asked about an action. A denial for some QoS is one of requests; a message
   * that comes through a Subscription with another QoS is none of its business.
   */
  boolean isAbout(Action action) {
    return actions.contains(action)
        && (action != Action.RECEIVE || allow || delivery.equals(Delivery.ANY));
  }

  /** Whether it denies a message whose Subscription it does not deny. */
  boolean deniesOnlyReceiving() {
    return !allow && isAbout(Action.RECEIVE) && !isAbout(Action.SUBSCRIBE);
  }

  /** Whether this rule decides. */
  boolean appliesTo(Client client, String topicOrFilter, int asked) {
    if (!delivery.fits(asked)) {
      return false;
    }
    for (int i = 0; i < who.size(); i++) { // no iterator: this is the hot path
      if (!who.get(i).holds(client, !allow)) {
        return false;
      }
    }
    String clientId = client.clientId();
    String userName = client.userName();
    return allow
        ? topic.covers(topicOrFilter, clientId, userName)
        : topic.overlaps(topicOrFilter, clientId, userName);
  }

  /** The only user for whom the rule can apply, if there is only one. */
  @Nullable String onlyUser() {
    for (Condition condition : who) {
      if (condition.onlyUser() != null) {
        return condition.onlyUser();
      }
    }
    return null;
  }

  /** The text that {@link RuleParser#parse} reads; what is as by default is left out. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(allow ? "allow " : "deny ");
    text.append(RuleParser.words(actions));
    add(text, "topic=" + topic);
    who.forEach(condition -> add(text, condition.toString()));
    delivery.words().forEach(word -> add(text, word));
    if (priority != null) {
      add(text, "priority=" + priority);
    }
    return text.toString();
  }

  private static void add(StringBuilder text, String word) {
    boolean plain =
        word.chars().noneMatch(c -> Character.isWhitespace(c) || "\"';".indexOf(c) >= 0);
    text.append(' ').append(plain ? word : '"' + word.replace("\"", "\"'\"'\"") + '"');
  }
}
