package io.fluxmqtt.auth.file;

/**
 * How new passwords are hashed.
 *
 * @param kind the way
 * @param iterations how often, of PBKDF2
 */
record HashMaker(Kind kind, int iterations) {
  private static final int SALT_BYTES = 16;

  /** The ways there are. */
  enum Kind {
    PBKDF2,
    ARGON2ID
  }

  PasswordHash make(byte[] password) {
    return switch (kind) {
      case PBKDF2 -> Pbkdf2Hash.create(password, iterations, SALT_BYTES);
      case ARGON2ID -> Argon2Hash.create(password, Argon2Hash.Cost.MOSQUITTO);
    };
  }

  /** Whether a new hash would be harder to guess. */
  boolean isStrongerThan(PasswordHash hash) {
    if (hash instanceof Argon2Hash argon2) {
      return kind == Kind.ARGON2ID
          && argon2.cost().memoryKib() < Argon2Hash.Cost.MOSQUITTO.memoryKib();
    }
    return kind == Kind.ARGON2ID
        || !(hash instanceof Pbkdf2Hash pbkdf2)
        || pbkdf2.iterations() < iterations;
  }
}
