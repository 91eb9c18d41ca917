package io.fluxmqtt.auth.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthenticatorTest {
  private static final Authentication ABSTAINED = new Authentication.Abstained();
  private static final Authentication REFUSED =
      new Authentication.Rejected(ReasonCode.NOT_AUTHORIZED);
  private static final Authentication UNAVAILABLE =
      new Authentication.Rejected(ReasonCode.SERVER_UNAVAILABLE);
  private static final CertificateAuthenticator.Terms PLAIN = terms(Field.CN, null, false, "");

  @TempDir static Path folder;
  private static Pki root;
  private static Pki below;
  private static X509Certificate ann;
  private static X509Certificate revoked;

  private Optional<RevocationLists> lists = Optional.empty();
  private Instant now = Instant.now().plusSeconds(60);

  @BeforeAll
  static void start() throws Exception {
    root = new Pki(folder.resolve("root"), "Root");
    below = new Pki(folder.resolve("below"), "Below", root);
    ann = below.issue("/O=Plant/OU=sensors/OU=north/CN=ann", "subjectAltName=DNS:ann.plant.test");
    revoked = below.issue("/CN=revoked");
    below.revoke(revoked);
  }

  @Test
  void whoShowsNoCertificateIsLeftToOthers() {
    assertEquals(ABSTAINED, answer(PLAIN));
  }

  @Test
  void nameOfTheCertificateCountsWhateverTheClientSays() {
    Principal principal = accepted(PLAIN, ann);
    assertEquals("ann", principal.userName());
    assertEquals(Set.of(), principal.groups());
    assertNull(principal.clientId());
    assertEquals(List.of("ann.plant.test"), principal.attributes().get("cert.san.dns"));
  }

  @Test
  void otherFieldsCanBeUserNameClientIdAndGroups() {
    Principal principal = accepted(terms(Field.SAN_DNS, Field.CN, true, "ou."), ann);
    assertEquals("ann.plant.test", principal.userName());
    assertEquals("ann", principal.clientId());
    assertEquals(Set.of("ou.sensors", "ou.north"), principal.groups());
    assertNull(accepted(terms(null, null, false, ""), ann).userName());
    assertEquals(
        "CN=ann,OU=north,OU=sensors,O=Plant",
        accepted(terms(Field.DN, null, false, ""), ann).userName());
    assertEquals(REFUSED, answer(terms(Field.SAN_URI, null, false, ""), ann));
    assertEquals(REFUSED, answer(terms(Field.CN, Field.SAN_EMAIL, false, ""), ann));
  }

  @Test
  void itCountsUntilTheFirstOfTheChainEnds() throws Exception {
    X509Certificate above = root.authorityCertificate();
    Instant end = ann.getNotAfter().toInstant();
    assertEquals(end, accepted(PLAIN, ann, above).validUntil());
    assertEquals(end, accepted(PLAIN, ann).validUntil());
  }

  @Test
  void ambiguousAndForgedNamesAreRefused() throws Exception {
    assertEquals(REFUSED, answer(PLAIN, below.issue("/CN=ann/CN=admin")));
    assertEquals(REFUSED, answer(PLAIN, below.issue("/CN=ann\nadmin")));
    assertEquals(REFUSED, answer(PLAIN, below.issue("/OU=none")));
  }

  @Test
  void everyLinkOfTheChainIsLookedUp() throws Exception {
    X509Certificate middle = below.authorityCertificate();
    X509Certificate top = root.authorityCertificate();
    byte[] authorities =
        Pki.join(Files.readAllBytes(root.authority()), Files.readAllBytes(below.authority()));
    assertEquals(UNAVAILABLE, answer(revocable(false), ann), "nothing was read yet");

    lists = Optional.of(RevocationLists.parse(below.list(), authorities));
    assertEquals("ann", accepted(revocable(false), ann).userName());
    assertEquals(REFUSED, answer(revocable(false), revoked));
    assertEquals("revoked", accepted(PLAIN, revoked).userName(), "nothing is asked");
    assertEquals(UNAVAILABLE, answer(revocable(false), ann, middle), "no list of the root");
    assertEquals(UNAVAILABLE, answer(revocable(true), ann, middle), "that is not stale");
    assertEquals(REFUSED, answer(revocable(false), revoked, middle), "revoked is said first");

    lists = Optional.of(RevocationLists.parse(Pki.join(below.list(), root.list()), authorities));
    assertEquals("ann", accepted(revocable(false), ann, middle).userName());
    assertEquals("ann", accepted(revocable(false), ann, middle, top).userName());
    assertEquals(REFUSED, answer(revocable(false), revoked, middle, top));

    root.revoke(middle);
    lists = Optional.of(RevocationLists.parse(Pki.join(below.list(), root.list()), authorities));
    assertEquals(REFUSED, answer(revocable(false), ann, middle, top));
    assertEquals(REFUSED, answer(revocable(true), ann, middle));
  }

  @Test
  void listThatIsOutOfDateLetsNobodyInUnlessItMay() throws Exception {
    byte[] authority = Files.readAllBytes(below.authority());
    lists = Optional.of(RevocationLists.parse(below.list(), authority));
    now = now.plus(Duration.ofDays(8));
    assertEquals(UNAVAILABLE, answer(revocable(false), ann));
    assertEquals("ann", accepted(revocable(true), ann).userName());
    assertEquals(REFUSED, answer(revocable(true), revoked));
  }

  @Test
  void rootIsOnlyTheLastOfAChain() throws Exception {
    X509Certificate top = root.authorityCertificate();
    byte[] authority = Files.readAllBytes(below.authority());
    lists = Optional.of(RevocationLists.parse(below.list(), authority));
    assertEquals(UNAVAILABLE, answer(revocable(false), top), "the client's own");
    assertEquals(UNAVAILABLE, answer(revocable(false), ann, top, ann));
    assertEquals("ann", accepted(revocable(false), ann, top).userName());
  }

  private static CertificateAuthenticator.Terms terms(
      @Nullable Field user, @Nullable Field client, boolean isOu, String prefix) {
    return new CertificateAuthenticator.Terms(user, client, isOu, prefix, false, false);
  }

  private static CertificateAuthenticator.Terms revocable(boolean allowsStale) {
    return new CertificateAuthenticator.Terms(Field.CN, null, false, "", true, allowsStale);
  }

  private Principal accepted(CertificateAuthenticator.Terms terms, X509Certificate... chain) {
    Authentication answer = answer(terms, chain);
    return assertInstanceOf(Authentication.Accepted.class, answer).principal();
  }

  private Authentication answer(CertificateAuthenticator.Terms terms, X509Certificate... chain) {
    CertificateAuthenticator authenticator =
        new CertificateAuthenticator("pid", Clock.fixed(now, ZoneOffset.UTC), PLAIN, () -> lists);
    authenticator.turnTo(terms);
    Credentials credentials =
        new Credentials("id", "admin", Payload.ofUtf8("x"), "default", null, List.of(chain));
    return authenticator.authenticate(credentials).toCompletableFuture().join();
  }
}
