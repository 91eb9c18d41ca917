package io.fluxmqtt.auth.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.auth.certificate.RevocationLists.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationListsTest {
  @TempDir Path folder;
  private Pki pki;
  private byte[] authority;
  private final Instant soon = Instant.now().plusSeconds(60);

  @BeforeEach
  void setUp() throws Exception {
    pki = new Pki(folder.resolve("root"), "Root");
    authority = Files.readAllBytes(pki.authority());
  }

  @Test
  void listTellsWhoIsRevokedUntilItsNextUpdate() throws Exception {
    X509Certificate good = pki.issue("/CN=good");
    X509Certificate bad = pki.issue("/CN=bad");
    pki.revoke(bad);
    byte[] pem = pki.list();
    for (byte[] form : new byte[][] {pem, pki.derOfLastList()}) {
      RevocationLists lists = RevocationLists.parse(form, authority);
      assertEquals(1, lists.count());
      assertEquals(Status.GOOD, lists.statusOf(good, soon));
      assertEquals(Status.REVOKED, lists.statusOf(bad, soon));
      assertNull(lists.stale(soon));
      Instant late = soon.plus(Duration.ofDays(8));
      assertEquals(Status.STALE, lists.statusOf(good, late));
      assertEquals(Status.REVOKED, lists.statusOf(bad, late), "for ever");
      Instant early = soon.minus(Duration.ofDays(1));
      assertEquals(Status.STALE, lists.statusOf(good, early));
      assertEquals("CN=Root,O=Plant", lists.stale(early).getName());
    }
  }

  @Test
  void ofSeveralListsOfOneIssuerAllCount() throws Exception {
    X509Certificate first = pki.issue("/CN=first");
    pki.revoke(first);
    byte[] old = pki.list("-crldays", "1");
    X509Certificate second = pki.issue("/CN=second");
    pki.revoke(second);
    RevocationLists lists = RevocationLists.parse(Pki.join(old, pki.list()), authority);
    assertEquals(2, lists.count());
    assertEquals(Status.REVOKED, lists.statusOf(first, soon));
    assertEquals(Status.REVOKED, lists.statusOf(second, soon));
    assertNull(lists.stale(soon.plus(Duration.ofDays(3))), "the longer one is current");
  }

  @Test
  void nothingIsKnownOfAnotherIssuer() throws Exception {
    Pki other = new Pki(folder.resolve("other"), "Other");
    RevocationLists lists = RevocationLists.parse(pki.list(), authority);
    assertEquals(0, lists.count());
    assertEquals(Status.NO_LIST, lists.statusOf(other.issue("/CN=x"), soon));
  }

  @Test
  void listThatIsSignedByAnotherIsRefused() throws Exception {
    Pki namesake = new Pki(folder.resolve("namesake"), "Root");
    assertBad("is signed by nobody", namesake.list(), authority);
    Pki other = new Pki(folder.resolve("other"), "Other");
    assertBad("is signed by nobody", other.list(), authority);
    byte[] both = Pki.join(authority, Files.readAllBytes(other.authority()));
    byte[] lists = Pki.join(pki.list(), other.list());
    assertEquals(0, RevocationLists.parse(lists, both).count());
  }

  @Test
  void listOfAPartIsRefused() throws Exception {
    pki.configure(
        "crl_extensions = part\n[part]\nissuingDistributionPoint = critical,@d\n"
            + "[d]\nonlyuser = TRUE\n");
    assertBad("critical extensions that are not known: 2.5.29.28", pki.list(), authority);
  }

  @Test
  void whatIsNoListIsRefused() throws Exception {
    byte[] list = pki.list();
    assertBad("there is no revocation list in it", new byte[0], authority);
    assertBad("there is no certificate in caFile", list, new byte[0]);
    assertBad("cannot be read", authority, authority);
    assertBad("a certificate in caFile cannot be read", list, list);
    byte[] cut = java.util.Arrays.copyOf(list, list.length / 2);
    assertThrows(
        RevocationLists.BadListException.class, () -> RevocationLists.parse(cut, authority));
  }

  private static void assertBad(String text, byte[] lists, byte[] authorities) {
    RevocationLists.BadListException failure =
        assertThrows(
            RevocationLists.BadListException.class,
            () -> RevocationLists.parse(lists, authorities));
    assertTrue(failure.getMessage().contains(text), failure.getMessage());
  }
}
