package io.fluxmqtt.auth.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The certificates of a file in PEM, which are trusted instead of those that Java trusts. */
final class Trust {
  private static final int BYTES_MAX = 4 << 20;

  private final Path file;
  private final byte[] content;
  private final SSLContext context;

  private Trust(Path file, byte[] content, SSLContext context) {
    this.file = file;
    this.content = content;
    this.context = context;
  }

  /**
   * Reads the file; blocks.
   *
   * @throws IOException if it cannot be read or holds no certificate; the text says why
   */
  static Trust read(Path file) throws IOException {
    if (Files.size(file) > BYTES_MAX) {
      throw new IOException("it has more than " + BYTES_MAX + " bytes");
    }
    byte[] content = Files.readAllBytes(file);
    try {
      return new Trust(file, content, context(content));
    } catch (GeneralSecurityException e) {
      throw new IOException("it holds no certificates in PEM: " + e.getMessage(), e);
    }
  }

  SSLContext context() {
    return context;
  }

  /** Whether this is what a file holds now; blocks. */
  boolean isOf(Path other) throws IOException {
    return file.equals(other)
        && Files.size(other) == content.length
        && Arrays.equals(Files.readAllBytes(other), content);
  }

  private static SSLContext context(byte[] content) throws GeneralSecurityException, IOException {
    Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(content));
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("there is none");
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    for (Certificate certificate : certificates) {
      store.setCertificateEntry("ca-" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }
}
