package io.fluxmqtt.auth.scram;

import io.fluxmqtt.api.message.ReasonCode;

/**
 * The client's first message (RFC 5802, section 7).
 *
 * @param header the GS2 header, both commas included
 * @param bare what follows it
 * @param user whom it says it is, in the form in which users are compared
 * @param nonce the client's part of it
 */
record ClientFirst(String header, String bare, String user, String nonce) {
  /**
   * Reads it.
   *
   * @throws ScramFailure if it is malformed, or asks for what there is not
   */
  static ClientFirst parse(String message) throws ScramFailure {
    int flagEnd = message.indexOf(',');
    int headerEnd = message.indexOf(',', flagEnd + 1);
    if (flagEnd < 1 || headerEnd < 0) {
      throw ScramFailure.malformed("there is no GS2 header");
    }
    checkFlag(message.substring(0, flagEnd));
    String bare = message.substring(headerEnd + 1);
    String[] parts = bare.split(",", -1);
    if (parts[0].startsWith("m=")) { // a mandatory extension: unknown, so it must fail
      throw ScramFailure.malformed("the client asks for an extension, and there is none");
    }
    if (parts.length < 2 || !parts[0].startsWith("n=") || !parts[1].startsWith("r=")) {
      throw ScramFailure.malformed("there is no user name or no nonce where they should be");
    }
    String user = user(parts[0].substring(2));
    String nonce = parts[1].substring(2);
    checkNonce(nonce);
    checkAuthorizationIdentity(message.substring(flagEnd + 1, headerEnd), user);
    return new ClientFirst(message.substring(0, headerEnd + 1), bare, user, nonce);
  }

  private static void checkFlag(String flag) throws ScramFailure {
    if (flag.startsWith("p=")) {
      throw new ScramFailure(
          ReasonCode.BAD_AUTHENTICATION_METHOD,
          "the client demands channel binding, which a method without -PLUS does not have");
    }
    if (!flag.equals("n") && !flag.equals("y")) {
      throw ScramFailure.malformed("the GS2 header begins with neither n, y nor p");
    }
  }

  /** Whoever wants to act as somebody must be that user. */
  private static void checkAuthorizationIdentity(String part, String user) throws ScramFailure {
    if (part.isEmpty()) {
      return;
    }
    if (!part.startsWith("a=")) {
      throw ScramFailure.malformed("there is no authorization identity where it should be");
    }
    if (!user(part.substring(2)).equals(user)) {
      throw new ScramFailure(
          ReasonCode.NOT_AUTHORIZED, "the client wants to act as another user than it is");
    }
  }

  private static String user(String escaped) throws ScramFailure {
    StringBuilder user = new StringBuilder(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char each = escaped.charAt(i);
      if (each != '=') {
        user.append(each);
      } else if (escaped.startsWith("=2C", i)) {
        user.append(',');
        i += 2;
      } else if (escaped.startsWith("=3D", i)) {
        user.append('=');
        i += 2;
      } else {
        throw ScramFailure.malformed("a user name holds = that begins neither =2C nor =3D");
      }
    }
    try {
      return Names.sent(user.toString());
    } catch (IllegalArgumentException e) {
      throw ScramFailure.malformed("a user name cannot be used: " + e.getMessage());
    }
  }

  private static void checkNonce(String nonce) throws ScramFailure {
    if (nonce.isEmpty() || !nonce.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw ScramFailure.malformed("the nonce is empty or holds what is not printable");
    }
  }
}
