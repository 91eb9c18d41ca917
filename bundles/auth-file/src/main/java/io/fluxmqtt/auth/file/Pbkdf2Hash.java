package io.fluxmqtt.auth.file;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.CancellationException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A hashed password as mosquitto writes it: {@code $7$iterations$salt$hash}, which is PBKDF2 (RFC
 * 8018, section 5.2) with HMAC-SHA-512 and one block of 64 bytes, salt and hash in Base64.
 *
 * <p>It works on bytes, not on characters as {@link javax.crypto.spec.PBEKeySpec} does, since an
 * MQTT password is any sequence of bytes. Immutable; verifying takes about a microsecond per
 * iteration.
 */
public final class Pbkdf2Hash implements PasswordHash {
  static final String PREFIX = "$7$";

  /** More iterations than this would take seconds per client, and are refused. */
  public static final int ITERATIONS_MAX = 10_000_000;

  private static final String ALGORITHM = "HmacSHA512";
  private static final int HASH_BYTES = 64;
  private static final byte[] FIRST_BLOCK = {0, 0, 0, 1};

  private final int iterations;
  private final byte[] salt;
  private final byte[] hash;

  private Pbkdf2Hash(int iterations, byte[] salt, byte[] hash) {
    this.iterations = iterations;
    this.salt = salt;
    this.hash = hash;
  }

  /**
   * Reads the text after {@code user:}.
   *
   * @throws IllegalArgumentException if it cannot be used; the text says why and quotes none of it
   */
  public static Pbkdf2Hash parse(String text) {
    String[] parts = text.split("\\$", -1);
    if (parts.length != 5) {
      throw new IllegalArgumentException("the password is not $7$iterations$salt$hash");
    }
    byte[] salt = Base64Text.salt(parts[3]);
    byte[] hash = Base64Text.hash(parts[4], HASH_BYTES);
    Pbkdf2Hash read = new Pbkdf2Hash(iterations(parts[2]), salt, hash);
    if (!read.toText().equals(text)) { // damage that number and Base64 readers would look past
      throw new IllegalArgumentException("the password is not as mosquitto_passwd writes it");
    }
    return read;
  }

  /** Hashes a password with a fresh random salt. */
  public static Pbkdf2Hash create(byte[] password, int iterations, int saltBytes) {
    if (iterations < 1 || iterations > ITERATIONS_MAX || saltBytes < 1) {
      throw new IllegalArgumentException(
          "iterations=%d saltBytes=%d".formatted(iterations, saltBytes));
    }
    byte[] salt = new byte[saltBytes];
    new SecureRandom().nextBytes(salt);
    return new Pbkdf2Hash(iterations, salt, derive(password, salt, iterations));
  }

  @Override
  public boolean verify(byte[] password) {
    return MessageDigest.isEqual(hash, derive(password, salt, iterations));
  }

  /** How often it is hashed. */
  int iterations() {
    return iterations;
  }

  @Override
  public String toText() {
    Base64.Encoder base64 = Base64.getEncoder();
    return "$7$%d$%s$%s"
        .formatted(iterations, base64.encodeToString(salt), base64.encodeToString(hash));
  }

  /** The cost only: hashes never reach a log. */
  @Override
  public String toString() {
    return "Pbkdf2Hash[" + iterations + " iterations]";
  }

  private static byte[] derive(byte[] password, byte[] salt, int iterations) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      // HMAC pads a key with zeros, so this is the empty key, which SecretKeySpec refuses.
      mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, ALGORITHM));
      mac.update(salt);
      byte[] round = mac.doFinal(FIRST_BLOCK);
      long[] block = new long[HASH_BYTES / Long.BYTES];
      ByteBuffer view = ByteBuffer.wrap(round);
      for (int i = 1; ; i++) {
        for (int word = 0; word < block.length; word++) {
          block[word] ^= view.getLong(word * Long.BYTES);
        }
        if (i == iterations) {
          break;
        }
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("interrupted while hashing");
        }
        mac.update(round);
        mac.doFinal(round, 0);
      }
      ByteBuffer result = ByteBuffer.allocate(HASH_BYTES);
      result.asLongBuffer().put(block);
      return result.array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks " + ALGORITHM, e);
    }
  }

  private static int iterations(String text) {
    int iterations;
    try {
      iterations = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      iterations = 0;
    }
    if (iterations < 1 || iterations > ITERATIONS_MAX) {
      throw new IllegalArgumentException(
          "the iterations are not a number from 1 to " + ITERATIONS_MAX);
    }
    return iterations;
  }
}
