package io.fluxmqtt.transport;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates are revoked, by lists of their issuers (RFC 5280, section 5). It fails closed:
 * a certificate whose issuer has no list here, or only one that is out of date or that the issuer
 * has not signed, is refused as a revoked one is. Every certificate up to, but without, the trusted
 * authority is looked at. A signature is verified once per list. Any thread.
 */
final class TlsRevocation {
  /** Longer chains are refused, as the JDK does. */
  private static final int DEPTH_MAX = 10;

  private final List<X509CRL> lists;
  private final Clock clock;
  private final Map<X509CRL, PublicKey> verified = new ConcurrentHashMap<>();

  /**
   * Over the lists of a file.
   *
   * @param name of the file, for errors
   */
  TlsRevocation(String name, List<X509CRL> lists, Clock clock) throws TlsProblem {
    this.lists = List.copyOf(lists);
    this.clock = clock;
    for (X509CRL list : lists) {
      Set<String> critical = list.getCriticalExtensionOIDs();
      if (critical != null && !critical.isEmpty()) { // only a part of the truth
        throw new TlsProblem(
            name,
            "holds a partial revocation list (delta or indirect) of %s; only complete ones count"
                .formatted(list.getIssuerX500Principal()));
      }
    }
  }

  /** Which lists count no more, so that all clients of an issuer are refused. */
  Optional<String> problem() {
    Instant now = clock.instant();
    return lists.stream()
        .filter(list -> isOutOfDate(list, now))
        .findFirst()
        .map(
            list ->
                "crlFile: the list of %s is out of date since %s; its clients are refused"
                    .formatted(list.getIssuerX500Principal(), list.getNextUpdate().toInstant()));
  }

  private static boolean isOutOfDate(X509CRL list, Instant now) {
    Date next = list.getNextUpdate();
    return next != null && next.toInstant().isBefore(now);
  }

  /**
   * Checks a chain that is valid otherwise.
   *
   * @param authorities those that are trusted
   * @throws CertificateException caused by a {@link TlsRefusal} if it does not hold
   */
  void check(List<X509Certificate> chain, List<X509Certificate> authorities)
      throws CertificateException {
    X509Certificate each = chain.get(0);
    for (int depth = 0; depth < DEPTH_MAX && !authorities.contains(each); depth++) {
      X509Certificate issuer = issuer(each, authorities);
      if (issuer == null) {
        issuer = issuer(each, chain);
      }
      if (issuer == null) {
        throw refusal("certificate-unknown-authority", "%s has no issuer that is known", each);
      }
      check(each, issuer.getPublicKey());
      each = issuer;
    }
    if (!authorities.contains(each)) {
      throw refusal("certificate-bad", "the chain of %s is too long", chain.get(0));
    }
  }

  private void check(X509Certificate certificate, PublicKey issuer) throws CertificateException {
    X500Principal name = certificate.getIssuerX500Principal();
    Instant now = clock.instant();
    boolean current = false;
    for (X509CRL list : lists) {
      if (list.getIssuerX500Principal().equals(name) && isSignedBy(list, issuer)) {
        if (list.isRevoked(certificate)) {
          throw refusal("certificate-revoked", "%s is revoked", certificate);
        }
        current |= !isOutOfDate(list, now);
      }
    }
    if (!current) {
      throw refusal(
          "certificate-revocation-unknown",
          "crlFile has no list in force of the issuer of %s",
          certificate);
    }
  }

  private boolean isSignedBy(X509CRL list, PublicKey issuer) {
    if (issuer.equals(verified.get(list))) {
      return true;
    }
    try {
      list.verify(issuer);
    } catch (GeneralSecurityException e) {
      return false;
    }
    verified.put(list, issuer);
    return true;
  }

  private static @Nullable X509Certificate issuer(
      X509Certificate of, List<X509Certificate> candidates) {
    for (X509Certificate candidate : candidates) {
      if (candidate.getSubjectX500Principal().equals(of.getIssuerX500Principal())) {
        try {
          of.verify(candidate.getPublicKey());
          return candidate;
        } catch (GeneralSecurityException e) {
          continue; // another one of that name
        }
      }
    }
    return null;
  }

  /**
   * Looks again at certificates whose signatures were verified before, as a session is resumed:
   * only the revocations and the dates of the lists.
   */
  void checkAgain(List<X509Certificate> chain) throws CertificateException {
    Instant now = clock.instant();
    List<X509CRL> current = new ArrayList<>(lists);
    current.removeIf(list -> !verified.containsKey(list) || isOutOfDate(list, now));
    X509Certificate leaf = chain.get(0);
    X500Principal name = leaf.getIssuerX500Principal();
    if (current.stream().noneMatch(list -> list.getIssuerX500Principal().equals(name))) {
      throw refusal(
          "certificate-revocation-unknown",
          "crlFile has no list in force of the issuer of %s",
          leaf);
    }
    for (X509CRL list : lists) {
      if (chain.stream().anyMatch(list::isRevoked)) {
        throw refusal("certificate-revoked", "%s or its issuer is revoked", leaf);
      }
    }
  }

  private static CertificateException refusal(String reason, String words, X509Certificate of) {
    String subject = Text.quote(of.getSubjectX500Principal().getName());
    return new CertificateException(new TlsRefusal(reason, words.formatted(subject)));
  }
}
