package io.fluxmqtt.session.broker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Whose queue has which limits. Immutable; made anew when the settings change. */
final class QueuePolicies {
  private final QueueLimits general;
  private final QueuePolicy everybody;
  private final List<QueueRule> rules; // what decides first is first

  private QueuePolicies(QueueLimits general, List<QueueRule> rules) {
    this.general = general;
    this.everybody = new QueuePolicy(general, List.of());
    this.rules = rules;
  }

  static QueuePolicies of(BrokerSettings settings) {
    List<QueueRule> rules =
        settings.queueRules().stream()
            .sorted(
                Comparator.comparingInt(QueueRule::priority)
                    .reversed()
                    .thenComparing(QueueRule::name))
            .toList();
    return new QueuePolicies(
        new QueueLimits(
            settings.overflow(),
            settings.queueMaxMessages(),
            settings.queueMaxBytes(),
            settings.spillMaxBytes()),
        rules);
  }

  QueuePolicy forClient(String clientId) {
    QueueLimits others = general;
    List<QueuePolicy.ForTopics> byTopic = new ArrayList<>(0);
    for (QueueRule rule : rules) {
      if (!rule.isFor(clientId)) {
        continue;
      }
      if (rule.topics().isEmpty()) {
        others = rule.over(general);
        break; // it decides whatever comes to it
      }
      byTopic.add(new QueuePolicy.ForTopics(rule.topics(), rule.over(general)));
    }
    return byTopic.isEmpty() && others == general
        ? everybody
        : new QueuePolicy(others, List.copyOf(byTopic));
  }
}
