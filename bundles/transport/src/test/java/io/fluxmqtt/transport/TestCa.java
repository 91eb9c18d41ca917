package io.fluxmqtt.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An authority that makes certificates and revocation lists of elliptic curves, byte by byte. */
final class TestCa {
  private static final byte[] ECDSA_WITH_SHA256 =
      seq(new byte[] {6, 8, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 4, 3, 2});
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final AtomicInteger SERIALS = new AtomicInteger(1000);

  /** A certificate with its key and all above it but the root. */
  record Issued(List<X509Certificate> chain, KeyPair keys) {
    X509Certificate leaf() {
      return chain.get(0);
    }

    String certificatesPem() {
      StringBuilder pem = new StringBuilder();
      chain.forEach(each -> pem.append(TestCa.pem("CERTIFICATE", encoded(each))));
      return pem.toString();
    }

    String keyPem() {
      return TestCa.pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    String pem() {
      return certificatesPem() + keyPem();
    }
  }

  private final String name;
  private final KeyPair keys = keys();
  final X509Certificate certificate;
  private final List<X509Certificate> above;

  /** A root. */
  TestCa(String name) {
    this.name = name;
    certificate = certificate(name, name, keys, keys, true, days(-1), days(1000), List.of());
    above = List.of();
  }

  /** One below another. */
  TestCa(String name, TestCa issuer) {
    this.name = name;
    certificate =
        certificate(name, issuer.name, keys, issuer.keys, true, days(-1), days(1000), List.of());
    List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
    chain.addAll(issuer.above);
    above = chain;
  }

  String pem() {
    return pem("CERTIFICATE", encoded(certificate));
  }

  /** One that is valid now. */
  Issued issue(String subject, String... hosts) {
    return issue(subject, days(-1), days(100), hosts);
  }

  Issued issue(String subject, Instant from, Instant until, String... hosts) {
    KeyPair own = keys();
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(certificate(subject, name, own, keys, false, from, until, List.of(hosts)));
    chain.addAll(above);
    return new Issued(chain, own);
  }

  /** A revocation list in PEM. */
  String revoked(Instant next, X509Certificate... revoked) {
    return pem("X509 CRL", list(next, new byte[0], revoked));
  }

  /** The same as a delta, which alone says nothing. */
  String delta(Instant next) {
    byte[] indicator = seq(new byte[] {6, 3, 0x55, 0x1D, 27}, bool(), tag(4, new byte[] {2, 1, 1}));
    return pem("X509 CRL", list(next, tag(0xA0, seq(indicator)), new X509Certificate[0]));
  }

  byte[] list(Instant next, byte[] extensions, X509Certificate... revoked) {
    ByteArrayOutputStream entries = new ByteArrayOutputStream();
    for (X509Certificate each : revoked) {
      entries.writeBytes(seq(tag(2, each.getSerialNumber().toByteArray()), time(days(-1))));
    }
    byte[] body =
        seq(
            new byte[] {2, 1, 1},
            ECDSA_WITH_SHA256,
            distinguishedName(name),
            time(days(-2)),
            time(next),
            revoked.length == 0 ? new byte[0] : tag(0x30, entries.toByteArray()),
            extensions);
    return signed(body, keys);
  }

  static Instant days(int fromNow) {
    return Instant.now().plusSeconds(fromNow * 86_400L);
  }

  static String pem(String type, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(type, Base64.getMimeEncoder().encodeToString(der), type);
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate certificate(
      String subject,
      String issuer,
      KeyPair own,
      KeyPair signer,
      boolean authority,
      Instant from,
      Instant until,
      List<String> hosts) {
    ByteArrayOutputStream extensions = new ByteArrayOutputStream();
    if (authority) {
      extensions.writeBytes(seq(new byte[] {6, 3, 0x55, 0x1D, 19}, bool(), tag(4, seq(bool()))));
    }
    if (!hosts.isEmpty()) {
      ByteArrayOutputStream names = new ByteArrayOutputStream();
      hosts.forEach(host -> names.writeBytes(tag(0x82, host.getBytes(StandardCharsets.US_ASCII))));
      extensions.writeBytes(
          seq(new byte[] {6, 3, 0x55, 0x1D, 17}, tag(4, tag(0x30, names.toByteArray()))));
    }
    byte[] body =
        seq(
            tag(0xA0, new byte[] {2, 1, 2}),
            tag(2, BigInteger.valueOf(SERIALS.incrementAndGet()).toByteArray()),
            ECDSA_WITH_SHA256,
            distinguishedName(issuer),
            seq(time(from), time(until)),
            distinguishedName(subject),
            own.getPublic().getEncoded(),
            extensions.size() == 0 ? new byte[0] : tag(0xA3, tag(0x30, extensions.toByteArray())));
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(signed(body, signer)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] signed(byte[] body, KeyPair signer) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(signer.getPrivate());
      signature.update(body);
      byte[] bits = signature.sign();
      ByteArrayOutputStream padded = new ByteArrayOutputStream();
      padded.write(0);
      padded.writeBytes(bits);
      return seq(body, ECDSA_WITH_SHA256, tag(3, padded.toByteArray()));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] distinguishedName(String commonName) {
    byte[] text = tag(0x0C, commonName.getBytes(StandardCharsets.UTF_8));
    return seq(tag(0x31, seq(new byte[] {6, 3, 0x55, 4, 3}, text)));
  }

  private static byte[] time(Instant instant) {
    return tag(0x18, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] bool() {
    return new byte[] {1, 1, (byte) 0xFF};
  }

  private static byte[] seq(byte[]... parts) {
    return tag(0x30, parts);
  }

  private static byte[] tag(int tag, byte[]... parts) {
    return Der.value(tag, parts);
  }
}
