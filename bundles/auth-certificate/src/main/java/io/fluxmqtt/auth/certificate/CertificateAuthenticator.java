package io.fluxmqtt.auth.certificate;

import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges clients by the certificate that TLS has verified; it abstains for those without one. It
 * answers at once, from memory.
 */
final class CertificateAuthenticator implements Authenticator {
  /**
   * What is taken from a certificate.
   *
   * @param userName the field with the user name, or null for none
   * @param clientId the field with the only Client Identifier, or null for any
   * @param unitsAreGroups whether the organizational units are groups, after {@code groupPrefix}
   * @param isRevocable whether revocation lists are asked, which then must know each issuer
   * @param allowsStale whether they may be out of date
   */
  record Terms(
      @Nullable Field userName,
      @Nullable Field clientId,
      boolean unitsAreGroups,
      String groupPrefix,
      boolean isRevocable,
      boolean allowsStale) {}

  private static final Logger LOG = LoggerFactory.getLogger(CertificateAuthenticator.class);
  private static final Authentication ABSTAINED = new Authentication.Abstained();
  private static final Authentication REFUSED =
      new Authentication.Rejected(ReasonCode.NOT_AUTHORIZED);
  private static final Authentication UNAVAILABLE =
      new Authentication.Rejected(ReasonCode.SERVER_UNAVAILABLE);

  private final String pid;
  private final Clock clock;
  private final Supplier<Optional<RevocationLists>> lists;
  private final LogBudget budget = new LogBudget(System::nanoTime);
  private volatile Terms terms;

  /**
   * An authenticator.
   *
   * @param lists the revocation lists at present, if files could be read at all
   */
  CertificateAuthenticator(
      String pid, Clock clock, Terms terms, Supplier<Optional<RevocationLists>> lists) {
    this.pid = pid;
    this.clock = clock;
    this.terms = terms;
    this.lists = lists;
  }

  /** Has those who come from now on judged otherwise. */
  void turnTo(Terms others) {
    terms = others;
  }

  @Override
  public CompletionStage<Authentication> authenticate(Credentials credentials) {
    List<X509Certificate> chain = credentials.certificates();
    Authentication answer = chain.isEmpty() ? ABSTAINED : judge(credentials, chain);
    return CompletableFuture.completedStage(answer);
  }

  private Authentication judge(Credentials credentials, List<X509Certificate> chain) {
    Terms now = terms;
    try {
      CertificateFields fields = CertificateFields.of(chain.get(0));
      if (now.isRevocable) {
        String unknown = whatIsUnknown(now, chain);
        if (unknown != null) {
          complain(credentials, chain.get(0), unknown);
          return UNAVAILABLE;
        }
      }
      return new Authentication.Accepted(principal(now, fields, chain));
    } catch (BadCertificateException e) {
      complain(credentials, chain.get(0), e.getMessage());
      return REFUSED;
    }
  }

  /** Why the lists cannot tell whether a certificate of the chain is revoked; null if they can. */
  private @Nullable String whatIsUnknown(Terms now, List<X509Certificate> chain)
      throws BadCertificateException {
    Optional<RevocationLists> present = lists.get();
    if (present.isEmpty()) {
      return "no revocation list could be read yet";
    }
    String unknown = null;
    Instant time = clock.instant();
    for (X509Certificate each : chain) {
      if (isRoot(each, chain)) {
        continue; // it is trusted because it is configured
      }
      switch (present.get().statusOf(each, time)) {
        case GOOD -> {}
        case REVOKED ->
            throw new BadCertificateException(
                each == chain.get(0)
                    ? "it is revoked"
                    : "that of " + each.getSubjectX500Principal().getName() + " is revoked");
        case NO_LIST ->
            unknown =
                "crlFile has no revocation list of " + each.getIssuerX500Principal().getName();
        case STALE -> {
          if (!now.allowsStale) {
            unknown =
                "the revocation list of "
                    + each.getIssuerX500Principal().getName()
                    + " is out of date, or not valid yet";
          }
        }
      }
    }
    return unknown;
  }

  private static boolean isRoot(X509Certificate each, List<X509Certificate> chain) {
    return each != chain.get(0)
        && each == chain.get(chain.size() - 1)
        && each.getSubjectX500Principal().equals(each.getIssuerX500Principal());
  }

  private static Principal principal(
      Terms now, CertificateFields fields, List<X509Certificate> chain)
      throws BadCertificateException {
    String userName = now.userName == null ? null : fields.only(now.userName);
    String clientId = now.clientId == null ? null : fields.only(now.clientId);
    Set<String> groups =
        now.unitsAreGroups
            ? fields.units().stream()
                .map(now.groupPrefix::concat)
                .collect(Collectors.toUnmodifiableSet())
            : Set.of();
    Instant end =
        chain.stream()
            .map(each -> each.getNotAfter().toInstant())
            .min(Instant::compareTo)
            .orElseThrow();
    return new Principal(userName, groups, fields.attributes(), clientId, end);
  }

  private void complain(Credentials credentials, X509Certificate leaf, @Nullable String why) {
    budget.spend(
        more ->
            LOG.warn(
                "{}: client {} from {}: its certificate {} (serial {}) is not accepted: {}{}",
                pid,
                Printable.of(credentials.clientId()),
                credentials.remoteAddress(),
                Printable.of(leaf.getSubjectX500Principal().getName()),
                leaf.getSerialNumber().toString(16),
                Printable.of(why, 300),
                more == 0 ? "" : " (" + more + " more since the last line)"));
  }
}
