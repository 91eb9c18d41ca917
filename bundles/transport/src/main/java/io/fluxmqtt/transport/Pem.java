package io.fluxmqtt.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A file in PEM (RFC 7468): certificates, keys and revocation lists between lines that say what
 * they are, in any order, with any text around. Every error says which file and why, and quotes
 * nothing of it.
 */
final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";
  private static final String PBES2_OID = "1.2.840.113549.1.5.13";

  private record Block(String type, String text) {}

  private final String name;
  private final byte[] bytes;
  private final List<Block> blocks = new ArrayList<>();

  /**
   * Looks through the bytes of a file.
   *
   * @param name of the file, for errors
   */
  Pem(String name, byte[] bytes) {
    this.name = name;
    this.bytes = bytes;
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = text.indexOf(BEGIN);
    while (at >= 0) {
      int typeEnd = text.indexOf(DASHES, at + BEGIN.length());
      String type = typeEnd < 0 ? "" : text.substring(at + BEGIN.length(), typeEnd);
      int end = typeEnd < 0 ? -1 : text.indexOf("-----END " + type + DASHES, typeEnd);
      if (end >= 0) {
        blocks.add(new Block(type, text.substring(typeEnd + DASHES.length(), end)));
      }
      at = text.indexOf(BEGIN, Math.max(at + 1, end));
    }
  }

  /** All certificates, in their order; at least one. */
  List<X509Certificate> certificates() throws TlsProblem {
    List<X509Certificate> found = new ArrayList<>();
    for (Block block : blocks) {
      if (block.type.equals("CERTIFICATE") || block.type.equals("X509 CERTIFICATE")) {
        found.add(certificate(der(block)));
      }
    }
    if (found.isEmpty()) {
      throw new TlsProblem(name, "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
    }
    return found;
  }

  private X509Certificate certificate(byte[] der) throws TlsProblem {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new TlsProblem(name, "holds a damaged certificate");
    }
  }

  /** All revocation lists; at least one. A file may also be one list in DER. */
  List<X509CRL> revocationLists() throws TlsProblem {
    List<X509CRL> found = new ArrayList<>();
    for (Block block : blocks) {
      if (block.type.equals("X509 CRL")) {
        found.add(revocationList(der(block)));
      }
    }
    if (found.isEmpty()) {
      if (bytes.length == 0 || bytes[0] != 0x30) {
        throw new TlsProblem(name, "holds no revocation list (-----BEGIN X509 CRL-----)");
      }
      found.add(revocationList(bytes));
    }
    return found;
  }

  private X509CRL revocationList(byte[] der) throws TlsProblem {
    try {
      return (X509CRL)
          CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    } catch (CertificateException | CRLException e) {
      throw new TlsProblem(name, "holds a damaged revocation list");
    }
  }

  /**
   * The one private key: of PKCS#8, encrypted or not, of PKCS#1 (RSA), or of SEC 1 (EC).
   *
   * @param algorithm that of the certificate's public key
   * @param password empty for none
   */
  PrivateKey privateKey(String algorithm, String password) throws TlsProblem {
    List<Block> keys = blocks.stream().filter(b -> b.type.endsWith("PRIVATE KEY")).toList();
    if (keys.size() != 1) {
      throw new TlsProblem(
          name,
          keys.isEmpty()
              ? "holds no private key in PEM (-----BEGIN PRIVATE KEY-----)"
              : "holds %d private keys; leave one".formatted(keys.size()));
    }
    Block block = keys.get(0);
    if (block.text.contains("ENCRYPTED")) {
      throw new TlsProblem(
          name,
          "has a key encrypted in the old way of OpenSSL; convert it: openssl pkcs8 -topk8 -in old"
              + " -out new");
    }
    byte[] der = der(block);
    PKCS8EncodedKeySpec spec =
        switch (block.type) {
          case "PRIVATE KEY" -> new PKCS8EncodedKeySpec(der);
          case "RSA PRIVATE KEY" -> new PKCS8EncodedKeySpec(Der.rsaToPkcs8(der));
          case "EC PRIVATE KEY" -> new PKCS8EncodedKeySpec(ecToPkcs8(der));
          case "ENCRYPTED PRIVATE KEY" -> decrypted(der, password);
          default -> throw new TlsProblem(name, "has a key of another kind: " + block.type);
        };
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(spec);
    } catch (GeneralSecurityException e) {
      throw new TlsProblem(
          name, "has no key of the kind %s that the certificate is of".formatted(algorithm));
    }
  }

  private byte[] ecToPkcs8(byte[] der) throws TlsProblem {
    try {
      return Der.ecToPkcs8(der);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new TlsProblem(
          name, "has an EC key without a named curve; convert it: openssl pkcs8 -topk8 -nocrypt");
    }
  }

  private PKCS8EncodedKeySpec decrypted(byte[] der, String password) throws TlsProblem {
    if (password.isEmpty()) {
      throw new TlsProblem(name, "has an encrypted key; set .keyPassword or keyPasswordFile");
    }
    PBEKeySpec secret = new PBEKeySpec(password.toCharArray());
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
      String algorithm = info.getAlgName();
      if (algorithm.equals("PBES2") || algorithm.equals(PBES2_OID)) {
        algorithm = info.getAlgParameters().toString(); // its way to name the two parts
      }
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(secret),
          info.getAlgParameters());
      return info.getKeySpec(cipher);
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsProblem(
          name, "has a key that the password (.keyPassword, keyPasswordFile) does not decrypt");
    } finally {
      secret.clearPassword();
    }
  }

  private byte[] der(Block block) throws TlsProblem {
    try {
      return Base64.getMimeDecoder().decode(block.text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw new TlsProblem(name, "is damaged: what should be Base64 is none");
    }
  }
}
