package io.fluxmqtt.auth.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFieldsTest {
  @TempDir static Path folder;
  private static Pki pki;

  @BeforeAll
  static void start() throws Exception {
    pki = new Pki(folder.resolve("root"), "Root");
  }

  @Test
  void everyFieldIsReadAsItStands() throws Exception {
    CertificateFields fields =
        CertificateFields.of(
            pki.issue(
                "/O=Plant, North/OU=sensors/OU=b \\+ c/CN= a#\\+\\/%u é ",
                "subjectAltName=DNS:a.plant.test,email:a@plant.test,URI:urn:dev:a,IP:10.0.0.1"));
    assertEquals(" a#+/%u é ", fields.only(Field.CN));
    String dn = "CN=\\ a\\#\\+/%u é\\ ,OU=b \\+ c,OU=sensors,O=Plant\\, North";
    assertEquals(dn, fields.only(Field.DN));
    assertEquals("a.plant.test", fields.only(Field.SAN_DNS));
    assertEquals("a@plant.test", fields.only(Field.SAN_EMAIL));
    assertEquals("urn:dev:a", fields.only(Field.SAN_URI));
    assertEquals(Set.of("sensors", "b + c"), Set.copyOf(fields.units()));
    Map<String, List<String>> attributes = fields.attributes();
    assertEquals(List.of("Plant, North"), attributes.get("cert.o"));
    assertEquals(List.of(dn), attributes.get("cert.dn"));
    assertEquals(List.of(" a#+/%u é "), attributes.get("cert.cn"));
    assertEquals(fields.units(), attributes.get("cert.ou"));
    assertEquals(List.of("a.plant.test"), attributes.get("cert.san.dns"));
    assertEquals(List.of("a@plant.test"), attributes.get("cert.san.email"));
    assertEquals(List.of("urn:dev:a"), attributes.get("cert.san.uri"));
    assertEquals(List.of("CN=Root,O=Plant"), attributes.get("cert.issuer"));
    assertTrue(attributes.get("cert.serial").get(0).matches("0A[0-9A-F]{2}"), "" + attributes);
    assertEquals(attributes.get("cert.serial"), List.of(fields.serial()));
  }

  @Test
  void whatIsAskedForMustBeThereOnce() throws Exception {
    X509Certificate two =
        pki.issue("/CN=a/CN=b/OU=c", "subjectAltName=DNS:a.test,DNS:b.test,URI:urn:a");
    CertificateFields fields = CertificateFields.of(two);
    assertFailure("it has 2 of what should be once: a common name", fields, Field.CN);
    assertFailure("it has 2 of what should be once: a DNS name", fields, Field.SAN_DNS);
    assertFailure("it has not an e-mail address", fields, Field.SAN_EMAIL);
    assertEquals("urn:a", fields.only(Field.SAN_URI));
    assertEquals(Set.of("a", "b"), Set.copyOf(fields.attributes().get("cert.cn")));
    assertTrue(!fields.attributes().containsKey("cert.san.email"));
  }

  @Test
  void twoNamesInOnePartAreTwo() throws Exception {
    CertificateFields fields = CertificateFields.of(pki.issue("/O=x/CN=a+OU=c+CN=b"));
    assertFailure("it has 2 of what should be once: a common name", fields, Field.CN);
    assertEquals(List.of("c"), fields.units());
  }

  @Test
  void certificateWithoutSubjectHasNone() throws Exception {
    CertificateFields fields =
        CertificateFields.of(pki.issue("/", "subjectAltName=critical,DNS:only.test"));
    assertFailure("it has not a subject", fields, Field.DN);
    assertFailure("it has not a common name", fields, Field.CN);
    assertEquals("only.test", fields.only(Field.SAN_DNS));
    assertEquals(
        Set.of("cert.san.dns", "cert.serial", "cert.issuer"), fields.attributes().keySet());
  }

  @Test
  void controlCharactersAnywhereRefuseTheWhole() throws Exception {
    for (String subject :
        List.of("/CN=a\nb", "/CN=a\u001b[2J", "/OU=a\tb/CN=a", "/CN=a\u202eb", "/L=x\u0001/CN=a")) {
      X509Certificate certificate = pki.issue(subject);
      BadCertificateException failure =
          assertThrows(BadCertificateException.class, () -> CertificateFields.of(certificate));
      assertTrue(failure.getMessage().endsWith("has a control character"), failure.getMessage());
    }
    X509Certificate blank = pki.issue("/OU= /CN=a");
    assertThrows(BadCertificateException.class, () -> CertificateFields.of(blank));
  }

  private static void assertFailure(String text, CertificateFields fields, Field field) {
    BadCertificateException failure =
        assertThrows(BadCertificateException.class, () -> fields.only(field));
    assertEquals(text, failure.getMessage());
  }
}
