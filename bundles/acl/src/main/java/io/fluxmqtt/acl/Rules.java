package io.fluxmqtt.acl;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.util.Collection;
import java.util.function.Predicate;

/**
 * All rules at one time. The first one that applies, in the order of {@link Rule#ORDER}, decides.
 *
 * <p>That is sound for Topic Filters: if a rule allows a filter, it covers every topic of it, and
 * no denial before it touches any; so each topic of a granted filter would be allowed by itself.
 *
 * <p>If no rule applies the answer is to abstain, which leaves room for other authorizers and
 * denies if there are none. Without any rule it is to deny: the rules are then missing rather than
 * silent, and another authorizer must not decide alone where denials were thought to stand.
 *
 * <p>Immutable; deciding allocates nothing.
 */
final class Rules {
  /** No rules: everything is denied. */
  static final Rules NONE = new Rules(new Rule[0], new Rule[0]);

  private final Rule[] publish;
  private final Rule[] subscribe;

  private Rules(Rule[] publish, Rule[] subscribe) {
    this.publish = publish;
    this.subscribe = subscribe;
  }

  static Rules of(Collection<Rule> rules) {
    return new Rules(sorted(rules, Rule::publish), sorted(rules, Rule::subscribe));
  }

  private static Rule[] sorted(Collection<Rule> rules, Predicate<Rule> kind) {
    return rules.stream().filter(kind).sorted(Rule.ORDER).toArray(Rule[]::new);
  }

  Decision decide(Client client, Access access) {
    if (access instanceof Access.Publish asked) {
      return decide(publish, client, asked.topic());
    }
    if (access instanceof Access.Subscribe asked) {
      return decide(subscribe, client, asked.filter().filter()); // without any ShareName
    }
    return decide(subscribe, client, ((Access.Receive) access).topic());
  }

  private Decision decide(Rule[] rules, Client client, String topicOrFilter) {
    if (topicOrFilter.isEmpty() || (publish.length == 0 && subscribe.length == 0)) {
      return Decision.DENY;
    }
    for (Rule rule : rules) {
      if (rule.appliesTo(client, topicOrFilter)) {
        return rule.allow() ? Decision.ALLOW : Decision.DENY;
      }
    }
    return Decision.ABSTAIN;
  }
}
