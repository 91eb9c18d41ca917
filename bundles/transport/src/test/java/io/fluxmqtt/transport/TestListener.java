package io.fluxmqtt.transport;

import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.netty.handler.codec.mqtt.MqttDecoder;
import java.nio.file.Path;
import java.util.Map;

/** The terms of a listener, read as its configuration: what is not named has its default. */
record TestListener(ListenerSettings settings) {
  static TestListener of(Map<String, Object> properties) {
    return new TestListener(
        ListenerSettings.of(
            new Settings("io.fluxmqtt.listener~test", properties, ListenerComponent.Config.class),
            Path.of("")));
  }

  ListenerProfile profile() {
    return settings.profile(true);
  }

  /** The first handler of a connection, as {@link Door} makes it. */
  FrameDecoder frames() {
    return new FrameDecoder(profile().limits(), new RecentTopics());
  }

  /** What {@link SharedDecoder} has. */
  MqttDecoder decoder() {
    return new MqttDecoder(profile().limits().packetMaxBytes(), Limits.MAX_STRING);
  }
}
