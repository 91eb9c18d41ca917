package io.fluxmqtt.itests.blackbox.clients;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserPropertiesBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.fluxmqtt.itests.blackbox.clients.TestMessage.Properties;
import io.fluxmqtt.itests.kit.BrokerAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The HiveMQ MQTT client, MQTT 5.0. It keeps Subscription Identifiers to itself. */
final class HiveMqV5Peer extends MqttPeer {
  private final BrokerAddress broker;
  private Mqtt5AsyncClient client;

  HiveMqV5Peer(BrokerAddress broker) {
    this.broker = broker;
  }

  @Override
  boolean connect(Login login) throws Exception {
    client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(login.clientId())
            .serverHost(broker.host())
            .serverPort(broker.port())
            .addDisconnectedListener(context -> onLost())
            .buildAsync();
    client.publishes(MqttGlobalPublishFilter.ALL, this::received);
    var connect =
        client
            .connectWith()
            .cleanStart(!login.persistent())
            .sessionExpiryInterval(login.persistent() ? SESSION_EXPIRY_SECONDS : 0)
            .keepAlive(login.keepAliveSeconds())
            .restrictions()
            .topicAliasMaximum(login.aliases())
            .applyRestrictions();
    if (login.will() != null) {
      connect = connect.willPublish(packet(login.will()));
    }
    return await(connect.send()).isSessionPresent();
  }

  @Override
  void subscribe(String filter, int qos, int identifier) throws Exception {
    await(client.subscribeWith().topicFilter(filter).qos(MqttQos.fromCode(qos)).send());
  }

  @Override
  void publish(TestMessage message) throws Exception {
    await(client.publish(packet(message)));
  }

  @Override
  void disconnect() throws Exception {
    await(client.disconnect());
  }

  @Override
  public void close() throws Exception {
    if (client != null && client.getState().isConnected()) {
      disconnect();
    }
  }

  private static Mqtt5Publish packet(TestMessage from) {
    Properties properties = from.properties();
    Mqtt5UserPropertiesBuilder user = Mqtt5UserProperties.builder();
    for (String each : properties.user()) {
      String[] pair = Properties.pair(each);
      user = user.add(pair[0], pair[1]);
    }
    var publish =
        Mqtt5Publish.builder()
            .topic(from.topic())
            .payload(from.payload())
            .qos(MqttQos.fromCode(from.qos()))
            .retain(from.retain())
            .contentType(properties.contentType())
            .responseTopic(properties.responseTopic())
            .userProperties(user.build());
    if (properties.correlation() != null) {
      byte[] correlation = properties.correlation().getBytes(StandardCharsets.UTF_8);
      publish = publish.correlationData(correlation);
    }
    if (properties.expirySeconds() >= 0) {
      publish = publish.messageExpiryInterval(properties.expirySeconds());
    }
    return publish.build();
  }

  private void received(Mqtt5Publish publish) {
    Properties properties =
        new Properties(
            publish.getContentType().map(MqttUtf8String::toString).orElse(null),
            publish.getResponseTopic().map(Object::toString).orElse(null),
            publish.getCorrelationData().map(HiveMqV5Peer::text).orElse(null),
            publish.getMessageExpiryInterval().orElse(-1),
            publish.getUserProperties().asList().stream()
                .map(each -> each.getName() + "=" + each.getValue())
                .toList(),
            List.of());
    onMessage(
        TestMessage.of(
                publish.getTopic().toString(),
                publish.getPayloadAsBytes(),
                publish.getQos().getCode(),
                publish.isRetain())
            .with(properties));
  }

  private static String text(ByteBuffer buffer) {
    return StandardCharsets.UTF_8.decode(buffer.duplicate()).toString();
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
