package io.fluxmqtt.itests.blackbox.clients;

import io.fluxmqtt.itests.blackbox.clients.TestMessage.Properties;
import io.fluxmqtt.itests.kit.BrokerAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/** Eclipse Paho Java, MQTT 5.0. */
final class PahoV5Peer extends MqttPeer implements MqttCallback {
  private static final long PATIENCE = TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS);

  private final BrokerAddress broker;
  private MqttAsyncClient client;

  PahoV5Peer(BrokerAddress broker) {
    this.broker = broker;
  }

  @Override
  boolean connect(Login login) throws MqttException {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setAutomaticReconnect(false);
    options.setCleanStart(!login.persistent());
    options.setSessionExpiryInterval(login.persistent() ? (long) SESSION_EXPIRY_SECONDS : 0L);
    options.setKeepAliveInterval(login.keepAliveSeconds());
    options.setTopicAliasMaximum(login.aliases());
    if (login.will() != null) {
      MqttMessage will = message(login.will());
      options.setWill(login.will().topic(), will);
      options.setWillMessageProperties(will.getProperties());
    }
    client = new MqttAsyncClient(broker.uri(), login.clientId(), new MemoryPersistence());
    client.setCallback(this);
    IMqttToken token = client.connect(options);
    token.waitForCompletion(PATIENCE);
    return token.getSessionPresent();
  }

  @Override
  void subscribe(String filter, int qos, int identifier) throws MqttException {
    MqttProperties properties = new MqttProperties();
    if (identifier != 0) {
      properties.setSubscriptionIdentifier(identifier);
    }
    MqttSubscription[] subscriptions = {new MqttSubscription(filter, qos)};
    client.subscribe(subscriptions, null, null, properties).waitForCompletion(PATIENCE);
  }

  @Override
  void publish(TestMessage message) throws MqttException {
    client.publish(message.topic(), message(message)).waitForCompletion(PATIENCE);
  }

  @Override
  void disconnect() throws MqttException {
    client.disconnect().waitForCompletion(PATIENCE);
  }

  @Override
  public void close() throws MqttException {
    if (client != null && client.isConnected()) {
      client.disconnect(0).waitForCompletion(PATIENCE);
    }
    if (client != null) {
      client.close(true);
    }
  }

  private static MqttMessage message(TestMessage from) {
    MqttMessage message = new MqttMessage(from.payload(), from.qos(), from.retain(), null);
    MqttProperties to = new MqttProperties();
    Properties properties = from.properties();
    to.setContentType(properties.contentType());
    to.setResponseTopic(properties.responseTopic());
    if (properties.correlation() != null) {
      to.setCorrelationData(properties.correlation().getBytes(StandardCharsets.UTF_8));
    }
    if (properties.expirySeconds() >= 0) {
      to.setMessageExpiryInterval(properties.expirySeconds());
    }
    to.setUserProperties(
        properties.user().stream()
            .map(Properties::pair)
            .map(pair -> new UserProperty(pair[0], pair[1]))
            .toList());
    message.setProperties(to);
    return message;
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    MqttProperties from = message.getProperties();
    byte[] correlation = from.getCorrelationData();
    Long expiry = from.getMessageExpiryInterval();
    Properties properties =
        new Properties(
            from.getContentType(),
            from.getResponseTopic(),
            correlation == null ? null : new String(correlation, StandardCharsets.UTF_8),
            expiry == null ? -1 : expiry,
            from.getUserProperties().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .toList(),
            List.copyOf(from.getSubscriptionIdentifiers()));
    onMessage(
        TestMessage.of(topic, message.getPayload(), message.getQos(), message.isRetained())
            .with(properties));
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    onLost();
  }

  @Override
  public void mqttErrorOccurred(MqttException exception) {}

  @Override
  public void deliveryComplete(IMqttToken token) {}

  @Override
  public void connectComplete(boolean reconnect, String uri) {}

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {}
}
