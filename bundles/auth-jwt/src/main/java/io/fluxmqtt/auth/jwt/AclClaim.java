package io.fluxmqtt.auth.jwt;

import io.fluxmqtt.api.message.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token says that its bearer may do: an object with the lists {@code publish}, {@code
 * subscribe} and {@code all}, or {@code pub} and {@code sub}, of Topic Filters. In a filter, {@code
 * %c} stands for the Client Identifier, {@code %u} for the user name and {@code %%} for a percent
 * sign.
 *
 * @param publish the filters whose topics it may publish to
 * @param subscribe the filters that it may subscribe to, and all that lies within
 */
record AclClaim(List<String> publish, List<String> subscribe) {
  private static final Set<String> NAMES = Set.of("publish", "pub", "subscribe", "sub", "all");

  /** Nothing is allowed. */
  static final AclClaim NOTHING = new AclClaim(List.of(), List.of());

  AclClaim {
    publish = List.copyOf(publish);
    subscribe = List.copyOf(subscribe);
  }

  /** Reads the claim; what is not understood refuses the token, since it may be a denial. */
  static AclClaim of(Claims claims, String path) throws BadTokenException {
    Object value = claims.find(path);
    if (value == null) {
      return NOTHING;
    }
    if (!(value instanceof Map<?, ?> lists) || !NAMES.containsAll(lists.keySet())) {
      throw new BadTokenException(
          "the token's claim " + path + " is not an object of publish, subscribe and all");
    }
    List<String> publish = new ArrayList<>();
    List<String> subscribe = new ArrayList<>();
    for (Map.Entry<?, ?> each : lists.entrySet()) {
      String name = String.valueOf(each.getKey());
      List<String> filters = filters(path + "." + name, each.getValue());
      if (!name.startsWith("sub")) {
        publish.addAll(filters);
      }
      if (!name.startsWith("pub")) {
        subscribe.addAll(filters);
      }
    }
    return new AclClaim(publish, subscribe);
  }

  private static List<String> filters(String path, @Nullable Object value)
      throws BadTokenException {
    List<String> filters = Claims.texts(path, value);
    for (String filter : filters) {
      boolean isShared = filter.startsWith("$share/");
      if (isShared || !TopicFilter.isValidFilter(filter) || !hasKnownPlaceholders(filter)) {
        throw new BadTokenException("the token's claim " + path + " holds no valid Topic Filter");
      }
    }
    return filters;
  }

  private static boolean hasKnownPlaceholders(String filter) {
    for (int at = filter.indexOf('%'); at >= 0; at = filter.indexOf('%', at + 2)) {
      if (at + 1 == filter.length() || "cu%".indexOf(filter.charAt(at + 1)) < 0) {
        return false;
      }
    }
    return true;
  }
}
