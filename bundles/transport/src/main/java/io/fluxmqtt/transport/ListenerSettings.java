package io.fluxmqtt.transport;

import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.session.ListenerProfile;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the configuration of one listener says; see {@link ListenerComponent.Config} for the keys.
 */
record ListenerSettings(
    String name,
    String host,
    int port,
    int backlog,
    int connectionsMax,
    int packetMaxBytes,
    int connectTimeoutSeconds,
    List<String> authenticators,
    boolean allowAnonymousRemote) {

  /** The kinds of listener there are. */
  enum Type {
    TCP
  }

  private static final int MAX_PORT = 65_535;
  private static final int MIN_PACKET_BYTES = 64;

  /**
   * Reads a configuration.
   *
   * @throws io.fluxmqtt.api.config.SettingException if a value cannot be used
   */
  static ListenerSettings of(Settings settings) {
    settings.choice("type", Type.class);
    String host = settings.text("host");
    if (host.isEmpty()) {
      throw settings.error("host", "is empty; set an address of this machine, or * for all");
    }
    return new ListenerSettings(
        settings.name(),
        host,
        settings.integer("port", 0, MAX_PORT),
        settings.integer("backlog", 1, MAX_PORT),
        settings.integer("connectionsMax", 1, Integer.MAX_VALUE),
        settings.integer("packetMaxBytes", MIN_PACKET_BYTES, 1 + 4 + Wire.MAX_VARIABLE),
        settings.integer("connectTimeoutSeconds", 1, 3600),
        settings.list("authenticators"),
        settings.flag("allowAnonymousRemote"));
  }

  /** What the session manager is told of it. */
  ListenerProfile profile(boolean loopbackOnly) {
    return new ListenerProfile(
        name,
        loopbackOnly,
        allowAnonymousRemote,
        authenticators,
        packetMaxBytes,
        TimeUnit.SECONDS.toMillis(connectTimeoutSeconds));
  }

  /** Whether the same socket serves both. */
  boolean hasSameSocketAs(ListenerSettings other) {
    return host.equals(other.host) && port == other.port && backlog == other.backlog;
  }
}
