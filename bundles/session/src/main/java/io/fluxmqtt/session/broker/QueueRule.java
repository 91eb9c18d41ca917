package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Limits of their own for the queues of some clients, or for some of what waits in them.
 *
 * @param name for logs
 * @param priority of the rules that apply to a message, the one with the highest priority decides
 * @param clients patterns of Client Identifiers, in which {@code *} stands for any characters, also
 *     none, and {@code ?} for exactly one
 * @param topics the Topic Filters of the messages that it is for; none for all messages
 * @param overflow what happens beyond the limits; null as for everybody
 * @param maxMessages how many may wait when a message comes; 0 as for everybody
 * @param maxBytes the same in bytes; 0 as for everybody
 * @param spillMaxBytes what may wait on disk, in bytes; 0 as for everybody
 */
public record QueueRule(
    String name,
    int priority,
    List<String> clients,
    List<String> topics,
    @Nullable Overflow overflow,
    int maxMessages,
    long maxBytes,
    long spillMaxBytes) {
  /** Copies the lists. */
  public QueueRule {
    clients = List.copyOf(clients);
    topics = List.copyOf(topics);
    for (String topic : topics) {
      if (!TopicFilter.isValidFilter(topic)) {
        throw new IllegalArgumentException("'" + topic + "' is not a valid Topic Filter");
      }
    }
  }

  /** Whether a client is one of those that it is for. */
  boolean isFor(String clientId) {
    return clients.stream().anyMatch(pattern -> fits(pattern, clientId));
  }

  /** Its limits; the general ones where it does not say. */
  QueueLimits over(QueueLimits general) {
    return new QueueLimits(
        overflow == null ? general.overflow() : overflow,
        maxMessages == 0 ? general.maxMessages() : maxMessages,
        maxBytes == 0 ? general.maxBytes() : maxBytes,
        spillMaxBytes == 0 ? general.spillMaxBytes() : spillMaxBytes);
  }

  private static boolean fits(String pattern, String clientId) {
    StringBuilder expression = new StringBuilder();
    pattern
        .codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '*' -> expression.append(".*");
                case '?' -> expression.append('.');
                default -> expression.append(Pattern.quote(Character.toString(point)));
              }
            });
    return Pattern.compile(expression.toString(), Pattern.DOTALL).matcher(clientId).matches();
  }
}
