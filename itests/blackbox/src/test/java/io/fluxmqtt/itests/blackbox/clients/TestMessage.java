package io.fluxmqtt.itests.blackbox.clients;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** An Application Message as a client sends or gets it. */
record TestMessage(String topic, byte[] payload, int qos, boolean retain, Properties properties) {
  /**
   * What MQTT 5.0 adds; any of the first three may be null.
   *
   * @param expirySeconds Message Expiry Interval, or -1
   * @param user each as {@code name=value}
   * @param subscriptionIds as received
   */
  record Properties(
      String contentType,
      String responseTopic,
      String correlation,
      long expirySeconds,
      List<String> user,
      List<Integer> subscriptionIds) {
    static final Properties NONE = new Properties(null, null, null, -1, List.of(), List.of());

    static Properties expiry(long seconds) {
      return new Properties(null, null, null, seconds, List.of(), List.of());
    }

    /** Name and value. */
    static String[] pair(String userProperty) {
      return userProperty.split("=", 2);
    }
  }

  static TestMessage of(String topic, String text, int qos) {
    return of(topic, text.getBytes(StandardCharsets.UTF_8), qos, false);
  }

  static TestMessage of(String topic, byte[] payload, int qos, boolean retain) {
    return new TestMessage(topic, payload, qos, retain, Properties.NONE);
  }

  static TestMessage retained(String topic, String text, int qos) {
    return of(topic, text.getBytes(StandardCharsets.UTF_8), qos, true);
  }

  TestMessage with(Properties replacement) {
    return new TestMessage(topic, payload, qos, retain, replacement);
  }

  String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }
}
