package io.fluxmqtt.session.routing;

import io.fluxmqtt.api.message.QoS;

/**
 * What a Subscription was granted: its Subscription Options and its identifier (MQTT 5.0, section
 * 3.8.3.1).
 *
 * @param qos the highest QoS at which messages are sent
 * @param noLocal whether the subscriber's own messages are left out
 * @param retainAsPublished whether the RETAIN flag is passed on as it was published
 * @param identifier the Subscription Identifier, 1 to 268,435,455, or 0 for none
 */
public record Grant(QoS qos, boolean noLocal, boolean retainAsPublished, int identifier) {
  private static final Grant[] WITHOUT_IDENTIFIER = withoutIdentifier();

  /** One for all who were granted the same, as long as there is no identifier. */
  public static Grant of(QoS qos, boolean noLocal, boolean retainAsPublished, int identifier) {
    return identifier == 0
        ? WITHOUT_IDENTIFIER[index(qos, noLocal, retainAsPublished)]
        : new Grant(qos, noLocal, retainAsPublished, identifier);
  }

  private static int index(QoS qos, boolean noLocal, boolean retainAsPublished) {
    return qos.level() << 2 | (noLocal ? 2 : 0) | (retainAsPublished ? 1 : 0);
  }

  private static Grant[] withoutIdentifier() {
    Grant[] grants = new Grant[QoS.values().length << 2];
    for (int i = 0; i < grants.length; i++) {
      grants[i] = new Grant(QoS.of(i >> 2), (i & 2) != 0, (i & 1) != 0, 0);
    }
    return grants;
  }
}
