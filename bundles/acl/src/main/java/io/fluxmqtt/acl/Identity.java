package io.fluxmqtt.acl;

import org.jspecify.annotations.Nullable;

/** What a placeholder in a topic pattern stands for. */
enum Identity {
  /** {@code %c}: the Client Identifier. */
  CLIENT_ID,
  /** {@code %u}: the user name. */
  USER_NAME;

  /** The text to compare with, or null for {@code %u} of an anonymous client. */
  @Nullable String of(String clientId, @Nullable String userName) {
    return this == CLIENT_ID ? clientId : userName;
  }

  /**
   * Whether an identity may stand in a topic: it is one level, or a part of one, and no wildcard.
   * CVE-2017-7650 is what happens without this.
   *
   * @param leading whether the topic begins with it; then it may not begin with {@code $}, since
   *     names chosen by clients must not reach the broker's own topics
   */
  static boolean isSafe(@Nullable String identity, boolean leading) {
    if (identity == null || identity.isEmpty() || (leading && identity.charAt(0) == '$')) {
      return false;
    }
    for (int i = 0; i < identity.length(); i++) {
      char c = identity.charAt(i);
      if (c == '+' || c == '#' || c == '/' || c == 0) {
        return false;
      }
    }
    return true;
  }
}
