package io.fluxmqtt.transport;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The keys of {@value ListenerComponent#PID}. */
@ObjectClassDefinition(
    name = "Flux MQTT listener",
    description = "An address where MQTT clients connect. A change never touches other listeners.")
@interface ListenerConfig {
  @AttributeDefinition(
      name = "Type",
      description =
          "The kind of connection: tcp, which is MQTT without encryption; tls, which is that with"
              + " encryption; ws and wss, which are those in a WebSocket, for browsers; unix, a Unix"
              + " domain socket. A change counts for new connections only.",
      options = {
        @Option(label = "TCP", value = "tcp"),
        @Option(label = "TLS", value = "tls"),
        @Option(label = "WebSocket", value = "ws"),
        @Option(label = "WebSocket over TLS", value = "wss"),
        @Option(label = "Unix domain socket", value = "unix")
      })
  String type() default "tcp";

  @AttributeDefinition(
      name = "Host",
      description =
          "The IPv4 or IPv6 address or host name to listen at; * or :: for all addresses,"
              + " 0.0.0.0 for all of IPv4. A change moves the listener; clients stay connected.")
  String host() default "127.0.0.1";

  @AttributeDefinition(
      name = "Port",
      description =
          "The TCP port to listen at, 0 to 65535; 0 lets the system choose."
              + " A change moves the listener; clients stay connected.",
      min = "0",
      max = "65535")
  int port() default 1883;

  @AttributeDefinition(
      name = "Backlog",
      description =
          "Connections that may wait to be accepted, 1 to 65535; the system may have a lower"
              + " limit (net.core.somaxconn). A change reopens the socket; clients stay connected.",
      min = "1",
      max = "65535")
  int backlog() default 4096;

  @AttributeDefinition(
      name = "Most connections",
      description =
          "Connections open at once, 1 to 2147483647; more are closed at once."
              + " A change counts for new connections only.",
      min = "1",
      max = "2147483647")
  int connectionsMax() default 10_000;

  @AttributeDefinition(
      name = "Connections a second",
      description =
          "Connections that may come in a second, 0 to 1000000; more are closed at once; 0 for no"
              + " limit. A change counts for new connections only.",
      min = "0",
      max = "1000000")
  int connectionsPerSecondMax() default 0;

  @AttributeDefinition(
      name = "Messages a second",
      description =
          "PUBLISH packets that each client may send in a second, 0 to 1000000; more are not read"
              + " until it is their time, so the client waits; 0 for no limit. A change counts for"
              + " new connections only.",
      min = "0",
      max = "1000000")
  int messagesPerSecondMax() default 0;

  @AttributeDefinition(
      name = "Bytes a second",
      description =
          "Bytes that each client may send in a second, with those of TLS and WebSocket, 1024 to"
              + " 2147483647; more are not read until it is their time, so the client waits; 0 for"
              + " no limit. A change counts for new connections only.",
      min = "0",
      max = "2147483647")
  int bytesPerSecondMax() default 0;

  @AttributeDefinition(
      name = "Addresses allowed",
      description =
          "From where clients may connect, as address ranges such as 192.0.2.0/24, 2001:db8::/32;"
              + " others are closed at once; empty for anywhere. With proxyProtocol it is the"
              + " address that the proxy tells. A change counts for new connections only.")
  String[] addressesAllowed() default {};

  @AttributeDefinition(
      name = "PROXY protocol",
      description =
          "Whether each connection begins with a header of the PROXY protocol that says where the"
              + " client is: off; v1, v2, or both, and one without is closed. Such a listener"
              + " counts as reachable from other machines. A change counts for new connections"
              + " only.",
      options = {
        @Option(label = "Off", value = "off"),
        @Option(label = "Version 1", value = "v1"),
        @Option(label = "Version 2", value = "v2"),
        @Option(label = "Both", value = "both")
      })
  String proxyProtocol() default "off";

  @AttributeDefinition(
      name = "Trusted proxies",
      description =
          "With proxyProtocol: address ranges of the proxies; all others are closed at once. A"
              + " change counts for new connections only.")
  String[] proxyTrusted() default {"127.0.0.0/8", "::1"};

  @AttributeDefinition(
      name = "Protocol versions",
      description =
          "The versions of MQTT that are served, of 3.1, 3.1.1, 5.0; others are refused with 0x84"
              + " (3.x: code 1). A change counts for new connections only.")
  String[] protocolVersions() default {"3.1", "3.1.1", "5.0"};

  @AttributeDefinition(
      name = "Socket path",
      description =
          "With type unix: the absolute path of the socket, at most 107 bytes; host and port do"
              + " not count then. A change moves the listener; clients stay connected.")
  String socketPath() default "";

  @AttributeDefinition(
      name = "Socket mode",
      description =
          "With type unix: the permission bits of the socket, three octal digits; who may write"
              + " may connect. A change reopens the socket; clients stay connected.")
  String socketMode() default "0660";

  @AttributeDefinition(
      name = "Path",
      description =
          "The path of the URL for WebSockets, such as /mqtt; others get 404. A change counts for"
              + " new connections only.")
  String path() default "/mqtt";

  @AttributeDefinition(
      name = "Subprotocol required",
      description =
          "Whether a WebSocket client must offer the subprotocol mqtt, as the standard says, true"
              + " or false; one that does not is refused with HTTP status 400. A change counts for"
              + " new connections only.")
  boolean subprotocolRequired() default true;

  @AttributeDefinition(
      name = "Origins",
      description =
          "Origins of web pages whose scripts may connect by WebSocket, such as"
              + " https://example.org:8443; * for all, empty for none. Clients that are no"
              + " browsers send no origin and may always. A change counts for new connections"
              + " only.")
  String[] origins() default {};

  @AttributeDefinition(
      name = "Largest packet",
      description =
          "The largest MQTT packet that a client may send, in bytes, 64 to 268435460."
              + " A change counts for new connections only.",
      min = "64",
      max = "268435460")
  int packetMaxBytes() default 1_048_576;

  @AttributeDefinition(
      name = "Connect timeout",
      description =
          "Seconds from the opened connection to a complete CONNECT packet, 1 to 3600."
              + " A change counts for new connections only.",
      min = "1",
      max = "3600")
  int connectTimeoutSeconds() default 5;

  @AttributeDefinition(
      name = "Longest client id",
      description =
          "The longest Client Identifier, in bytes of UTF-8, 23 to 65535; a longer one is refused"
              + " with 0x85 (3.x: code 2). A change counts for new connections only.",
      min = "23",
      max = "65535")
  int clientIdMaxBytes() default 65_535;

  @AttributeDefinition(
      name = "Longest topic",
      description =
          "The longest topic or filter, in bytes of UTF-8, 1 to 65535. A longer topic is refused"
              + " with 0x90 (3.x: closed), a filter with 0x8F (3.x: 0x80). A change counts for"
              + " new connections only.",
      min = "1",
      max = "65535")
  int topicMaxBytes() default 65_535;

  @AttributeDefinition(
      name = "Most levels of a topic",
      description =
          "Levels that a topic or filter may have, 1 to 200; one with more is refused as one that"
              + " is too long. A change counts for new connections only.",
      min = "1",
      max = "200")
  int topicMaxLevels() default 128;

  @AttributeDefinition(
      name = "Most filters of a packet",
      description =
          "Topic filters in one SUBSCRIBE or UNSUBSCRIBE, 1 to 268435460; more close with 0x97."
              + " A change counts for new connections only.",
      min = "1",
      max = "268435460")
  int filtersPerPacketMax() default 10_000;

  @AttributeDefinition(
      name = "Most user properties",
      description =
          "User Properties in one packet, 0 to 268435460; more are refused with 0x97."
              + " A change counts for new connections only.",
      min = "0",
      max = "268435460")
  int userPropertiesMax() default 1_000;

  @AttributeDefinition(
      name = "Bytes of user properties",
      description =
          "Bytes of the names and values of all User Properties in one packet, 0 to 268435460;"
              + " more are refused with 0x97. A change counts for new connections only.",
      min = "0",
      max = "268435460")
  int userPropertiesMaxBytes() default 65_536;

  @AttributeDefinition(
      name = "Wildcard subscriptions",
      description =
          "Whether filters may hold + and #, true or false. Without, such a SUBSCRIBE closes with"
              + " 0xA2 (3.x: SUBACK 0x80). A change counts for new connections only.")
  boolean wildcardSubscriptions() default true;

  @AttributeDefinition(
      name = "Shared subscriptions",
      description =
          "Whether $share/... is available, true or false. Without, such a SUBSCRIBE closes with"
              + " 0x9E (3.x: SUBACK 0x80). A change counts for new connections only.")
  boolean sharedSubscriptions() default true;

  @AttributeDefinition(
      name = "Subscription identifiers",
      description =
          "Whether SUBSCRIBE may hold a Subscription Identifier, true or false. Without, it closes"
              + " with 0xA1. A change counts for new connections only.")
  boolean subscriptionIdentifiers() default true;

  @AttributeDefinition(
      name = "Retain",
      description =
          "Whether messages and wills may be retained, true or false. Without, a retained PUBLISH"
              + " closes with 0x9A, and a CONNECT with such a will is refused with it (3.x: code"
              + " 5). A change counts for new connections only.")
  boolean retain() default true;

  @AttributeDefinition(
      name = "Maximum QoS",
      description =
          "The highest QoS of messages and wills from clients, and that subscriptions are"
              + " granted, 0 to 2. A PUBLISH above it closes with 0x9B, a CONNECT with such a"
              + " will is refused with it (3.x: code 5). A change counts for new connections"
              + " only.",
      min = "0",
      max = "2")
  int maximumQos() default 2;

  @AttributeDefinition(
      name = "Receive Maximum exceeded",
      description =
          "When a client has more unacknowledged messages than receiveMaximum of"
              + " io.fluxmqtt.session: disconnect, with 0x93, as MQTT says; or warn, and let it"
              + " wait, for devices that cannot count. A change counts for new connections only.",
      options = {
        @Option(label = "Disconnect", value = "disconnect"),
        @Option(label = "Warn", value = "warn")
      })
  String receiveMaximumExceeded() default "disconnect";

  @AttributeDefinition(
      name = "Check the payload format",
      description =
          "Whether a payload that its publisher calls UTF-8 must be that, true or false. If not,"
              + " it is refused with 0x99; QoS 0 closes. A change counts for new connections"
              + " only.")
  boolean payloadFormatCheck() default false;

  @AttributeDefinition(
      name = "Reason strings",
      description =
          "Which 5.0 clients are told in words why something is refused: on-request, those that"
              + " send Request Problem Information 1; unless-declined, all but those that send 0;"
              + " never, none. Some clients cannot read an acknowledgement with words. A change"
              + " counts for new connections only.",
      options = {
        @Option(label = "On request", value = "on-request"),
        @Option(label = "Unless declined", value = "unless-declined"),
        @Option(label = "Never", value = "never")
      })
  String reasonStrings() default "on-request";

  @AttributeDefinition(
      name = "Response information",
      description =
          "The topic that a 5.0 client is given to build its response topics from, if it asks;"
              + " %c is its client id, %u its user name, %% a percent sign; empty for none."
              + " A change counts for new connections only.")
  String responseInformation() default "";

  @AttributeDefinition(
      name = "Redirect",
      description =
          "none; or use-another-server, or server-moved: clients that the authenticators accept"
              + " are then refused with 0x9C or 0x9D (3.x: code 3), and told serverReference."
              + " Hot: connected clients are sent away when it is switched on.",
      options = {
        @Option(label = "None", value = "none"),
        @Option(label = "Use another server", value = "use-another-server"),
        @Option(label = "Server moved", value = "server-moved")
      })
  String redirect() default "none";

  @AttributeDefinition(
      name = "Server reference",
      description =
          "Where redirected clients shall go: host or host:port, several separated by spaces;"
              + " empty if they know. At most 1000 characters. Hot.")
  String serverReference() default "";

  @AttributeDefinition(
      name = "Authenticators",
      description =
          "Names of the authenticators that count here, a subset of those of io.fluxmqtt.access;"
              + " empty for all of them. A change counts for new connections only.")
  String[] authenticators() default {};

  @AttributeDefinition(
      name = "Anonymous from elsewhere",
      description =
          "Whether clients without a user name are wanted though they can connect from other"
              + " machines, true or false. A change counts for new connections only.")
  boolean allowAnonymousRemote() default false;

  @AttributeDefinition(
      name = "Certificate",
      description =
          "TLS: a file in PEM with the broker's certificate, and after it those of the authorities"
              + " between it and one that clients know. A relative path is taken from the folder"
              + " of the configuration. Hot, as is a change of the file; connections stay.")
  String certificateFile() default "";

  @AttributeDefinition(
      name = "Private key",
      description =
          "TLS: a file in PEM with the certificate's private key (PKCS#8, encrypted or not;"
              + " PKCS#1; SEC 1); empty if it is in certificateFile. Hot, as is a change of the"
              + " file; connections stay.")
  String keyFile() default "";

  @AttributeDefinition(
      name = "Key store",
      description =
          "TLS: a file in PKCS#12 with certificate and key, instead of certificateFile and"
              + " keyFile. Hot, as is a change of the file; connections stay.")
  String keyStoreFile() default "";

  @AttributeDefinition(
      name = "Key password",
      type = AttributeType.PASSWORD,
      description =
          "TLS: the password of the private key or the key store; empty for none. Hot;"
              + " connections stay.")
  String _keyPassword() default "";

  @AttributeDefinition(
      name = "Key password file",
      description =
          "TLS: a file whose first line is the password of the private key or the key store,"
              + " instead of .keyPassword. Hot, as is a change of the file; connections stay.")
  String keyPasswordFile() default "";

  @AttributeDefinition(
      name = "Folder of host names",
      description =
          "TLS: a folder of files *.pem, at most 1000, each with a certificate, those of its"
              + " authorities, and its key. Clients that ask for a host name in it (SNI) get that"
              + " certificate. Hot, as is a change of the files; connections stay.")
  String sniFolder() default "";

  @AttributeDefinition(
      name = "Client certificate",
      description =
          "TLS: whether clients show a certificate: none, optional or required. One that is shown"
              + " must be valid. A change counts for new connections only.",
      options = {
        @Option(label = "None", value = "none"),
        @Option(label = "Optional", value = "optional"),
        @Option(label = "Required", value = "required")
      })
  String clientCertificate() default "none";

  @AttributeDefinition(
      name = "Authorities",
      description =
          "TLS: a file in PEM with the authorities whose client certificates count. A change,"
              + " of the file too, counts for new connections only.")
  String caFile() default "";

  @AttributeDefinition(
      name = "Revocation lists",
      description =
          "TLS: a file with the complete revocation lists (CRL) of all authorities of client"
              + " certificates, in PEM, or one in DER; empty to accept revoked certificates."
              + " Certificates of an authority whose list is missing or out of date are refused."
              + " A change, of the file too, counts for new connections only.")
  String crlFile() default "";

  @AttributeDefinition(
      name = "TLS versions",
      description = "TLSv1.3, TLSv1.2 or both. A change counts for new connections only.")
  String[] tlsProtocols() default {"TLSv1.3", "TLSv1.2"};

  @AttributeDefinition(
      name = "Cipher suites",
      description =
          "TLS: the cipher suites, the best first, by the names that Java has for them. Default:"
              + " those with forward secrecy and authenticated encryption. A change counts for"
              + " new connections only.")
  String[] cipherSuites() default {
    "TLS_AES_256_GCM_SHA384",
    "TLS_AES_128_GCM_SHA256",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
  };

  @AttributeDefinition(
      name = "Strict ALPN",
      description =
          "TLS: whether a client that offers application protocols (ALPN), but not mqtt (wss: http/1.1), is"
              + " refused, true or false; one that offers none never is. A change counts for new"
              + " connections only.")
  boolean alpnStrict() default false;
}
