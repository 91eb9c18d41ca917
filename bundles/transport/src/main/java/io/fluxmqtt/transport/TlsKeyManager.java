package io.fluxmqtt.transport;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the certificate by the host name that the client asks for (SNI, RFC 6066) and the kind of
 * key that it can verify. Who asks for no name, or for one that nobody has, gets the first.
 */
final class TlsKeyManager extends X509ExtendedKeyManager {
  private final List<TlsIdentity> usual;
  private final List<TlsIdentity> all;

  /**
   * A key manager.
   *
   * @param usual for clients that ask for no name
   * @param all those of {@code usual} included
   */
  TlsKeyManager(List<TlsIdentity> usual, List<TlsIdentity> all) {
    this.usual = List.copyOf(usual);
    this.all = List.copyOf(all);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    String host = engine == null ? null : hostName(engine);
    List<TlsIdentity> fitting =
        host == null ? usual : all.stream().filter(identity -> identity.isFor(host)).toList();
    for (TlsIdentity identity : fitting.isEmpty() ? usual : fitting) {
      if (identity.key().getAlgorithm().equals(keyType)) {
        return String.valueOf(all.indexOf(identity));
      }
    }
    return null;
  }

  private static @Nullable String hostName(SSLEngine engine) {
    if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
      return session.getRequestedServerNames().stream()
          .filter(SNIHostName.class::isInstance)
          .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
          .findFirst()
          .orElse(null);
    }
    return null;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return all.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return all.get(Integer.parseInt(alias)).key();
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineServerAlias(keyType, issuers, null);
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[0]; // nobody asks: engines choose
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[0];
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
