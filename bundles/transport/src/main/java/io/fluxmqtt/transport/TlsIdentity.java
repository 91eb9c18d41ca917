package io.fluxmqtt.transport;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A certificate of the broker with its key.
 *
 * @param chain leaf first
 * @param names the host names it is for, in lower case; may begin with {@code *.}
 */
record TlsIdentity(List<X509Certificate> chain, PrivateKey key, Set<String> names) {
  private static final int DNS_NAME = 2;

  /**
   * Puts both together.
   *
   * @param where what to name if they do not fit
   */
  static TlsIdentity of(String where, List<X509Certificate> chain, PrivateKey key)
      throws TlsProblem {
    PublicKey of = chain.get(0).getPublicKey();
    if (!fits(of, key)) {
      throw new TlsProblem(
          where, "has a first certificate that the private key is not of; the leaf comes first");
    }
    return new TlsIdentity(List.copyOf(chain), key, names(where, chain.get(0)));
  }

  private static boolean fits(PublicKey of, PrivateKey key) {
    if (of instanceof RSAKey a && key instanceof RSAKey b) {
      return a.getModulus().equals(b.getModulus());
    }
    String algorithm = of.getAlgorithm().equals("EC") ? "SHA256withECDSA" : of.getAlgorithm();
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update((byte) 1);
      byte[] signed = signature.sign();
      signature.initVerify(of);
      signature.update((byte) 1);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Set<String> names(String where, X509Certificate leaf) throws TlsProblem {
    Set<String> names = new HashSet<>();
    try {
      Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> name : alternatives) {
          if (name.get(0).equals(DNS_NAME)) {
            names.add(name.get(1).toString().toLowerCase(Locale.ROOT));
          }
        }
      }
    } catch (CertificateParsingException e) {
      throw new TlsProblem(where, "has a certificate with damaged alternative names");
    }
    return Set.copyOf(names);
  }

  /** Whether it is for a host name, in lower case; {@code *.} stands for one label. */
  boolean isFor(String host) {
    int dot = host.indexOf('.');
    return names.contains(host) || dot > 0 && names.contains("*" + host.substring(dot));
  }

  /** When the first of the chain ends. */
  Instant expires() {
    return chain.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }
}
