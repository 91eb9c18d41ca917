package io.fluxmqtt.auth.certificate;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The revocation lists of one reading, each signed by an authority that is trusted with it (RFC
 * 5280, section 5). Immutable.
 */
final class RevocationLists {
  /** What the lists say of a certificate. */
  enum Status {
    GOOD,
    REVOKED,
    /** Nobody says anything of what its issuer has revoked. */
    NO_LIST,
    /** What is known of its issuer is out of date, or not valid yet. */
    STALE
  }

  /** A file holds what cannot be used; the text says what. */
  static final class BadListException extends Exception {
    private static final long serialVersionUID = 1;

    BadListException(String reason) {
      super(reason);
    }
  }

  private record Period(Instant from, Instant until) {
    boolean holds(Instant now) {
      return !now.isBefore(from) && now.isBefore(until);
    }
  }

  private record Issuer(Set<BigInteger> revoked, List<Period> periods) {}

  private static final int CRL_SIGN = 6; // the bit of the key usage

  private final Map<X500Principal, Issuer> issuers = new HashMap<>(); // filled by the constructor

  private RevocationLists(Collection<X509CRL> lists, Collection<X509Certificate> authorities)
      throws BadListException {
    for (X509CRL list : lists) {
      String name = "the list of " + list.getIssuerX500Principal().getName();
      if (!isSigned(list, authorities)) {
        throw new BadListException(name + " is signed by nobody in caFile");
      }
      refuseCritical(name, list.getCriticalExtensionOIDs());
      Issuer issuer =
          issuers.computeIfAbsent(
              list.getIssuerX500Principal(), key -> new Issuer(new HashSet<>(), new ArrayList<>()));
      Set<? extends X509CRLEntry> entries = list.getRevokedCertificates();
      for (X509CRLEntry entry : entries == null ? Set.<X509CRLEntry>of() : entries) {
        refuseCritical(name, entry.getCriticalExtensionOIDs());
        issuer.revoked.add(entry.getSerialNumber());
      }
      Instant from = list.getThisUpdate().toInstant();
      Date next = list.getNextUpdate();
      issuer.periods.add(new Period(from, next == null ? from : next.toInstant()));
    }
  }

  /**
   * Reads the lists, PEM or DER.
   *
   * @param authorities the certificates of those who may sign them, PEM or DER
   */
  static RevocationLists parse(byte[] lists, byte[] authorities) throws BadListException {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<X509Certificate> trusted = new ArrayList<>();
      for (Certificate each : factory.generateCertificates(new ByteArrayInputStream(authorities))) {
        trusted.add((X509Certificate) each);
      }
      if (trusted.isEmpty()) {
        throw new BadListException("there is no certificate in caFile");
      }
      List<X509CRL> read = new ArrayList<>();
      for (CRL each : factory.generateCRLs(new ByteArrayInputStream(lists))) {
        read.add((X509CRL) each);
      }
      if (read.isEmpty()) {
        throw new BadListException("there is no revocation list in it");
      }
      return new RevocationLists(read, trusted);
    } catch (CRLException e) {
      throw new BadListException("a revocation list cannot be read: " + e.getMessage());
    } catch (CertificateException e) {
      throw new BadListException("a certificate in caFile cannot be read: " + e.getMessage());
    }
  }

  /** What is said of a certificate. */
  Status statusOf(X509Certificate certificate, Instant now) {
    Issuer issuer = issuers.get(certificate.getIssuerX500Principal());
    if (issuer == null) {
      return Status.NO_LIST;
    }
    if (issuer.revoked.contains(certificate.getSerialNumber())) {
      return Status.REVOKED;
    }
    return isCurrent(issuer, now) ? Status.GOOD : Status.STALE;
  }

  /** An issuer of whom nothing current is known, if there is one. */
  @Nullable X500Principal stale(Instant now) {
    for (Map.Entry<X500Principal, Issuer> each : issuers.entrySet()) {
      if (!isCurrent(each.getValue(), now)) {
        return each.getKey();
      }
    }
    return null;
  }

  /** How many certificates are revoked. */
  int count() {
    return issuers.values().stream().mapToInt(each -> each.revoked.size()).sum();
  }

  private static boolean isCurrent(Issuer issuer, Instant now) {
    return issuer.periods.stream().anyMatch(each -> each.holds(now));
  }

  private static boolean isSigned(X509CRL list, Collection<X509Certificate> authorities) {
    for (X509Certificate authority : authorities) {
      boolean[] usage = authority.getKeyUsage();
      if (authority.getSubjectX500Principal().equals(list.getIssuerX500Principal())
          && (usage == null || usage[CRL_SIGN])
          && isSignedBy(list, authority)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSignedBy(X509CRL list, X509Certificate authority) {
    try {
      list.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** What must be understood and is not: a part of a list, or a list on behalf of others. */
  private static void refuseCritical(String name, @Nullable Set<String> oids)
      throws BadListException {
    if (oids != null && !oids.isEmpty()) {
      throw new BadListException(
          name + " has critical extensions that are not known: " + String.join(", ", oids));
    }
  }
}
