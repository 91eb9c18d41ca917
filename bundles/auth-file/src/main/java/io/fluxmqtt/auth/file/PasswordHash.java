package io.fluxmqtt.auth.file;

/** A hashed password as it stands in a password file. Immutable. */
public interface PasswordHash {
  /**
   * Whether this is the hash of a password. The time taken does not depend on where they differ.
   * Takes long.
   *
   * @throws java.util.concurrent.CancellationException if the thread is interrupted, which stays
   *     set
   */
  boolean verify(byte[] password);

  /** The text behind {@code user:} in the file. */
  String toText();

  /**
   * Reads that text: of any of the ways that mosquitto_passwd has of hashing.
   *
   * @throws IllegalArgumentException if it cannot be used; the text says why and quotes none of it
   */
  static PasswordHash parse(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the password is blank");
    }
    if (text.startsWith(Pbkdf2Hash.PREFIX)) {
      return Pbkdf2Hash.parse(text);
    }
    if (text.startsWith(Sha512Hash.PREFIX)) {
      return Sha512Hash.parse(text);
    }
    if (text.startsWith(Argon2Hash.PREFIX)) {
      return Argon2Hash.parse(text);
    }
    throw new IllegalArgumentException(
        text.matches("\\$[^$]+\\$.*")
            ? "the password is hashed in another way than $7$ (PBKDF2-SHA512), $argon2id$ and $6$"
                + " (SHA512), which are known; set it anew with mosquitto_passwd"
            : "the password is not hashed; use mosquitto_passwd");
  }
}
