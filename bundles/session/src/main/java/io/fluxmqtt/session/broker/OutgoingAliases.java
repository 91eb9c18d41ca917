package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.session.Connection;
import io.fluxmqtt.session.Packet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Topic Aliases that the broker has set on one Network Connection: from the first message on,
 * for topics that are long enough, the least recently used one replaced. Owned by the connection's
 * loop.
 *
 * <p>The client reads packets in the order in which they are asked for here, so an alias is set
 * only by a packet that is certain to be sent: one that the client's Maximum Packet Size allows. An
 * alias takes at most 4 bytes, with the length of the properties, and no topic that gets one is
 * shorter, so only the packet that sets it is larger for it; where that one is too large, the
 * message goes without.
 */
final class OutgoingAliases {
  private static final int MAX_BYTES_PER_CHAR = 3;

  private final int maximum;
  private final int minTopicBytes;
  private final Map<String, Integer> aliases = new LinkedHashMap<>(16, 0.75f, true); // by last use

  private OutgoingAliases(int maximum, int minTopicBytes) {
    this.maximum = maximum;
    this.minTopicBytes = minTopicBytes;
  }

  /**
   * The aliases of a new connection, or null if client or broker want none.
   *
   * @param clientMaximum the client's Topic Alias Maximum
   */
  static @Nullable OutgoingAliases of(int clientMaximum, BrokerSettings settings) {
    // [MQTT-3.1.2-26] [MQTT-3.1.2-27] [MQTT-3.3.2-11] never above what the client accepts
    int maximum = Math.min(clientMaximum, settings.outgoingTopicAliasMaximum());
    return maximum == 0
        ? null
        : new OutgoingAliases(maximum, settings.outgoingTopicAliasMinBytes());
  }

  /**
   * Sends a PUBLISH whose topic is long enough, with an alias where the client accepts the size;
   * returns whether it accepts that at all.
   */
  boolean publish(Packet.Publish publish, Connection connection) {
    String topic = publish.topic();
    Integer known = aliases.get(topic);
    if (known != null) {
      return connection.publish(aliased(publish, "", known));
    }
    int alias = free();
    if (connection.publish(aliased(publish, topic, alias))) {
      set(topic, alias);
      return true;
    }
    return connection.publish(publish);
  }

  private int free() {
    return aliases.size() < maximum ? aliases.size() + 1 : aliases.values().iterator().next();
  }

  /** The alias stands for another topic from now on; the eldest entry was its old one, if any. */
  private void set(String topic, int alias) {
    if (alias <= aliases.size()) {
      aliases.remove(aliases.keySet().iterator().next());
    }
    aliases.put(topic, alias);
  }

  /** Whether a topic gets an alias. */
  boolean isLongEnough(String topic) {
    if (topic.length() >= minTopicBytes) {
      return true;
    }
    return topic.length() * MAX_BYTES_PER_CHAR >= minTopicBytes
        && TopicFilter.utf8Bytes(topic) >= minTopicBytes;
  }

  private static Packet.Publish aliased(Packet.Publish publish, String topic, int alias) {
    return new Packet.Publish(
        topic,
        publish.payload(),
        publish.qos(),
        publish.dup(),
        publish.retain(),
        publish.packetId(),
        alias,
        publish.properties(),
        publish.subscriptionIdentifiers());
  }
}
