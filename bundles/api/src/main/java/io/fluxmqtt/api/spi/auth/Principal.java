package io.fluxmqtt.api.spi.auth;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is, as an authenticator found.
 *
 * @param userName the user name, or null for an anonymous client
 * @param groups the groups it belongs to, possibly empty
 * @param attributes what else is known of it, for authorizers, such as {@code cert.ou} with the
 *     organizational units of its certificate or {@code jwt.site} with a claim; each name has one
 *     value or more
 * @param clientId the only Client Identifier that it may use, or null for any: a client that sent
 *     none is assigned it, one that sent another is refused
 * @param validUntil when what it showed expires, or null for never; a connection is closed then
 */
public record Principal(
    @Nullable String userName,
    Set<String> groups,
    Map<String, List<String>> attributes,
    @Nullable String clientId,
    @Nullable Instant validUntil) {
  /** A client that gave no user name. */
  public static final Principal ANONYMOUS = new Principal(null, Set.of());

  /** Copies the collections. */
  public Principal {
    groups = Set.copyOf(groups);
    attributes =
        attributes.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
  }

  /** A client of which nothing else is known. */
  public Principal(@Nullable String userName, Set<String> groups) {
    this(userName, groups, Map.of(), null, null);
  }

  /** A user without groups. */
  public static Principal user(String userName) {
    return new Principal(userName, Set.of());
  }

  /** The same with other attributes. */
  public Principal withAttributes(Map<String, List<String>> others) {
    return new Principal(userName, groups, others, clientId, validUntil);
  }

  /** The same, bound to a Client Identifier. */
  public Principal withClientId(@Nullable String only) {
    return new Principal(userName, groups, attributes, only, validUntil);
  }

  /** The same, until then. */
  public Principal withValidUntil(@Nullable Instant end) {
    return new Principal(userName, groups, attributes, clientId, end);
  }
}
