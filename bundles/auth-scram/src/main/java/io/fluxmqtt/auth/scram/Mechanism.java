package io.fluxmqtt.auth.scram;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One of the SCRAM family: its name and the functions of RFC 5802, section 2.2. */
enum Mechanism {
  SCRAM_SHA_256("SCRAM-SHA-256", "SHA-256", "HmacSHA256", 32),
  SCRAM_SHA_512("SCRAM-SHA-512", "SHA-512", "HmacSHA512", 64);

  private final String text;
  private final String digest;
  private final String hmac;
  private final int bytes;

  Mechanism(String text, String digest, String hmac, int bytes) {
    this.text = text;
    this.digest = digest;
    this.hmac = hmac;
    this.bytes = bytes;
  }

  /** The name that clients and files use. */
  String text() {
    return text;
  }

  /** The length of keys, hashes and proofs in bytes. */
  int bytes() {
    return bytes;
  }

  static Optional<Mechanism> of(String text) {
    for (Mechanism each : values()) {
      if (each.text.equals(text)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /** H(). */
  byte[] hash(byte[] input) {
    try {
      return MessageDigest.getInstance(digest).digest(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks " + digest, e);
    }
  }

  /** HMAC(). */
  byte[] hmac(byte[] key, byte[] input) {
    return mac(key).doFinal(input);
  }

  /** Hi(): PBKDF2 with one block. Takes about a microsecond per iteration. */
  byte[] stretch(byte[] password, byte[] salt, int iterations) {
    Mac mac = mac(password);
    mac.update(salt);
    byte[] round = mac.doFinal(new byte[] {0, 0, 0, 1});
    byte[] result = round.clone();
    for (int i = 1; i < iterations; i++) {
      round = mac.doFinal(round);
      xor(result, round);
    }
    return result;
  }

  /** Adds one sequence of bytes to another, bit by bit without carry. */
  static void xor(byte[] to, byte[] other) {
    for (int i = 0; i < to.length; i++) {
      to[i] ^= other[i];
    }
  }

  private Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(hmac);
      // HMAC pads a key with zeros, so this is the empty key, which SecretKeySpec refuses.
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, hmac));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks " + hmac, e);
    }
  }
}
