package io.fluxmqtt.session.access;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The configuration {@code io.fluxmqtt.access}.
 *
 * @param authenticators the authenticators that count, by name, in order
 * @param authorizers the authorizers that count, by name, in order
 * @param policyGrace how long a request waits for a named service, from its departure
 * @param inline symbolic names of the bundles that are called on event loops
 * @param authenticationTimeout how long an authenticator may take to answer
 * @param authorizationTimeout how long an authorizer that is not inline may take to answer
 */
public record AccessSettings(
    List<String> authenticators,
    List<String> authorizers,
    Duration policyGrace,
    Set<String> inline,
    Duration authenticationTimeout,
    Duration authorizationTimeout) {
  /** Copies the collections; of a name given twice, the first counts. */
  public AccessSettings {
    authenticators = authenticators.stream().distinct().toList();
    authorizers = authorizers.stream().distinct().toList();
    inline = Set.copyOf(inline);
    requireNotNegative("policyGrace", policyGrace);
    requirePositive("authenticationTimeout", authenticationTimeout);
    requirePositive("authorizationTimeout", authorizationTimeout);
  }

  /** These names, in this order; all else as by default, nothing inline. */
  public static AccessSettings of(List<String> authenticators, List<String> authorizers) {
    return new AccessSettings(
        authenticators,
        authorizers,
        Duration.ofSeconds(2),
        Set.of(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(1));
  }

  /** The same with other bundles called on event loops. */
  public AccessSettings withInline(Set<String> bundles) {
    return new AccessSettings(
        authenticators,
        authorizers,
        policyGrace,
        bundles,
        authenticationTimeout,
        authorizationTimeout);
  }

  private static void requireNotNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " is negative: " + value);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " is not positive: " + value);
    }
  }
}
