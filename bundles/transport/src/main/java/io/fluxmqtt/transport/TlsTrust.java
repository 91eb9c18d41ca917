package io.fluxmqtt.transport;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whose certificates count for clients: the JDK's checks (PKIX), and then the revocations. */
final class TlsTrust extends X509ExtendedTrustManager {
  private final List<X509Certificate> authorities;
  private final X509ExtendedTrustManager pkix;
  private final @Nullable TlsRevocation revocation;

  TlsTrust(List<X509Certificate> authorities, @Nullable TlsRevocation revocation)
      throws GeneralSecurityException {
    this.authorities = List.copyOf(authorities);
    this.revocation = revocation;
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca" + i, authorities.get(i));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    pkix = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    pkix.checkClientTrusted(chain, authType, engine);
    if (revocation != null) {
      revocation.check(List.of(chain), authorities);
    }
  }

  /** Looks again at a chain of a session that is resumed: it may have run out since. */
  void checkAgain(List<X509Certificate> chain) throws CertificateException {
    chain.get(0).checkValidity();
    if (revocation != null) {
      revocation.checkAgain(chain);
    }
  }

  /** What keeps it from trusting anybody of an authority. */
  Optional<String> problem() {
    return revocation == null ? Optional.empty() : revocation.problem();
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return pkix.getAcceptedIssuers();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("only engines are served");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("only engines are served");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("only clients are trusted");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("only clients are trusted");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("only clients are trusted");
  }
}
