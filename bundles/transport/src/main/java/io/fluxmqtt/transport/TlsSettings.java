package io.fluxmqtt.transport;

import io.fluxmqtt.api.config.Settings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What a listener's configuration says of TLS; see {@link ListenerConfig} for the keys.
 *
 * @param certificates the chain, leaf first, in PEM; or null, where a key store has it
 * @param key the private key, in PEM; may be the file of the certificates
 * @param keyStore a PKCS#12 file instead of both
 * @param password of the key or key store; empty for none
 * @param passwordFile a file that holds it instead
 * @param sniFolder certificates for host names
 * @param applicationProtocol what clients may ask for by ALPN
 */
record TlsSettings(
    @Nullable Path certificates,
    @Nullable Path key,
    @Nullable Path keyStore,
    Secret password,
    @Nullable Path passwordFile,
    @Nullable Path sniFolder,
    ClientCertificate clientCertificate,
    @Nullable Path authorities,
    @Nullable Path revoked,
    List<String> protocols,
    List<String> cipherSuites,
    String applicationProtocol,
    boolean alpnStrict) {

  /** Whether clients show certificates. */
  enum ClientCertificate {
    NONE,
    OPTIONAL,
    REQUIRED
  }

  /** A text that is never shown. */
  record Secret(String text) {
    @Override
    public String toString() {
      return "***";
    }
  }

  private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");

  /**
   * Reads a configuration.
   *
   * @param etc where relative paths begin
   * @throws io.fluxmqtt.api.config.SettingException if a value cannot be used
   */
  static TlsSettings of(Settings settings, Path etc, String applicationProtocol) {
    Path certificates = path(settings, "certificateFile", etc);
    Path key = path(settings, "keyFile", etc);
    Path keyStore = path(settings, "keyStoreFile", etc);
    if (certificates == null && keyStore == null) {
      throw settings.error(
          "certificateFile", "is empty; set it to the certificate chain, or set keyStoreFile");
    }
    if (keyStore != null && (certificates != null || key != null)) {
      throw settings.error(
          "keyStoreFile", "is set beside certificateFile or keyFile; clear one or the other");
    }
    TlsSettings read =
        new TlsSettings(
            certificates,
            key == null ? certificates : key,
            keyStore,
            new Secret(settings.text(".keyPassword")),
            path(settings, "keyPasswordFile", etc),
            path(settings, "sniFolder", etc),
            settings.choice("clientCertificate", ClientCertificate.class),
            path(settings, "caFile", etc),
            path(settings, "crlFile", etc),
            protocols(settings),
            cipherSuites(settings),
            applicationProtocol,
            settings.flag("alpnStrict"));
    if (!read.password.text.isEmpty() && read.passwordFile != null) {
      throw settings.error("keyPasswordFile", "is set beside .keyPassword; clear one of them");
    }
    if (read.clientCertificate != ClientCertificate.NONE && read.authorities == null) {
      throw settings.error(
          "caFile", "is empty; set it to the authorities whose client certificates count");
    }
    return read;
  }

  private static List<String> protocols(Settings settings) {
    List<String> protocols = settings.list("tlsProtocols");
    if (protocols.isEmpty() || !PROTOCOLS.containsAll(protocols)) {
      throw settings.error(
          "tlsProtocols", "is not TLSv1.3, TLSv1.2 or both; older ones are broken");
    }
    return protocols;
  }

  private static List<String> cipherSuites(Settings settings) {
    List<String> suites = settings.list("cipherSuites");
    if (suites.isEmpty()) {
      throw settings.error("cipherSuites", "is empty; leave it out for the default");
    }
    List<String> unknown = new ArrayList<>(suites);
    unknown.removeAll(known());
    if (!unknown.isEmpty()) {
      throw settings.error("cipherSuites", "has what this JVM does not know: " + unknown);
    }
    return suites;
  }

  private static List<String> known() {
    try {
      return List.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no TLS", e);
    }
  }

  private static @Nullable Path path(Settings settings, String key, Path etc) {
    String text = settings.text(key);
    if (text.isEmpty()) {
      return null;
    }
    try {
      return etc.resolve(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw settings.error(key, "is not a path: " + e.getReason());
    }
  }
}
