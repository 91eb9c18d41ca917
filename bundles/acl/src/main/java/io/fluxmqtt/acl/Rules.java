package io.fluxmqtt.acl;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.access.Ruling;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All rules at one time. The first one that applies, in the order of {@link Entry#ORDER}, decides.
 *
 * <p>That is sound for Topic Filters: if a rule allows a filter, it covers every topic of it, and
 * no denial before it touches any; so each topic of a granted filter would be allowed by itself. A
 * filter that only several rules together cover is not granted. What a rule about receiving alone
 * denies does not hinder a Subscription; it is asked of each message.
 *
 * <p>If no rule applies the answer is to abstain, which leaves room for other authorizers and
 * denies if there are none. Without any rule it is to deny: the rules are then missing rather than
 * silent, and another authorizer must not decide alone where denials were thought to stand.
 *
 * <p>Immutable; deciding allocates nothing, see {@link Condition}.
 */
final class Rules {
  /** No rules: everything is denied. */
  static final Rules NONE = denial("there are no rules: all is denied");

  private static final String SILENCE = "no rule applies: denied by default";

  private final RuleList publish;
  private final RuleList subscribe;
  private final RuleList receive;
  private final @Nullable String denial; // why all is denied, if it is
  private final boolean asksReceive;

  private Rules(Collection<Entry> entries, @Nullable String denial) {
    publish = new RuleList(entries, Action.PUBLISH);
    subscribe = new RuleList(entries, Action.SUBSCRIBE);
    receive = new RuleList(entries, Action.RECEIVE);
    this.denial = denial;
    this.asksReceive = entries.stream().map(Entry::rule).anyMatch(Rule::deniesOnlyReceiving);
  }

  static Rules of(Collection<Entry> entries) {
    return entries.isEmpty() ? NONE : new Rules(entries, null);
  }

  /** Everything is denied, for a reason. */
  static Rules denial(String reason) {
    return new Rules(List.of(), reason);
  }

  /**
   * Whether a message may be denied to who may subscribe to it: only a rule that denies receiving
   * alone does so, for each other that would apply refuses the Subscription.
   */
  boolean asksReceive() {
    return asksReceive;
  }

  Decision decide(Client client, Access access) {
    if (denial != null || topic(access).isEmpty()) {
      return Decision.DENY;
    }
    Entry entry = find(client, access);
    if (entry == null) {
      return Decision.ABSTAIN;
    }
    return entry.rule().allow() ? Decision.ALLOW : Decision.DENY;
  }

  /** As {@link #decide}, with what decided. */
  Ruling explain(Client client, Access access) {
    Decision decision = decide(client, access);
    if (denial != null) {
      return new Ruling(decision, denial);
    }
    Entry entry = topic(access).isEmpty() ? null : find(client, access);
    return new Ruling(decision, entry == null ? SILENCE : entry.toString());
  }

  private @Nullable Entry find(Client client, Access access) {
    RuleList asked =
        access instanceof Access.Publish
            ? publish
            : access instanceof Access.Subscribe ? subscribe : receive;
    return asked.find(client, topic(access), Delivery.bit(access));
  }

  private static String topic(Access access) {
    if (access instanceof Access.Publish asked) {
      return asked.topic();
    }
    if (access instanceof Access.Subscribe asked) {
      return asked.filter().filter(); // without any ShareName
    }
    return ((Access.Receive) access).topic();
  }
}
