package io.fluxmqtt.auth.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Tool;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An authority run with openssl, in a folder of its own. */
final class Pki {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String openssl = Tool.require("openssl", "openssl");
  private final Path folder;
  private int serial = 0xA00;

  /** A root authority. */
  Pki(Path folder, String name) throws Exception {
    this(folder);
    openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "30",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-subj",
        "/O=Plant/CN=" + name);
  }

  /** An authority below another. */
  Pki(Path folder, String name, Pki above) throws Exception {
    this(folder);
    above.sign(folder.resolve("ca"), "/O=Plant/CN=" + name, "basicConstraints=critical,CA:TRUE");
  }

  private Pki(Path folder) throws Exception {
    this.folder = folder;
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("index.txt"), "");
    Files.writeString(
        folder.resolve("ca.cnf"),
        """
        [ca]
        default_ca = own
        [own]
        database = index.txt
        certificate = ca.pem
        private_key = ca.key
        default_md = sha256
        default_crl_days = 7
        """);
  }

  Path authority() {
    return folder.resolve("ca.pem");
  }

  X509Certificate authorityCertificate() throws Exception {
    return read(authority());
  }

  /** A certificate for a subject as openssl writes it, with extensions as its files have them. */
  X509Certificate issue(String subject, String... extensions) throws Exception {
    return read(sign(folder.resolve("leaf" + serial), subject, extensions));
  }

  private Path sign(Path stem, String subject, String... extensions) throws Exception {
    String name = stem.toString();
    Files.writeString(Path.of(name + ".ext"), String.join("\n", extensions) + "\n");
    openssl(
        "req",
        "-new",
        "-utf8",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        name + ".key",
        "-out",
        name + ".csr",
        "-subj",
        subject);
    openssl(
        "x509",
        "-req",
        "-in",
        name + ".csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-days",
        "20",
        "-set_serial",
        String.valueOf(serial++),
        "-extfile",
        name + ".ext",
        "-out",
        name + ".pem");
    return Path.of(name + ".pem");
  }

  /** Revokes a certificate, from the next list on. */
  void revoke(X509Certificate certificate) throws Exception {
    Path der = folder.resolve("revoked.der");
    Files.write(der, certificate.getEncoded());
    openssl("x509", "-inform", "DER", "-in", der.toString(), "-out", "revoked.pem");
    openssl("ca", "-batch", "-config", "ca.cnf", "-revoke", "revoked.pem");
  }

  /** A list of what is revoked, good for a week. */
  byte[] list(String... more) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("ca", "-batch", "-config", "ca.cnf", "-gencrl", "-out", "crl.pem"));
    command.addAll(Arrays.asList(more));
    openssl(command.toArray(String[]::new));
    return Files.readAllBytes(folder.resolve("crl.pem"));
  }

  /** Adds extensions of lists to the configuration. */
  void configure(String lines) throws Exception {
    Path file = folder.resolve("ca.cnf");
    Files.writeString(file, Files.readString(file) + lines);
  }

  /** The last list in another form. */
  byte[] derOfLastList() throws Exception {
    openssl("crl", "-in", "crl.pem", "-outform", "DER", "-out", "crl.der");
    return Files.readAllBytes(folder.resolve("crl.der"));
  }

  private void openssl(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("env", "-C", folder.toString(), openssl));
    command.addAll(Arrays.asList(arguments));
    Tool.Result result = Tool.run(LIMIT, command.toArray(String[]::new));
    assertEquals(0, result.exit(), result.output());
  }

  private static X509Certificate read(Path file) throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  static byte[] join(byte[]... parts) {
    var out = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
