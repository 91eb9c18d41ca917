package io.fluxmqtt.auth.file;

import java.util.Base64;

/** Reads salts and hashes; errors say what is wrong and quote nothing. */
final class Base64Text {
  private Base64Text() {}

  static byte[] salt(String text) {
    byte[] salt = decode(text, "salt");
    if (salt.length == 0) {
      throw new IllegalArgumentException("the salt is empty");
    }
    return salt;
  }

  static byte[] hash(String text, int bytes) {
    byte[] hash = decode(text, "hash");
    if (hash.length != bytes) {
      throw new IllegalArgumentException(
          "the hash has %d bytes instead of %d".formatted(hash.length, bytes));
    }
    return hash;
  }

  static byte[] decode(String text, String what) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the " + what + " is not Base64");
    }
  }
}
