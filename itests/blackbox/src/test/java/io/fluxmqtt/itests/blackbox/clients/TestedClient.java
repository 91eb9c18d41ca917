package io.fluxmqtt.itests.blackbox.clients;

import static io.fluxmqtt.itests.blackbox.clients.Ability.SUBSCRIPTION_IDENTIFIER;
import static io.fluxmqtt.itests.blackbox.clients.Ability.TOPIC_ALIAS;

import io.fluxmqtt.itests.kit.BrokerAddress;
import java.util.Map;

/** The clients of the matrix, each with the version of MQTT that it speaks. */
enum TestedClient {
  PAHO_JAVA_311("Paho Java", 4, PahoV3Peer::new),
  PAHO_JAVA_5(
      "Paho Java",
      5,
      PahoV5Peer::new,
      Map.of(TOPIC_ALIAS, "1.2.5 takes the empty topic for a new name of the alias")),
  HIVEMQ_311("HiveMQ client", 4, HiveMqV3Peer::new),
  HIVEMQ_5(
      "HiveMQ client",
      5,
      HiveMqV5Peer::new,
      Map.of(SUBSCRIPTION_IDENTIFIER, "it uses them inside and shows them to nobody")),
  PAHO_PYTHON_311("Paho Python", 4, PahoPython::v311),
  PAHO_PYTHON_5(
      "Paho Python",
      5,
      PahoPython::v5,
      Map.of(TOPIC_ALIAS, "it leaves the empty topic to the application")),
  MQTT_JS_311("MQTT.js", 4, MqttJs::v311),
  MQTT_JS_5("MQTT.js", 5, MqttJs::v5),
  MOSQUITTO_311("mosquitto_sub and _pub", 4, MosquittoPeer::v311),
  MOSQUITTO_5(
      "mosquitto_sub and _pub",
      5,
      MosquittoPeer::v5,
      Map.of(TOPIC_ALIAS, "libmosquitto 2.0 takes an empty topic for a protocol error")),
  EMBEDDED("embedded style", 4, EmbeddedPeer::new);

  /** Makes a client that is not connected yet; skips the test where its program is missing. */
  private interface Maker {
    MqttPeer make(BrokerAddress broker) throws Exception;
  }

  private final String title;
  private final int version;
  private final Maker maker;
  private final Map<Ability, String> lacks;

  TestedClient(String title, int version, Maker maker) {
    this(title, version, maker, Map.of());
  }

  TestedClient(String title, int version, Maker maker, Map<Ability, String> lacks) {
    this.title = title;
    this.version = version;
    this.maker = maker;
    this.lacks = lacks;
  }

  boolean speaks5() {
    return version == 5;
  }

  MqttPeer peer(BrokerAddress broker) throws Exception {
    return maker.make(broker);
  }

  /** Whether it can do this; if not, it prints why. */
  boolean isAble(Ability ability) {
    String reason = lacks.get(ability);
    if (reason != null) {
      System.out.println(this + " cannot do " + ability + ": " + reason);
    }
    return reason == null;
  }

  @Override
  public String toString() {
    return title + ", MQTT " + (speaks5() ? "5.0" : "3.1.1");
  }
}
