package io.fluxmqtt.itests.blackbox.clients;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import io.fluxmqtt.itests.kit.BrokerAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The HiveMQ MQTT client, MQTT 3.1.1. */
final class HiveMqV3Peer extends MqttPeer {
  private final BrokerAddress broker;
  private Mqtt3AsyncClient client;

  HiveMqV3Peer(BrokerAddress broker) {
    this.broker = broker;
  }

  @Override
  boolean connect(Login login) throws Exception {
    client =
        MqttClient.builder()
            .useMqttVersion3()
            .identifier(login.clientId())
            .serverHost(broker.host())
            .serverPort(broker.port())
            .addDisconnectedListener(context -> onLost())
            .buildAsync();
    client.publishes(MqttGlobalPublishFilter.ALL, this::received);
    var connect =
        client.connectWith().cleanSession(!login.persistent()).keepAlive(login.keepAliveSeconds());
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

  private static Mqtt3Publish packet(TestMessage from) {
    return Mqtt3Publish.builder()
        .topic(from.topic())
        .payload(from.payload())
        .qos(MqttQos.fromCode(from.qos()))
        .retain(from.retain())
        .build();
  }

  private void received(Mqtt3Publish publish) {
    onMessage(
        TestMessage.of(
            publish.getTopic().toString(),
            publish.getPayloadAsBytes(),
            publish.getQos().getCode(),
            publish.isRetain()));
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
