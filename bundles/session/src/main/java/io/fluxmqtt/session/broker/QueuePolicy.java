package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.TopicFilter;
import java.util.List;

/**
 * The limits of one client's queue.
 *
 * @param general for what no topic rule is for
 * @param byTopic the first that fits decides
 */
record QueuePolicy(QueueLimits general, List<ForTopics> byTopic) {
  /** Limits for some of what waits. */
  record ForTopics(List<String> filters, QueueLimits limits) {}

  /** What counts for a message of this topic. */
  QueueLimits of(String topic) {
    for (int i = 0; i < byTopic.size(); i++) {
      ForTopics candidate = byTopic.get(i);
      for (String filter : candidate.filters()) {
        if (TopicFilter.matches(filter, topic)) {
          return candidate.limits();
        }
      }
    }
    return general;
  }

  /** As {@link QueueLimits#room}, of the message for which there is most. */
  long room(int messages, long bytes, boolean connected, boolean inStore, long margin) {
    long most = general.room(messages, bytes, connected, inStore, margin);
    for (int i = 0; i < byTopic.size(); i++) {
      QueueLimits limits = byTopic.get(i).limits();
      most = Math.max(most, limits.room(messages, bytes, connected, inStore, margin));
    }
    return most;
  }
}
