package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What TLS is asked to do, whom it trusts, and how it names what fails; without any socket. */
class TlsRulesTest {
  private static final TestCa CA = new TestCa("authority");
  private static final TestCa BELOW = new TestCa("below", CA);
  private static final TestCa.Issued ANN = CA.issue("ann", "ann.example.org");

  @TempDir Path etc;

  @Test
  void pathsBeginInTheFolderOfTheConfiguration() {
    TlsSettings read = read("certificateFile", "a/../c.pem", "keyFile", "/k.pem");
    assertEquals(etc.resolve("c.pem").toAbsolutePath(), read.certificates());
    assertEquals(Path.of("/k.pem"), read.key());
    assertNull(read.keyStore());
    assertEquals("mqtt", read.applicationProtocol());
    assertEquals(List.of("TLSv1.3", "TLSv1.2"), read.protocols());
    assertTrue(read.cipherSuites().stream().allMatch(s -> s.matches(".*(GCM|POLY1305).*")));
    assertEquals(etc.resolve("c.pem").toAbsolutePath(), read("certificateFile", "c.pem").key());
  }

  @Test
  void passwordIsNeverShown() {
    TlsSettings read = read("certificateFile", "c", ".keyPassword", "sesame");
    assertEquals("sesame", read.password().text());
    assertFalse(read.toString().contains("sesame"), read.toString());
    String refused =
        refused("certificateFile", "c", ".keyPassword", "sesame", "keyPasswordFile", "f");
    assertTrue(refused.contains("keyPasswordFile=f is set beside .keyPassword"), refused);
    assertFalse(refused.contains("sesame"), refused);
  }

  @Test
  void badSettingsSayWhatToDo() {
    assertTrue(refused().contains("certificateFile= is empty; set it"));
    assertTrue(refused("certificateFile", "c", "keyStoreFile", "s").contains("clear one"));
    assertTrue(refused("keyFile", "c", "keyStoreFile", "s").contains("clear one"));
    assertTrue(
        refused("certificateFile", "c", "clientCertificate", "optional").contains("caFile= is"));
    assertTrue(refused("certificateFile", "c", "tlsProtocols", "TLSv1.1").contains("broken"));
    assertTrue(refused("certificateFile", "c", "tlsProtocols", " ").contains("tlsProtocols="));
    assertTrue(refused("certificateFile", "c", "cipherSuites", "X,Y").contains("[X, Y]"));
    assertTrue(refused("certificateFile", "c", "cipherSuites", "").contains("leave it out"));
    assertTrue(refused("certificateFile", "a\0b").contains("is not a path"));
  }

  private TlsSettings read(String... keysAndValues) {
    Map<String, Object> properties = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      properties.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return TlsSettings.of(
        new Settings(ListenerComponent.PID, properties, ListenerConfig.class), etc, "mqtt");
  }

  private String refused(String... keysAndValues) {
    return String.valueOf(
        assertThrows(SettingException.class, () -> read(keysAndValues)).getMessage());
  }

  @Test
  void contextNamesWhatCannotBeUsed() throws Exception {
    write("c.pem", ANN.certificatesPem());
    write("k.pem", ANN.keyPem());
    assertEquals(
        ANN.leaf().getNotAfter().toInstant(), load("certificateFile", "c.pem", "keyFile", "k.pem"));
    write("both.pem", ANN.pem());
    assertEquals(ANN.leaf().getNotAfter().toInstant(), load("certificateFile", "both.pem"));
    assertTrue(problem("certificateFile", "x.pem").contains("x.pem is not there"));
    assertTrue(problem("certificateFile", "/").contains("/ is no regular file"));
    assertTrue(problem("certificateFile", "c.pem").contains("c.pem holds no private key"));
    assertTrue(problem("keyStoreFile", "c.pem").contains("c.pem is no PKCS#12 key store"));
    assertTrue(
        problem("certificateFile", "both.pem", "sniFolder", "no").contains("no is not there"));
    assertTrue(
        problem(
                "certificateFile",
                "both.pem",
                "cipherSuites",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "tlsProtocols",
                "TLSv1.2")
            .startsWith("TLS cannot work with this certificate"));
    assertTrue(
        problem(
                "certificateFile", "both.pem",
                "clientCertificate", "required",
                "caFile", "k.pem")
            .contains("k.pem holds no certificate"));
  }

  @Test
  void firstEndOfAllCertificatesCounts() throws Exception {
    TestCa.Issued soon = CA.issue("soon", TestCa.days(-1), TestCa.days(3), "soon.example.org");
    write("both.pem", ANN.pem());
    Files.createDirectory(etc.resolve("hosts"));
    write("hosts/soon.pem", soon.pem());
    write("hosts/readme.txt", "no certificate");
    assertEquals(
        soon.leaf().getNotAfter().toInstant(),
        load("certificateFile", "both.pem", "sniFolder", "hosts"));
  }

  @Test
  void stampsTellOfEveryChange() throws Exception {
    write("c.pem", "a");
    TlsSettings settings = read("certificateFile", "c.pem", "sniFolder", "hosts");
    Map<Path, String> first = TlsFiles.stamps(settings);
    assertEquals(first, TlsFiles.stamps(settings));
    Files.createDirectory(etc.resolve("hosts"));
    Map<Path, String> second = TlsFiles.stamps(settings);
    assertFalse(first.equals(second));
    write("hosts/a.pem", "a");
    Map<Path, String> third = TlsFiles.stamps(settings);
    assertFalse(second.equals(third));
    Files.delete(etc.resolve("c.pem"));
    assertFalse(third.equals(TlsFiles.stamps(settings)));
  }

  private Instant load(String... keysAndValues) throws TlsProblem {
    return TlsContext.load(read(keysAndValues), Clock.systemUTC()).expires();
  }

  private String problem(String... keysAndValues) {
    return String.valueOf(assertThrows(TlsProblem.class, () -> load(keysAndValues)).getMessage())
        .replace(etc.toAbsolutePath() + "/", "");
  }

  private void write(String file, String text) throws Exception {
    Files.writeString(etc.resolve(file), text);
  }

  @Test
  void everyIssuerNeedsAListInForce() throws Exception {
    Instant next = TestCa.days(2);
    X509Certificate bob = BELOW.issue("bob").leaf();
    List<X509Certificate> chain = List.of(bob, BELOW.certificate);
    String root = CA.revoked(next);
    assertEquals("", checked(root + BELOW.revoked(next), chain));
    assertEquals("certificate-revocation-unknown", checked(root, chain));
    assertEquals("certificate-revocation-unknown", checked(BELOW.revoked(next), chain));
    assertEquals("certificate-revoked", checked(root + BELOW.revoked(next, bob), chain));
    assertEquals(
        "certificate-revoked",
        checked(CA.revoked(next, BELOW.certificate) + BELOW.revoked(next), chain));
    assertEquals(
        "certificate-revocation-unknown",
        checked(root + BELOW.revoked(TestCa.days(-1)), chain),
        "out of date");
    assertEquals(
        "certificate-revoked",
        checked(root + BELOW.revoked(TestCa.days(-1), bob) + BELOW.revoked(next), chain),
        "what was revoked once stays so");
  }

  @Test
  void listOfAnotherOfThatNameDoesNotCount() throws Exception {
    String forged = new TestCa("authority").revoked(TestCa.days(2));
    assertEquals("certificate-revocation-unknown", checked(forged, ANN.chain()));
  }

  @Test
  void unknownIssuerAndEndlessChainsAreRefused() throws Exception {
    TestCa.Issued stranger = new TestCa("stranger").issue("x");
    String list = CA.revoked(TestCa.days(2));
    assertEquals("certificate-unknown-authority", checked(list, stranger.chain()));
    assertEquals(
        "certificate-unknown-authority",
        checked(list, new TestCa("authority").issue("x").chain()),
        "of that name, but not signed by it");
  }

  @Test
  void partialListsAreRefusedAtOnce() {
    String problem =
        String.valueOf(
            assertThrows(TlsProblem.class, () -> revocation(CA.delta(TestCa.days(1)), 0))
                .getMessage());
    assertTrue(problem.contains("f holds a partial revocation list"), problem);
  }

  @Test
  void listThatRunsOutIsAProblemFromThenOn() throws Exception {
    String list = CA.revoked(TestCa.days(2));
    assertTrue(revocation(list, 1).problem().isEmpty());
    assertTrue(revocation(list, 3).problem().orElseThrow().contains("out of date since"));
  }

  @Test
  void resumedSessionsAreHeldToTheSame() throws Exception {
    TlsRevocation good = revocation(CA.revoked(TestCa.days(2)), 0);
    assertThrows(CertificateException.class, () -> good.checkAgain(ANN.chain()), "never verified");
    good.check(ANN.chain(), List.of(CA.certificate));
    good.checkAgain(ANN.chain());
    TlsRevocation revoked = revocation(CA.revoked(TestCa.days(2), ANN.leaf()), 0);
    revoked.check(CA.issue("other").chain(), List.of(CA.certificate));
    assertEquals(
        "certificate-revoked",
        reason(assertThrows(CertificateException.class, () -> revoked.checkAgain(ANN.chain()))));
  }

  private static String checked(String lists, List<X509Certificate> chain) throws Exception {
    try {
      revocation(lists, 0).check(chain, List.of(CA.certificate));
      return "";
    } catch (CertificateException e) {
      return reason(e);
    }
  }

  private static String reason(Throwable failure) {
    return TlsFailure.of(failure).reason();
  }

  private static TlsRevocation revocation(String lists, int daysFromNow) throws TlsProblem {
    Clock clock = Clock.fixed(Instant.now().plus(Duration.ofDays(daysFromNow)), ZoneOffset.UTC);
    Pem pem = new Pem("f", lists.getBytes(StandardCharsets.ISO_8859_1));
    return new TlsRevocation("f", pem.revocationLists(), clock);
  }

  @Test
  void failuresHavePlainWords() {
    assertFailure("timeout", new SslHandshakeTimeoutException("x"));
    assertFailure("closed", new ClosedChannelException());
    assertFailure("busy", wrapped(new RejectedExecutionException()));
    assertFailure("certificate-expired", wrapped(new CertificateExpiredException()));
    assertFailure("certificate-expired", wrapped(new CertificateNotYetValidException()));
    assertFailure("certificate-unknown-authority", wrapped(new CertPathBuilderException("x")));
    assertFailure("certificate-bad", wrapped(new CertPathValidatorException("weak key")));
    assertFailure("certificate-bad", wrapped(new CertificateException("odd")));
    assertFailure("certificate-required", handshake("Empty client certificate chain"));
    assertFailure("certificate-required", handshake("Empty server certificate chain"));
    assertFailure("no-common-cipher", handshake("no cipher suites in common"));
    assertFailure(
        "no-common-version",
        handshake("Client requested protocol TLSv1 is not enabled or supported in server context"));
    assertFailure("alpn", handshake("No matching application layer protocol values"));
    assertFailure("refused-by-client", handshake("Received fatal alert: unknown_ca"));
    assertFailure("refused-by-client", handshake("Received fatal alert: whatever"));
    assertFailure("no-common-version", handshake("Received fatal alert: protocol_version"));
    assertFailure("renegotiation", new TlsRefusal("renegotiation", "x"));
    assertFailure("other", handshake("whatever"));
    assertFailure("other", new SSLHandshakeException(null));
    assertEquals("refused-by-client", TlsFailure.ofAlert(48).reason());
    assertTrue(TlsFailure.ofAlert(48).words().contains("unknown_ca"));
    assertTrue(TlsFailure.ofAlert(99).words().contains("alert 99"));
  }

  private static SSLHandshakeException wrapped(Exception cause) {
    SSLHandshakeException outer = handshake("x");
    outer.initCause(cause);
    return outer;
  }

  private static SSLHandshakeException handshake(String text) {
    return new SSLHandshakeException(text);
  }

  private static void assertFailure(String reason, Exception cause) {
    TlsFailure failure = TlsFailure.of(cause);
    assertEquals(reason, failure.reason());
    assertFalse(failure.words().isEmpty());
  }
}
