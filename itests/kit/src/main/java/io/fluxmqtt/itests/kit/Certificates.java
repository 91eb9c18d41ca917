package io.fluxmqtt.itests.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority and what it issues, made by openssl: {@code ca.pem}, and for each name {@code
 * <name>.pem}, {@code <name>.key} and {@code <name>.p12} with the password "secret".
 */
public final class Certificates {
  public static final String PASSWORD = "secret";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String openssl = Tool.require("openssl", "openssl");
  private final Path folder;

  /** A new authority, in a folder that may exist. */
  public Certificates(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    run(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30"
            + " -subj /CN=Test-CA -keyout ca.key -out ca.pem");
  }

  /** Issues one for a name, for hosts such as {@code DNS:localhost,IP:127.0.0.1}. */
  public Certificates issue(String name, String hosts) throws Exception {
    return issue(name, hosts, 20);
  }

  /** As above, for so many days from now; one of less than none has ended. */
  public Certificates issue(String name, String hosts, int days) throws Exception {
    run(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN="
            + name
            + " -keyout "
            + name
            + ".key -out "
            + name
            + ".csr");
    Files.writeString(file(name + ".ext"), "subjectAltName=" + hosts + "\n");
    run(
        "x509 -req -in %1$s.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days %2$d -out %1$s.pem"
                .formatted(name, days)
            + " -extfile "
            + name
            + ".ext");
    run(
        "pkcs12 -export -in %1$s.pem -inkey %1$s.key -out %1$s.p12 -passout pass:%2$s"
            .formatted(name, PASSWORD));
    return this;
  }

  private void run(String arguments) throws Exception {
    String command = "cd '" + folder + "' && '" + openssl + "' " + arguments;
    Tool.Result result = Tool.run(LIMIT, "sh", "-c", command);
    assertEquals(0, result.exit(), result.output());
  }

  public Path file(String name) {
    return folder.resolve(name);
  }

  /** Puts a file elsewhere at once, as those who renew certificates do. */
  public void copy(String name, Path to) {
    try {
      Path temporary = to.resolveSibling(to.getFileName() + ".new");
      Files.copy(file(name), temporary, StandardCopyOption.REPLACE_EXISTING);
      Files.move(
          temporary, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The certificate of a name. */
  public X509Certificate certificate(String name) throws Exception {
    try (InputStream in = Files.newInputStream(file(name + ".pem"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  /**
   * A client that trusts this authority.
   *
   * @param name whose certificate it shows, or null for none
   */
  public SSLContext client(String name) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", certificate("ca"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(name == null ? null : keys(name), trust.getTrustManagers(), null);
    return context;
  }

  private javax.net.ssl.KeyManager[] keys(String name)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD.toCharArray());
    return keys.getKeyManagers();
  }
}
