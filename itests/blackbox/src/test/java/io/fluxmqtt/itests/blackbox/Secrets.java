package io.fluxmqtt.itests.blackbox;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

/** Texts that must be seen nowhere, and what they look like where they are encoded. */
final class Secrets {
  private final Map<String, String> planted = new LinkedHashMap<>(); // by text

  /** A new one of some 50 characters. */
  String plant(String what) {
    String secret = what + "-" + UUID.randomUUID();
    hide(what, secret);
    return secret;
  }

  /** Takes one that others have made. */
  void hide(String what, String secret) {
    planted.put(secret, what);
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    planted.put(Base64.getEncoder().withoutPadding().encodeToString(bytes), what + " in Base64");
  }

  /** Which of them are in a text, each with the line where it is. */
  TreeSet<String> find(String where, String text) {
    TreeSet<String> found = new TreeSet<>();
    planted.forEach(
        (secret, what) -> {
          int at = text.indexOf(secret);
          if (at >= 0) {
            int from = text.lastIndexOf('\n', at) + 1;
            int to = text.indexOf('\n', at);
            found.add(
                what + " in " + where + ": " + text.substring(from, to < 0 ? text.length() : to));
          }
        });
    return found;
  }
}
