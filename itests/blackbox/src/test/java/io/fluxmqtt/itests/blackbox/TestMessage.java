package io.fluxmqtt.itests.blackbox;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An Application Message as a client sends or gets it; the properties of 5.0 may be null or empty.
 *
 * @param expirySeconds Message Expiry Interval, or -1
 * @param userProperties each as {@code name=value}
 * @param subscriptionIds as received
 */
record TestMessage(
    String topic,
    byte[] payload,
    int qos,
    boolean retain,
    String contentType,
    String responseTopic,
    String correlation,
    long expirySeconds,
    List<String> userProperties,
    List<Integer> subscriptionIds) {
  static TestMessage of(String topic, String text, int qos) {
    return of(topic, text.getBytes(StandardCharsets.UTF_8), qos, false);
  }

  static TestMessage of(String topic, byte[] payload, int qos, boolean retain) {
    return new TestMessage(topic, payload, qos, retain, null, null, null, -1, List.of(), List.of());
  }

  static TestMessage retained(String topic, String text, int qos) {
    return of(topic, text.getBytes(StandardCharsets.UTF_8), qos, true);
  }

  String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }
}
