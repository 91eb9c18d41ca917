package io.fluxmqtt.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the files of one reading make of TLS. Another reading makes another one, with sessions of
 * its own, so that nobody resumes a session that older files allowed. Any thread.
 */
final class TlsContext {
  /** Sessions that clients without tickets may resume. */
  private static final int SESSIONS_MAX = 4096;

  private static final TlsGroups GROUPS = new TlsGroups();

  private final TlsSettings settings;
  private final SSLContext context;
  private final @Nullable TlsTrust trust;
  private final Instant expires;

  private TlsContext(
      TlsSettings settings, SSLContext context, @Nullable TlsTrust trust, Instant expires) {
    this.settings = settings;
    this.context = context;
    this.trust = trust;
    this.expires = expires;
  }

  /** Reads the files. Blocks. */
  static TlsContext load(TlsSettings settings, Clock clock) throws TlsProblem {
    String password = password(settings);
    List<TlsIdentity> usual = usual(settings, password);
    List<TlsIdentity> all = new ArrayList<>(usual);
    if (settings.sniFolder() != null) {
      for (Path file : TlsFiles.folder(settings.sniFolder())) {
        all.add(identity(file, file, password));
      }
    }
    Instant expires = all.stream().map(TlsIdentity::expires).min(Instant::compareTo).orElseThrow();
    try {
      TlsTrust trust = trust(settings, clock);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {new TlsKeyManager(usual, all)},
          trust == null ? new TrustManager[0] : new TrustManager[] {trust},
          null);
      context.getServerSessionContext().setSessionCacheSize(SESSIONS_MAX);
      TlsContext loaded = new TlsContext(settings, context, trust, expires);
      TlsRehearsal.play(loaded);
      return loaded;
    } catch (GeneralSecurityException e) {
      throw new TlsProblem("TLS", "cannot be set up: " + e.getMessage());
    }
  }

  private static String password(TlsSettings settings) throws TlsProblem {
    Path file = settings.passwordFile();
    if (file == null) {
      return settings.password().text();
    }
    String text = new String(TlsFiles.read(file), StandardCharsets.UTF_8);
    return text.lines().findFirst().orElse("");
  }

  private static List<TlsIdentity> usual(TlsSettings settings, String password) throws TlsProblem {
    if (settings.keyStore() != null) {
      return keyStore(settings.keyStore(), password);
    }
    Path certificates = Objects.requireNonNull(settings.certificates());
    return List.of(identity(certificates, Objects.requireNonNull(settings.key()), password));
  }

  private static TlsIdentity identity(Path certificates, Path key, String password)
      throws TlsProblem {
    Pem pem = new Pem(certificates.toString(), TlsFiles.read(certificates));
    List<X509Certificate> chain = pem.certificates();
    Pem keys = key.equals(certificates) ? pem : new Pem(key.toString(), TlsFiles.read(key));
    PrivateKey found = keys.privateKey(chain.get(0).getPublicKey().getAlgorithm(), password);
    return TlsIdentity.of(certificates.toString(), chain, found);
  }

  private static List<TlsIdentity> keyStore(Path file, String password) throws TlsProblem {
    String name = file.toString();
    char[] secret = password.toCharArray();
    byte[] bytes = TlsFiles.read(file);
    List<TlsIdentity> found = new ArrayList<>();
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(bytes), secret);
      List<String> aliases = Collections.list(store.aliases());
      Collections.sort(aliases);
      for (String alias : aliases) {
        if (store.getKey(alias, secret) instanceof PrivateKey key) {
          found.add(TlsIdentity.of(name, chain(store.getCertificateChain(alias)), key));
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new TlsProblem(
          name,
          "is no PKCS#12 key store, or its password (.keyPassword, keyPasswordFile) is another");
    }
    if (found.isEmpty()) {
      throw new TlsProblem(name, "holds no private key");
    }
    return found;
  }

  private static List<X509Certificate> chain(Certificate[] certificates) {
    return Arrays.stream(certificates).map(X509Certificate.class::cast).toList();
  }

  private static @Nullable TlsTrust trust(TlsSettings settings, Clock clock)
      throws TlsProblem, GeneralSecurityException {
    if (settings.clientCertificate() == TlsSettings.ClientCertificate.NONE) {
      return null;
    }
    Path file = Objects.requireNonNull(settings.authorities());
    List<X509Certificate> authorities =
        new Pem(file.toString(), TlsFiles.read(file)).certificates();
    Path lists = settings.revoked();
    TlsRevocation revocation =
        lists == null
            ? null
            : new TlsRevocation(
                lists.toString(),
                new Pem(lists.toString(), TlsFiles.read(lists)).revocationLists(),
                clock);
    return new TlsTrust(authorities, revocation);
  }

  /** The broker's side of a new connection. */
  SSLEngine engine() {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(settings.protocols().toArray(String[]::new));
    parameters.setCipherSuites(settings.cipherSuites().toArray(String[]::new));
    parameters.setUseCipherSuitesOrder(true);
    parameters.setAlgorithmConstraints(GROUPS);
    switch (settings.clientCertificate()) {
      case NONE -> {}
      case OPTIONAL -> parameters.setWantClientAuth(true);
      case REQUIRED -> parameters.setNeedClientAuth(true);
    }
    engine.setSSLParameters(parameters);
    engine.setHandshakeApplicationProtocolSelector((any, offered) -> choice(offered));
    return engine;
  }

  /** What is answered to ALPN (RFC 7301): empty for nothing, null to refuse. */
  @Nullable String choice(List<String> offered) {
    if (offered.contains(settings.applicationProtocol())) {
      return settings.applicationProtocol();
    }
    return settings.alpnStrict() ? null : "";
  }

  /**
   * The chain that the client has shown, leaf first; empty if none. It is looked at again where the
   * session was resumed.
   */
  List<X509Certificate> shown(SSLSession session) throws CertificateException {
    if (trust == null) {
      return List.of();
    }
    List<X509Certificate> chain;
    try {
      chain = chain(session.getPeerCertificates());
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
    trust.checkAgain(chain);
    return chain;
  }

  /** The rules it was made by. */
  TlsSettings settings() {
    return settings;
  }

  /** When the first of the broker's certificates ends. */
  Instant expires() {
    return expires;
  }

  /** What keeps it from serving all clients by now. */
  Optional<String> problem() {
    return trust == null ? Optional.empty() : trust.problem();
  }
}
