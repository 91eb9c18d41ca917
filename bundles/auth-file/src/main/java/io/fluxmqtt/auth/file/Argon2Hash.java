package io.fluxmqtt.auth.file;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A hashed password as mosquitto 2.1 writes it, {@code $argon2id$v=19$m=KiB,t=passes,p=lanes$salt
 * $hash} (RFC 9106; Base64 without padding). It needs Bouncy Castle, which is another bundle: where
 * that is missing such a password is refused by its line. Immutable.
 */
final class Argon2Hash implements PasswordHash {
  static final String PREFIX = "$argon2id$";

  /** What one hash may take; those who log in at once take it each. */
  static final int MEMORY_MAX_KIB = 1 << 20;

  private static final int PASSES_MAX = 1_000;
  private static final int LANES_MAX = 255;
  private static final int HASH_BYTES_MIN = 16;
  private static final int HASH_BYTES_MAX = 64;
  private static final int SALT_BYTES = 16;
  private static final int NEW_HASH_BYTES = 32;
  private static final Pattern TEXT =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=([1-9]\\d{0,8}),t=([1-9]\\d{0,8}),p=([1-9]\\d{0,8})"
              + "\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

  /** How much work it is. */
  record Cost(int memoryKib, int passes, int lanes) {
    /** What mosquitto 2.1 takes. */
    static final Cost MOSQUITTO = new Cost(47_104, 1, 1);

    /** Checks the bounds. */
    Cost {
      if (memoryKib < 8 * lanes || memoryKib > MEMORY_MAX_KIB) {
        throw new IllegalArgumentException(
            "m=%d is not from 8 for each of p to %d".formatted(memoryKib, MEMORY_MAX_KIB));
      }
      if (passes > PASSES_MAX || lanes > LANES_MAX) {
        throw new IllegalArgumentException(
            "t is above %d or p above %d".formatted(PASSES_MAX, LANES_MAX));
      }
    }
  }

  private final Cost cost;
  private final byte[] salt;
  private final byte[] hash;

  private Argon2Hash(Cost cost, byte[] salt, byte[] hash) {
    this.cost = cost;
    this.salt = salt;
    this.hash = hash;
  }

  /** As {@link PasswordHash#parse}. */
  static Argon2Hash parse(String text) {
    if (!isAvailable()) {
      throw new IllegalArgumentException(
          "the password is hashed with argon2id, which needs the bundle bcprov (Bouncy Castle):"
              + " install the feature flux-mqtt-argon2, or set it anew with mosquitto_passwd -H"
              + " sha512-pbkdf2");
    }
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "the password is not $argon2id$v=19$m=…,t=…,p=…$salt$hash");
    }
    byte[] salt = Base64Text.salt(parts.group(4));
    byte[] hash = Base64Text.decode(parts.group(5), "hash");
    if (hash.length < HASH_BYTES_MIN || hash.length > HASH_BYTES_MAX) {
      throw new IllegalArgumentException(
          "the hash has %d bytes; %d to %d are possible"
              .formatted(hash.length, HASH_BYTES_MIN, HASH_BYTES_MAX));
    }
    Cost cost =
        new Cost(
            Integer.parseInt(parts.group(1)),
            Integer.parseInt(parts.group(2)),
            Integer.parseInt(parts.group(3)));
    if (cost.memoryKib() > Argon2.memoryMaxKib()) {
      throw new IllegalArgumentException(
          "its hash takes %d KiB of memory, more than the %d that half of -Xmx has; raise that, or"
                  .formatted(cost.memoryKib(), Argon2.memoryMaxKib())
              + " set the password anew with mosquitto_passwd -H sha512-pbkdf2");
    }
    Argon2Hash read = new Argon2Hash(cost, salt, hash);
    if (!read.toText().equals(text)) { // damage that readers of Base64 would look past
      throw new IllegalArgumentException("the password is not as mosquitto_passwd writes it");
    }
    return read;
  }

  /** Hashes a password with a fresh random salt. */
  static Argon2Hash create(byte[] password, Cost cost) {
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    return new Argon2Hash(cost, salt, Argon2.derive(password, salt, cost, NEW_HASH_BYTES));
  }

  /** Whether there is a library for it. */
  static boolean isAvailable() {
    try {
      return Argon2.isThere();
    } catch (LinkageError e) { // nobody exports its packages
      return false;
    }
  }

  Cost cost() {
    return cost;
  }

  @Override
  public boolean verify(byte[] password) {
    return MessageDigest.isEqual(hash, Argon2.derive(password, salt, cost, hash.length));
  }

  @Override
  public String toText() {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "%sv=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            PREFIX,
            cost.memoryKib(),
            cost.passes(),
            cost.lanes(),
            base64.encodeToString(salt),
            base64.encodeToString(hash));
  }

  /** The cost only: hashes never reach a log. */
  @Override
  public String toString() {
    return "Argon2Hash[" + cost + "]";
  }
}
