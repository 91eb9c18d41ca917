package io.fluxmqtt.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Checks;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ReasonStrings;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.ResponseInformation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration of one listener says; see {@link ListenerConfig} for the keys.
 *
 * @param admission whose connections it takes
 * @param socketFile where it is, if that is a Unix domain socket
 * @param proxy whether a proxy says whose connections they are
 * @param tls the certificates and rules of encryption; null without
 * @param web who may open a WebSocket, where that is the type
 * @param versions what its clients may speak
 * @param rates how fast its clients may send
 * @param terms what its clients are given, at an address that is not known yet
 */
record ListenerSettings(
    Type type,
    String host,
    int port,
    int backlog,
    Admission admission,
    BindAddress.SocketFile socketFile,
    ProxyTerms proxy,
    @Nullable TlsSettings tls,
    WebTerms web,
    Set<ProtocolVersion> versions,
    ClientRates rates,
    ListenerProfile terms) {

  /** The kinds of listener there are. */
  enum Type {
    TCP,
    TLS,
    WS,
    WSS,
    UNIX;

    /** Such as {@code tcp}, in configurations and addresses. */
    String scheme() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean isWeb() {
      return this == WS || this == WSS;
    }

    /** What TLS clients may ask for by ALPN; null where there is no TLS. */
    @Nullable String applicationProtocol() {
      return switch (this) {
        case TCP, WS, UNIX -> null;
        case TLS -> "mqtt";
        case WSS -> "http/1.1";
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

  private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7E&&[^?#]]{0,1000}");
  private static final Pattern ORIGIN =
      Pattern.compile("\\*|null|[A-Za-z][A-Za-z0-9+.-]*://[\\x21-\\x7E&&[^/?#,]]+");
  private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");

  /** What the address of a socket has room for, less the byte that ends it. */
  private static final int MAX_SOCKET_PATH_BYTES = 107;

  private static final int MAX_RATE = 1_000_000;
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
        new Admission(
            settings.integer("connectionsMax", 1, Integer.MAX_VALUE),
            settings.integer("connectionsPerSecondMax", 0, MAX_RATE),
            ranges(settings, "addressesAllowed", type)),
        socketFile(settings, type),
        new ProxyTerms(proxyProtocol(settings, type), ranges(settings, "proxyTrusted", Type.TCP)),
        protocol == null ? null : TlsSettings.of(settings, etc, protocol),
        web(settings),
        versions(settings),
        rates(settings),
        terms);
  }

  private static AddressRanges ranges(Settings settings, String key, Type type) {
    List<String> texts = settings.list(key);
    if (type == Type.UNIX && !texts.isEmpty()) {
      throw settings.error(
          key, "is for clients with addresses; leave it empty, socketMode says who may connect");
    }
    try {
      return AddressRanges.of(texts);
    } catch (IllegalArgumentException e) {
      throw settings.error(key, "holds what cannot be used: " + e.getMessage());
    }
  }

  private static ProxyTerms.Protocol proxyProtocol(Settings settings, Type type) {
    ProxyTerms.Protocol protocol = settings.choice("proxyProtocol", ProxyTerms.Protocol.class);
    if (type == Type.UNIX && protocol != ProxyTerms.Protocol.OFF) {
      throw settings.error("proxyProtocol", "is not to be had with type=unix; set off");
    }
    return protocol;
  }

  private static BindAddress.SocketFile socketFile(Settings settings, Type type) {
    String mode = settings.text("socketMode");
    if (!MODE.matcher(mode).matches()) {
      throw settings.error("socketMode", "is not three octal digits, such as 0660");
    }
    String text = settings.text("socketPath");
    try {
      Path path = Path.of(text).normalize();
      if (type == Type.UNIX
          && (!path.isAbsolute()
              || path.getFileName() == null
              || path.toString().getBytes(UTF_8).length > MAX_SOCKET_PATH_BYTES)) {
        throw settings.error(
            "socketPath",
            "is not an absolute path of at most %d bytes, such as /run/flux-mqtt/mqtt.sock"
                .formatted(MAX_SOCKET_PATH_BYTES));
      }
      return new BindAddress.SocketFile(path, Integer.parseInt(mode, 8));
    } catch (InvalidPathException e) {
      throw settings.error("socketPath", "is not a path: " + e.getReason());
    }
  }

  private static Set<ProtocolVersion> versions(Settings settings) {
    Set<ProtocolVersion> versions = EnumSet.noneOf(ProtocolVersion.class);
    for (String text : settings.list("protocolVersions")) {
      versions.add(
          switch (text) {
            case "3.1" -> ProtocolVersion.V3_1;
            case "3.1.1" -> ProtocolVersion.V3_1_1;
            case "5.0", "5" -> ProtocolVersion.V5_0;
            default ->
                throw settings.error(
                    "protocolVersions", "holds '%s'; list 3.1, 3.1.1, 5.0".formatted(text));
          });
    }
    if (versions.isEmpty()) {
      throw settings.error("protocolVersions", "is empty; list at least one of 3.1, 3.1.1, 5.0");
    }
    return versions;
  }

  private static ClientRates rates(Settings settings) {
    int bytes = settings.integer("bytesPerSecondMax", 0, Integer.MAX_VALUE);
    if (bytes > 0 && bytes < ClientRates.LEAST_BYTES_PER_SECOND) {
      throw settings.error(
          "bytesPerSecondMax",
          "is too slow for MQTT; set at least %d, or 0 for no limit"
              .formatted(ClientRates.LEAST_BYTES_PER_SECOND));
    }
    return new ClientRates(settings.integer("messagesPerSecondMax", 0, MAX_RATE), bytes);
  }

  private static WebTerms web(Settings settings) {
    String path = settings.text("path");
    if (!PATH.matcher(path).matches()) {
      throw settings.error("path", "is not the path of a URL; begin with / and leave out ? and #");
    }
    List<String> origins = settings.list("origins");
    for (String origin : origins) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw settings.error(
            "origins",
            "holds '%s'; write https://host or https://host:port, or *".formatted(origin));
      }
    }
    return new WebTerms(path, settings.flag("subprotocolRequired"), origins);
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

  /** The same for everybody, who may come as he is. */
  ListenerSettings unguarded() {
    return new ListenerSettings(
        type,
        host,
        port,
        backlog,
        Admission.of(admission.connectionsMax()),
        socketFile,
        ProxyTerms.OFF,
        tls,
        web,
        EnumSet.allOf(ProtocolVersion.class),
        ClientRates.NONE,
        terms);
  }

  /** Where clients find it, given its host and port. */
  String uri(String authority) {
    return type.scheme() + "://" + authority + (type.isWeb() ? web.path() : "");
  }

  /** The same for the host and port that are configured. */
  String uri() {
    if (type == Type.UNIX) {
      return uri(socketFile.authority());
    }
    return uri("%s:%d".formatted(host.indexOf(':') < 0 ? host : "[" + host + "]", port));
  }

  String name() {
    return terms.name();
  }

  /** What the session manager is told of it at an address. */
  ListenerProfile profile(BindAddress address) {
    return terms.reachable(address.isLocal() && !proxy.isOn()); // a proxy brings others
  }

  /** Whether the same socket serves both. */
  boolean hasSameSocketAs(ListenerSettings other) {
    boolean isUnix = type == Type.UNIX;
    return isUnix == (other.type == Type.UNIX)
        && backlog == other.backlog
        && (isUnix
            ? socketFile.equals(other.socketFile)
            : host.equals(other.host) && port == other.port);
  }
}
