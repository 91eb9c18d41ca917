package io.fluxmqtt.session;

import io.fluxmqtt.api.message.TopicFilter;

/**
 * How much one client of a listener may send at a time. Lengths are those of the UTF-8 form.
 *
 * @param packetMaxBytes the largest MQTT Control Packet
 * @param connectTimeoutMillis time from accept to a complete CONNECT
 * @param clientIdMaxBytes the longest Client Identifier
 * @param topicMaxBytes the longest Topic Name or Topic Filter
 * @param topicMaxLevels levels of a Topic Name or Topic Filter, at most {@link
 *     TopicFilter#MAX_LEVELS}
 * @param filtersPerPacketMax Topic Filters in one SUBSCRIBE or UNSUBSCRIBE
 * @param userPropertiesMax User Properties in one packet, a Will's counted on their own
 * @param userPropertiesMaxBytes names and values of these together
 */
public record Limits(
    int packetMaxBytes,
    long connectTimeoutMillis,
    int clientIdMaxBytes,
    int topicMaxBytes,
    int topicMaxLevels,
    int filtersPerPacketMax,
    int userPropertiesMax,
    int userPropertiesMaxBytes) {
  /** The longest string that MQTT can say, in bytes. */
  public static final int MAX_STRING = 65_535;

  /** Limits of packet and time; else no more than MQTT's own. */
  public static Limits of(int packetMaxBytes, long connectTimeoutMillis) {
    return new Limits(
        packetMaxBytes,
        connectTimeoutMillis,
        MAX_STRING,
        MAX_STRING,
        TopicFilter.MAX_LEVELS,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE);
  }

  /** Whether a Topic Name or Topic Filter is within the limits, valid or not. */
  public boolean allowTopic(String topic) {
    return within(topic, topicMaxBytes)
        && (topic.length() < topicMaxLevels || TopicFilter.levels(topic) <= topicMaxLevels);
  }

  /** Whether a Client Identifier is within the limit. */
  public boolean allowClientId(String clientId) {
    return within(clientId, clientIdMaxBytes);
  }

  private static boolean within(String text, int maxBytes) {
    return text.length() * 3L <= maxBytes || TopicFilter.utf8Bytes(text) <= maxBytes;
  }
}
