package io.fluxmqtt.transport;

import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.ProtocolVersion;
import io.netty.handler.codec.mqtt.MqttDecoder;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;

/** The terms of a listener, read as its configuration: what is not named has its default. */
record TestListener(ListenerSettings settings) {
  static TestListener of(Map<String, Object> properties) {
    return new TestListener(
        ListenerSettings.of(
            new Settings("io.fluxmqtt.listener~test", properties, ListenerConfig.class),
            Path.of("")));
  }

  /** A TCP listener with terms of its own. */
  static ListenerSettings settings(String host, int port, int max, ListenerProfile terms) {
    return new ListenerSettings(
        ListenerSettings.Type.TCP,
        host,
        port,
        100,
        Admission.of(max),
        new BindAddress.SocketFile(Path.of("/"), 0),
        ProxyTerms.OFF,
        null,
        WebTerms.STANDARD,
        EnumSet.allOf(ProtocolVersion.class),
        ClientRates.NONE,
        terms);
  }

  ListenerProfile profile() {
    return settings.terms().reachable(true);
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
