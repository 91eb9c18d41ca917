package io.fluxmqtt.transport;

import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Checks;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.ReasonStrings;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.ResponseInformation;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration of one listener says; see {@link ListenerComponent.Config} for the keys.
 *
 * @param tls the certificates and rules of encryption; null without
 * @param terms what its clients are given, at an address that is not known yet
 */
record ListenerSettings(
    Type type,
    String host,
    int port,
    int backlog,
    int connectionsMax,
    @Nullable TlsSettings tls,
    ListenerProfile terms) {

  /** The kinds of listener there are. */
  enum Type {
    TCP,
    TLS;

    /** Such as {@code tcp}, in configurations and addresses. */
    String scheme() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** What TLS clients may ask for by ALPN; null where there is no TLS. */
    @Nullable String applicationProtocol() {
      return switch (this) {
        case TCP -> null;
        case TLS -> "mqtt";
      };
    }
  }

  /** What happens when a client sends more than its Receive Maximum. */
  enum Excess {
    DISCONNECT,
    WARN
  }

  /** Where clients are sent. */
  enum Direction {
    NONE,
    USE_ANOTHER_SERVER,
    SERVER_MOVED
  }

  private static final int MAX_PORT = 65_535;
  private static final int MIN_PACKET_BYTES = 64;
  private static final int MAX_PACKET_BYTES = 1 + 4 + Wire.MAX_VARIABLE;

  /** What a client identifier may always have [MQTT-3.1.3-5]. */
  private static final int MIN_CLIENT_ID_BYTES = 23;

  /**
   * Reads a configuration.
   *
   * @param etc the folder where relative paths begin
   * @throws io.fluxmqtt.api.config.SettingException if a value cannot be used
   */
  static ListenerSettings of(Settings settings, Path etc) {
    Type type = settings.choice("type", Type.class);
    String protocol = type.applicationProtocol();
    String host = settings.text("host");
    if (host.isEmpty()) {
      throw settings.error("host", "is empty; set an address of this machine, or * for all");
    }
    ListenerProfile terms =
        new ListenerProfile(
            settings.name(),
            false,
            settings.flag("allowAnonymousRemote"),
            settings.list("authenticators"),
            limits(settings),
            capabilities(settings),
            new Checks(
                settings.choice("receiveMaximumExceeded", Excess.class) == Excess.DISCONNECT,
                settings.flag("payloadFormatCheck")),
            settings.choice("reasonStrings", ReasonStrings.class),
            responseInformation(settings),
            redirect(settings));
    return new ListenerSettings(
        type,
        host,
        settings.integer("port", 0, MAX_PORT),
        settings.integer("backlog", 1, MAX_PORT),
        settings.integer("connectionsMax", 1, Integer.MAX_VALUE),
        protocol == null ? null : TlsSettings.of(settings, etc, protocol),
        terms);
  }

  private static Limits limits(Settings settings) {
    return new Limits(
        settings.integer("packetMaxBytes", MIN_PACKET_BYTES, MAX_PACKET_BYTES),
        TimeUnit.SECONDS.toMillis(settings.integer("connectTimeoutSeconds", 1, 3600)),
        settings.integer("clientIdMaxBytes", MIN_CLIENT_ID_BYTES, Limits.MAX_STRING),
        settings.integer("topicMaxBytes", 1, Limits.MAX_STRING),
        settings.integer("topicMaxLevels", 1, TopicFilter.MAX_LEVELS),
        settings.integer("filtersPerPacketMax", 1, MAX_PACKET_BYTES),
        settings.integer("userPropertiesMax", 0, MAX_PACKET_BYTES),
        settings.integer("userPropertiesMaxBytes", 0, MAX_PACKET_BYTES));
  }

  private static Capabilities capabilities(Settings settings) {
    return new Capabilities(
        settings.flag("wildcardSubscriptions"),
        settings.flag("sharedSubscriptions"),
        settings.flag("subscriptionIdentifiers"),
        settings.flag("retain"),
        QoS.of(settings.integer("maximumQos", 0, 2)));
  }

  private static ResponseInformation responseInformation(Settings settings) {
    try {
      return new ResponseInformation(settings.text("responseInformation"));
    } catch (IllegalArgumentException e) {
      throw settings.error("responseInformation", String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable Redirect redirect(Settings settings) {
    String to = settings.text("serverReference");
    ReasonCode reason =
        switch (settings.choice("redirect", Direction.class)) {
          case NONE -> null;
          case USE_ANOTHER_SERVER -> ReasonCode.USE_ANOTHER_SERVER;
          case SERVER_MOVED -> ReasonCode.SERVER_MOVED;
        };
    try { // a bad reference is refused before it is needed
      Redirect redirect =
          new Redirect(
              reason == null ? ReasonCode.USE_ANOTHER_SERVER : reason, to.isEmpty() ? null : to);
      return reason == null ? null : redirect;
    } catch (IllegalArgumentException e) {
      throw settings.error("serverReference", String.valueOf(e.getMessage()));
    }
  }

  /** Where clients find it, given its host and port. */
  String uri(String authority) {
    return type.scheme() + "://" + authority;
  }

  /** The same for the host and port that are configured. */
  String uri() {
    return uri("%s:%d".formatted(host.indexOf(':') < 0 ? host : "[" + host + "]", port));
  }

  String name() {
    return terms.name();
  }

  /** What the session manager is told of it. */
  ListenerProfile profile(boolean loopbackOnly) {
    return terms.reachable(loopbackOnly);
  }

  /** Whether the same socket serves both. */
  boolean hasSameSocketAs(ListenerSettings other) {
    return type == other.type
        && host.equals(other.host)
        && port == other.port
        && backlog == other.backlog;
  }
}
