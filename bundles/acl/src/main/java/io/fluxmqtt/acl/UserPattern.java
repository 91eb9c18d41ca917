package io.fluxmqtt.acl;

import org.jspecify.annotations.Nullable;

/**
 * Which users a rule is for: {@code *} for every client, anonymous or not, {@code -} for anonymous
 * clients only, else a {@link Glob} over the user name, which no anonymous client fits ({@code ?*}:
 * every client with a user name).
 */
record UserPattern(String pattern, Glob glob) {
  static final UserPattern EVERYONE = new UserPattern("*");

  private static final String ANONYMOUS = "-";

  UserPattern(String pattern) {
    this(pattern, new Glob(pattern));
  }

  boolean matches(@Nullable String userName) {
    if (userName == null) {
      return pattern.equals("*") || pattern.equals(ANONYMOUS);
    }
    return !pattern.equals(ANONYMOUS) && glob.matches(userName);
  }

  /** The one user that fits, if there is only one. */
  @Nullable String only() {
    return glob.plain() && !pattern.equals(ANONYMOUS) ? pattern : null;
  }
}
