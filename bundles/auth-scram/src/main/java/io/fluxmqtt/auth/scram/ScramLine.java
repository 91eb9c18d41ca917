package io.fluxmqtt.auth.scram;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * What is known of a user, and how a file has it: {@code
 * user:SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey}, which is PostgreSQL's form with the user
 * in front. The password cannot be found from it but by trying; yet who has the line can pass for
 * the server, so the file is a secret. Immutable.
 */
final class ScramLine {
  /** What RFC 7677 asks for at least; many clients refuse less. */
  static final int ITERATIONS_MIN = 4096;

  /** More would keep a client busy for seconds. */
  static final int ITERATIONS_MAX = 10_000_000;

  static final int SALT_BYTES = 16;
  private static final int SALT_BYTES_MIN = 8;
  private static final int SALT_BYTES_MAX = 128;

  private final String user;
  private final Mechanism mechanism;
  private final int iterations;
  private final byte[] salt;
  private final byte[] storedKey;
  private final byte[] serverKey;

  ScramLine(
      String user,
      Mechanism mechanism,
      int iterations,
      byte[] salt,
      byte[] storedKey,
      byte[] serverKey) {
    this.user = user;
    this.mechanism = mechanism;
    this.iterations = iterations;
    this.salt = salt;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /**
   * Makes the line of a user, with a fresh random salt. Takes about a microsecond per iteration.
   *
   * @throws IllegalArgumentException if name or password hold what is prohibited, or the iterations
   *     are too few or too many; the text quotes neither
   */
  static ScramLine of(String user, String password, Mechanism mechanism, int iterations) {
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    return of(user, password, mechanism, iterations, salt);
  }

  static ScramLine of(
      String user, String password, Mechanism mechanism, int iterations, byte[] salt) {
    String name = prepared(user, "user name");
    if (name.startsWith("#") || name.lines().count() > 1) {
      throw new IllegalArgumentException("the user name begins with #, or has several lines");
    }
    byte[] secret = prepared(password, "password").getBytes(StandardCharsets.UTF_8);
    checkIterations(iterations);
    byte[] salted = mechanism.stretch(secret, salt, iterations);
    byte[] clientKey = mechanism.hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
    byte[] serverKey = mechanism.hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
    return new ScramLine(
        name, mechanism, iterations, salt.clone(), mechanism.hash(clientKey), serverKey);
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it cannot be used; the text says why and quotes none of it
   */
  static ScramLine parse(String line) {
    int split = line.lastIndexOf(":SCRAM-SHA-"); // a user name may hold colons
    if (split < 0) {
      throw new IllegalArgumentException(
          "it is not user:SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey");
    }
    String[] parts = line.substring(split + 1).split("[$:]", -1);
    if (parts.length != 5) {
      throw new IllegalArgumentException(
          "it is not user:SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey");
    }
    Mechanism mechanism =
        Mechanism.of(parts[0])
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the mechanism is neither SCRAM-SHA-256 nor SCRAM-SHA-512"));
    byte[] salt = base64(parts[2], "salt");
    if (salt.length < SALT_BYTES_MIN || salt.length > SALT_BYTES_MAX) {
      throw new IllegalArgumentException(
          "the salt has %d bytes instead of %d to %d"
              .formatted(salt.length, SALT_BYTES_MIN, SALT_BYTES_MAX));
    }
    ScramLine read =
        new ScramLine(
            prepared(line.substring(0, split), "user name"),
            mechanism,
            iterations(parts[1]),
            salt,
            key(mechanism, parts[3], "StoredKey"),
            key(mechanism, parts[4], "ServerKey"));
    if (!line.endsWith(read.secretText())) { // damage that number and Base64 readers look past
      throw new IllegalArgumentException("it is not written as it should be");
    }
    return read;
  }

  /** The line for the file. */
  String toText() {
    return user + secretText();
  }

  String user() {
    return user;
  }

  Mechanism mechanism() {
    return mechanism;
  }

  int iterations() {
    return iterations;
  }

  /** The salt in Base64, as server and file write it. */
  String salt() {
    return Base64.getEncoder().encodeToString(salt);
  }

  int saltBytes() {
    return salt.length;
  }

  /**
   * Whether a proof shows that the client knows the password (RFC 5802, section 3). The time taken
   * does not depend on where it is wrong.
   */
  boolean isProvenBy(byte[] proof, byte[] authMessage) {
    byte[] clientKey = mechanism.hmac(storedKey, authMessage); // ClientSignature
    Mechanism.xor(clientKey, proof);
    return MessageDigest.isEqual(mechanism.hash(clientKey), storedKey);
  }

  /** What shows that the server knows the user. */
  byte[] serverSignature(byte[] authMessage) {
    return mechanism.hmac(serverKey, authMessage);
  }

  /** Whether it is the same line. */
  boolean isSameAs(ScramLine other) {
    return other.toText().equals(toText());
  }

  /** Neither user nor keys: they never reach a log. */
  @Override
  public String toString() {
    return "ScramLine[" + mechanism.text() + ", " + iterations + " iterations]";
  }

  private String secretText() {
    Base64.Encoder base64 = Base64.getEncoder();
    return ":%s$%d:%s$%s:%s"
        .formatted(
            mechanism.text(),
            iterations,
            salt(),
            base64.encodeToString(storedKey),
            base64.encodeToString(serverKey));
  }

  private static String prepared(String text, String what) {
    try {
      return Names.stored(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the " + what + " cannot be used: " + e.getMessage());
    }
  }

  private static int iterations(String text) {
    int iterations;
    try {
      iterations = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      iterations = 0;
    }
    checkIterations(iterations);
    return iterations;
  }

  private static void checkIterations(int iterations) {
    if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX) {
      throw new IllegalArgumentException(
          "the iterations are not a number from %d to %d"
              .formatted(ITERATIONS_MIN, ITERATIONS_MAX));
    }
  }

  private static byte[] key(Mechanism mechanism, String text, String what) {
    byte[] key = base64(text, what);
    if (key.length != mechanism.bytes()) {
      throw new IllegalArgumentException(
          "the %s has %d bytes instead of %d".formatted(what, key.length, mechanism.bytes()));
    }
    return key;
  }

  private static byte[] base64(String text, String what) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the " + what + " is not Base64");
    }
  }
}
