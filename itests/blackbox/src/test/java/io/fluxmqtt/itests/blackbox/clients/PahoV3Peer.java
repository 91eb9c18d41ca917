package io.fluxmqtt.itests.blackbox.clients;

import io.fluxmqtt.itests.kit.BrokerAddress;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Eclipse Paho Java, MQTT 3.1.1. */
final class PahoV3Peer extends MqttPeer implements MqttCallback {
  private static final int MAX_IN_FLIGHT = 1_000;

  private final BrokerAddress broker;
  private MqttClient client;

  PahoV3Peer(BrokerAddress broker) {
    this.broker = broker;
  }

  @Override
  boolean connect(Login login) throws MqttException {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setCleanSession(!login.persistent());
    // It tells the end of a flow before it stops counting it; on a busy machine those add up to 10.
    options.setMaxInflight(MAX_IN_FLIGHT);
    options.setKeepAliveInterval(login.keepAliveSeconds());
    TestMessage will = login.will();
    if (will != null) {
      options.setWill(will.topic(), will.payload(), will.qos(), will.retain());
    }
    client = new MqttClient(broker.uri(), login.clientId(), new MemoryPersistence());
    client.setTimeToWait(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    client.setCallback(this);
    return client.connectWithResult(options).getSessionPresent();
  }

  @Override
  void subscribe(String filter, int qos, int identifier) throws MqttException {
    client.subscribe(filter, qos);
  }

  @Override
  void publish(TestMessage message) throws MqttException {
    client.publish(message.topic(), message.payload(), message.qos(), message.retain());
  }

  @Override
  void disconnect() throws MqttException {
    client.disconnect();
  }

  @Override
  public void close() throws MqttException {
    if (client != null && client.isConnected()) {
      client.disconnect(0);
    }
    if (client != null) {
      client.close(true);
    }
  }

  @Override
  public void connectionLost(Throwable cause) {
    onLost();
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    onMessage(TestMessage.of(topic, message.getPayload(), message.getQos(), message.isRetained()));
  }

  @Override
  public void deliveryComplete(IMqttDeliveryToken token) {}
}
