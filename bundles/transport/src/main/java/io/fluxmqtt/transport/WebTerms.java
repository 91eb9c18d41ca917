package io.fluxmqtt.transport;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may open a WebSocket, RFC 6455 section 4.2 and MQTT 5.0 section 6.
 *
 * @param path the one that is served
 * @param subprotocolRequired whether a client must offer {@code mqtt}
 * @param origins from which pages browsers may connect; {@code *} for all
 */
record WebTerms(String path, boolean subprotocolRequired, List<String> origins) {
  static final WebTerms STANDARD = new WebTerms("/mqtt", true, List.of());

  private static final String SUBPROTOCOL = "mqtt";

  /** What clients offered before MQTT 3.1.1. */
  private static final String OLD_SUBPROTOCOL = "mqttv3.1";

  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;
  private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** Copies the list. */
  WebTerms {
    origins = List.copyOf(origins);
  }

  /** The head of the answer that opens the WebSocket, up to the empty line and with it. */
  String accept(HttpRequest request) throws HttpRequest.Bad {
    if (request.fields().containsKey("transfer-encoding")
        || !"0".equals(orZero(request.only("content-length")))) {
      throw new HttpRequest.Bad(400, "the request has a body");
    }
    request.only("host");
    if (!request.path().equals(path)) {
      throw new HttpRequest.Bad(404, "there is nothing here; MQTT is at " + path);
    }
    if (!request.method().equals("GET")) {
      throw new HttpRequest.Bad(405, "only GET is understood");
    }
    if (!request.names("connection", "upgrade") || !request.names("upgrade", "websocket")) {
      throw new HttpRequest.Bad(426, "this is an MQTT broker; connect with a WebSocket");
    }
    if (!VERSION.equals(request.only("sec-websocket-version"))) {
      throw new HttpRequest.Bad(426, "WebSocket version 13 is needed");
    }
    String key = request.only("sec-websocket-key");
    if (key == null || !isKey(key)) {
      throw new HttpRequest.Bad(400, "Sec-WebSocket-Key must be 16 bytes in base64");
    }
    String origin = request.only("origin");
    if (origin != null && !isAllowed(origin)) {
      throw new HttpRequest.Bad(403, "pages of this origin may not connect; see origins");
    }
    String subprotocol = subprotocol(request.list("sec-websocket-protocol"));
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + (subprotocol == null ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n")
        + "Sec-WebSocket-Accept: "
        + acceptOf(key)
        + "\r\n\r\n";
  }

  private @Nullable String subprotocol(List<String> offered) throws HttpRequest.Bad {
    if (offered.contains(SUBPROTOCOL)) { // [MQTT-6.0.0-3] [MQTT-6.0.0-4]
      return SUBPROTOCOL;
    }
    if (subprotocolRequired) {
      throw new HttpRequest.Bad(400, "the WebSocket subprotocol mqtt must be offered");
    }
    return offered.contains(OLD_SUBPROTOCOL) ? OLD_SUBPROTOCOL : null;
  }

  private boolean isAllowed(String origin) {
    return origins.stream().anyMatch(each -> each.equals("*") || each.equalsIgnoreCase(origin));
  }

  private static String orZero(@Nullable String text) {
    return text == null ? "0" : text;
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String acceptOf(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
