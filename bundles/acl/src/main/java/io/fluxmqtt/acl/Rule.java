package io.fluxmqtt.acl;

import io.fluxmqtt.api.spi.access.Client;
import java.util.Comparator;

/**
 * One rule: who may, or may not, do what with which topics. An allowing rule applies to a Topic
 * Filter if its pattern covers all of it, a denying one if it overlaps with any of it.
 *
 * @param allow whether the rule grants; else it refuses
 * @param publish whether it is about publishing
 * @param subscribe whether it is about subscribing and receiving
 * @param loopbackOnly whether it is for clients on this machine only
 * @param priority higher ones are asked first
 */
record Rule(
    boolean allow,
    boolean publish,
    boolean subscribe,
    TopicPattern topic,
    Glob client,
    UserPattern user,
    boolean loopbackOnly,
    int priority) {
  /** Higher priorities first; of the same priority, denials first. */
  static final Comparator<Rule> ORDER =
      Comparator.comparingInt(Rule::priority).reversed().thenComparing(Rule::allow);

  /** Whether this rule decides. */
  boolean appliesTo(Client who, String topicOrFilter) {
    String clientId = who.clientId();
    String userName = who.userName();
    if ((loopbackOnly && !who.isLoopback())
        || !client.matches(clientId)
        || !user.matches(userName)) {
      return false;
    }
    return allow
        ? topic.covers(topicOrFilter, clientId, userName)
        : topic.overlaps(topicOrFilter, clientId, userName);
  }

  /** The text that {@link RuleParser#parse} reads; what is as by default is left out. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(allow ? "allow " : "deny ");
    text.append(publish && subscribe ? "both" : publish ? "publish" : "subscribe");
    add(text, "topic=" + topic);
    if (!client.equals(Glob.ANY)) {
      add(text, "client=" + client.pattern());
    }
    if (!user.equals(UserPattern.EVERYONE)) {
      add(text, "user=" + user.pattern());
    }
    if (loopbackOnly) {
      add(text, "from=loopback");
    }
    if (priority != 0) {
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
