package io.fluxmqtt.auth.file;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * A hashed password as old versions of mosquitto write it, {@code $6$salt$hash}: SHA-512 of the
 * password and then the salt, once, both in Base64. Weak where the file leaks: hashing takes less
 * than a microsecond. Immutable.
 */
final class Sha512Hash implements PasswordHash {
  static final String PREFIX = "$6$";

  private static final int HASH_BYTES = 64;

  private final byte[] salt;
  private final byte[] hash;

  private Sha512Hash(byte[] salt, byte[] hash) {
    this.salt = salt;
    this.hash = hash;
  }

  /** As {@link PasswordHash#parse}. */
  static Sha512Hash parse(String text) {
    String[] parts = text.split("\\$", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("the password is not $6$salt$hash");
    }
    Sha512Hash read =
        new Sha512Hash(Base64Text.salt(parts[2]), Base64Text.hash(parts[3], HASH_BYTES));
    if (!read.toText().equals(text)) { // damage that readers of Base64 would look past
      throw new IllegalArgumentException("the password is not as mosquitto_passwd writes it");
    }
    return read;
  }

  @Override
  public boolean verify(byte[] password) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      digest.update(password);
      return MessageDigest.isEqual(hash, digest.digest(salt));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime lacks SHA-512", e);
    }
  }

  @Override
  public String toText() {
    Base64.Encoder base64 = Base64.getEncoder();
    return PREFIX + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
  }

  /** Hashes never reach a log. */
  @Override
  public String toString() {
    return "Sha512Hash";
  }
}
