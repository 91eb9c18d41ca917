package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is found in files of PEM, and what is said of bad ones. */
class PemTest {
  private static final TestCa CA = new TestCa("authority");
  private static final TestCa.Issued ANN = CA.issue("ann", "ann.example.org");

  /** Of nobody: made for this test by openssl, and encrypted by openssl pkcs8 -topk8. */
  private static final String PLAIN =
      """
      -----BEGIN PRIVATE KEY-----
      MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgT35pypAIG2UFJxlq
      C6FG6s6GyyKFVB9MdZ3N9cKQZZ2hRANCAAS++tjBcsGMrhELCzrTbllW4hfiz3CY
      UcRcQS6ytg+fvRLhIHRY71DAwh5cx7Xg4Yy3zfy+1+9YsF03x1Oz6APO
      -----END PRIVATE KEY-----
      """;

  private static final String ENCRYPTED =
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg31lRApOj3CwICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHaNtqy0f/nao1nHefdXiaAEgZD8
      7kC8uvpkjbc07Ne0exMzxE/aMvahV8b3iYnmoBlmUSRqxIJIJQ4qbgS2Q4BCerR3
      othTQ4SQ/LvSRUsI1Gt/LbkvaztzyJOj0e8pwj6Q/WUThRbdKIQ/+xWL7ttrqI8g
      Vjca5meLOro0NSTDvCX2YTKAdky3ijjqj69iobzOiYHvBffPTR6hGjO3a15rk3w=
      -----END ENCRYPTED PRIVATE KEY-----
      """;

  @Test
  void findsCertificatesInOrderAmongOtherText() throws TlsProblem {
    Pem pem = new Pem("x", ("subject=/CN=ann\n" + ANN.pem() + "and so on\n" + CA.pem()).getBytes());
    assertEquals(List.of(ANN.leaf(), CA.certificate), pem.certificates());
    assertEquals(ANN.keys().getPrivate(), pem.privateKey("EC", ""));
  }

  @Test
  void findsLists() throws Exception {
    String two = CA.revoked(TestCa.days(1), ANN.leaf()) + CA.revoked(TestCa.days(2));
    assertEquals(2, pem(two).revocationLists().size());
    assertTrue(pem(two).revocationLists().get(0).isRevoked(ANN.leaf()));
    byte[] der = CA.list(TestCa.days(1), new byte[0], new X509Certificate[] {ANN.leaf()});
    assertTrue(new Pem("x", der).revocationLists().get(0).isRevoked(ANN.leaf()));
  }

  @Test
  void saysWhatIsMissing() {
    assertEquals(
        "x holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
        problem(() -> pem(ANN.keyPem()).certificates()));
    assertEquals(
        "x holds no private key in PEM (-----BEGIN PRIVATE KEY-----)",
        problem(() -> pem(CA.pem()).privateKey("EC", "")));
    assertEquals(
        "x holds 2 private keys; leave one",
        problem(() -> pem(ANN.keyPem() + ANN.keyPem()).privateKey("EC", "")));
    assertEquals(
        "x holds no revocation list (-----BEGIN X509 CRL-----)",
        problem(() -> pem("").revocationLists()));
    assertEquals(
        "x holds no revocation list (-----BEGIN X509 CRL-----)",
        problem(() -> pem(CA.pem()).revocationLists()));
  }

  @Test
  void saysWhatIsDamagedAndQuotesNothing() {
    String cut = TestCa.pem("CERTIFICATE", new byte[] {0x30, 3, 1, 1, 1});
    assertEquals("x holds a damaged certificate", problem(() -> pem(cut).certificates()));
    String list = TestCa.pem("X509 CRL", new byte[] {0x30, 3, 1, 1, 1});
    assertEquals("x holds a damaged revocation list", problem(() -> pem(list).revocationLists()));
    String key = TestCa.pem("PRIVATE KEY", new byte[] {0x30, 3, 1, 1, 1});
    assertEquals(
        "x has no key of the kind RSA that the certificate is of",
        problem(() -> pem(key).privateKey("RSA", "")));
    String text = "-----BEGIN CERTIFICATE-----\nAAAAA\n-----END CERTIFICATE-----\n";
    assertEquals(
        "x is damaged: what should be Base64 is none", problem(() -> pem(text).certificates()));
    String dsa = TestCa.pem("DSA PRIVATE KEY", new byte[3]);
    assertEquals(
        "x has a key of another kind: DSA PRIVATE KEY",
        problem(() -> pem(dsa).privateKey("EC", "")));
  }

  @Test
  void readsKeysOfOlderForms() throws Exception {
    KeyPair rsa = generated("RSA", 2048);
    byte[] pkcs8 = rsa.getPrivate().getEncoded();
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length); // what PKCS#8 wraps
    assertArrayEquals(pkcs8, Der.rsaToPkcs8(pkcs1));
    assertEquals(rsa.getPrivate(), pem(TestCa.pem("RSA PRIVATE KEY", pkcs1)).privateKey("RSA", ""));

    PrivateKey ec = ANN.keys().getPrivate();
    byte[] sec1 = sec1(ec.getEncoded());
    PrivateKey read = pem(TestCa.pem("EC PRIVATE KEY", sec1)).privateKey("EC", "");
    assertEquals(((ECPrivateKey) ec).getS(), ((ECPrivateKey) read).getS());
    byte[] nameless = Arrays.copyOf(sec1, sec1.length - 12);
    nameless[1] = (byte) (nameless.length - 2);
    assertTrue(
        problem(() -> pem(TestCa.pem("EC PRIVATE KEY", nameless)).privateKey("EC", ""))
            .startsWith("x has an EC key without a named curve"));
    byte[] shortened = {0x30, 10, 2, 1};
    assertTrue(
        problem(() -> pem(TestCa.pem("EC PRIVATE KEY", shortened)).privateKey("EC", ""))
            .startsWith("x has an EC key without a named curve"));
  }

  /** The key of 32 bytes of a PKCS#8 of P-256, as openssl ecparam writes it. */
  private static byte[] sec1(byte[] pkcs8) {
    for (int i = 0; i + 34 <= pkcs8.length; i++) {
      if (pkcs8[i] == 4 && pkcs8[i + 1] == 32) {
        byte[] key = Arrays.copyOfRange(pkcs8, i, i + 34);
        byte[] curve = {6, 8, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 3, 1, 7};
        return Der.value(0x30, new byte[] {2, 1, 1}, key, Der.value(0xA0, curve));
      }
    }
    throw new AssertionError("no key");
  }

  @Test
  void decryptsWithThePassword() throws Exception {
    String pem = ENCRYPTED;
    assertEquals(pem(PLAIN).privateKey("EC", ""), pem(pem).privateKey("EC", "secret"));
    assertEquals(
        "x has an encrypted key; set .keyPassword or keyPasswordFile",
        problem(() -> pem(pem).privateKey("EC", "")));
    String wrong = problem(() -> pem(pem).privateKey("EC", "mustard"));
    assertTrue(wrong.contains("does not decrypt"), wrong);
    assertFalse(wrong.contains("mustard"), wrong);
    String old =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n"
            + "-----END RSA PRIVATE KEY-----\n";
    String problem = problem(() -> pem(old).privateKey("RSA", "x"));
    assertTrue(problem.contains("openssl pkcs8 -topk8"), problem);
  }

  @Test
  void lengthsOfDerAreAsShortAsCanBe() {
    assertArrayEquals(new byte[] {4, 0}, Der.value(4));
    assertEquals(2 + 127, Der.value(4, new byte[127]).length);
    byte[] one = Der.value(4, new byte[128]);
    assertArrayEquals(new byte[] {4, (byte) 0x81, (byte) 128}, Arrays.copyOf(one, 3));
    byte[] still = Der.value(4, new byte[255]);
    assertEquals(3 + 255, still.length);
    byte[] two = Der.value(4, new byte[256]);
    assertArrayEquals(new byte[] {4, (byte) 0x82, 1, 0}, Arrays.copyOf(two, 4));
  }

  @Test
  void certificateAndKeyMustBelongTogether() throws Exception {
    TestCa.Issued bob = CA.issue("bob");
    assertEquals(
        "f has a first certificate that the private key is not of; the leaf comes first",
        problem(() -> TlsIdentity.of("f", ANN.chain(), bob.keys().getPrivate())));
    KeyPair rsa = generated("RSA", 2048);
    assertThrows(TlsProblem.class, () -> TlsIdentity.of("f", ANN.chain(), rsa.getPrivate()));
    TlsIdentity identity = TlsIdentity.of("f", ANN.chain(), ANN.keys().getPrivate());
    assertEquals(ANN.leaf().getNotAfter().toInstant(), identity.expires());
    assertTrue(identity.isFor("ann.example.org"));
    assertFalse(identity.isFor("example.org"));
    assertFalse(identity.isFor("x.ann.example.org"));
  }

  private static KeyPair generated(String algorithm, int size) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(size);
    return generator.generateKeyPair();
  }

  private static Pem pem(String text) {
    return new Pem("x", text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private interface Reading {
    Object read() throws Exception;
  }

  private static String problem(Reading reading) {
    return String.valueOf(assertThrows(TlsProblem.class, reading::read).getMessage());
  }
}
