package io.fluxmqtt.api.spi.auth;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is, as an authenticator found.
 *
 * @param userName the user name, or null for an anonymous client
 * @param groups the groups it belongs to, possibly empty
 */
public record Principal(@Nullable String userName, Set<String> groups) {
  /** A client that gave no user name. */
  public static final Principal ANONYMOUS = new Principal(null, Set.of());

  /** Copies the set. */
  public Principal {
    groups = Set.copyOf(groups);
  }

  /** A user without groups. */
  public static Principal user(String userName) {
    return new Principal(userName, Set.of());
  }
}
