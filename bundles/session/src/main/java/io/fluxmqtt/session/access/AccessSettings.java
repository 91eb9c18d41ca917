package io.fluxmqtt.session.access;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The configuration {@code io.fluxmqtt.access}.
 *
 * @param authenticators the authenticators that count, by name, in order
 * @param enhanced the enhanced authenticators that count, by name; of two that offer the same
 *     method the first
 * @param authorizers the authorizers that count, by name, in order
 * @param policyGrace how long a request waits for a named service, from its departure
 * @param inline symbolic names of the bundles that are called on event loops
 * @param authenticationTimeout how long an authenticator may take to answer
 * @param exchangeTimeout how long an enhanced authentication may take from its beginning to its end
 * @param exchangeStepsMax how often a client may speak in one
 * @param authorizationTimeout how long an authorizer that is not inline may take to answer
 * @param failureLimits how many failed authentications of one address are borne
 */
public record AccessSettings(
    List<String> authenticators,
    List<String> enhanced,
    List<String> authorizers,
    Duration policyGrace,
    Set<String> inline,
    Duration authenticationTimeout,
    Duration exchangeTimeout,
    int exchangeStepsMax,
    Duration authorizationTimeout,
    FailureLimits failureLimits) {
  /** Copies the collections; of a name given twice, the first counts. */
  public AccessSettings {
    authenticators = authenticators.stream().distinct().toList();
    enhanced = enhanced.stream().distinct().toList();
    authorizers = authorizers.stream().distinct().toList();
    inline = Set.copyOf(inline);
    requireNotNegative("policyGrace", policyGrace);
    requirePositive("authenticationTimeout", authenticationTimeout);
    requirePositive("exchangeTimeout", exchangeTimeout);
    if (exchangeStepsMax < 1) {
      throw new IllegalArgumentException("exchangeStepsMax is not positive: " + exchangeStepsMax);
    }
    requirePositive("authorizationTimeout", authorizationTimeout);
  }

  /** These names, in this order; all else as by default, nothing inline. */
  public static AccessSettings of(List<String> authenticators, List<String> authorizers) {
    return new AccessSettings(
        authenticators,
        List.of(),
        authorizers,
        Duration.ofSeconds(2),
        Set.of(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        16,
        Duration.ofSeconds(1),
        FailureLimits.DEFAULT);
  }

  /** The same with other enhanced authenticators. */
  public AccessSettings withEnhanced(List<String> names) {
    return new AccessSettings(
        authenticators,
        names,
        authorizers,
        policyGrace,
        inline,
        authenticationTimeout,
        exchangeTimeout,
        exchangeStepsMax,
        authorizationTimeout,
        failureLimits);
  }

  /** The same with other bundles called on event loops. */
  public AccessSettings withInline(Set<String> bundles) {
    return new AccessSettings(
        authenticators,
        enhanced,
        authorizers,
        policyGrace,
        bundles,
        authenticationTimeout,
        exchangeTimeout,
        exchangeStepsMax,
        authorizationTimeout,
        failureLimits);
  }

  /** The same with other limits of failed authentications. */
  public AccessSettings withFailureLimits(FailureLimits limits) {
    return new AccessSettings(
        authenticators,
        enhanced,
        authorizers,
        policyGrace,
        inline,
        authenticationTimeout,
        exchangeTimeout,
        exchangeStepsMax,
        authorizationTimeout,
        limits);
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
