package io.fluxmqtt.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JwtAuthenticatorTest {
  private static final long NOW = 1_900_000_000;
  private static final String CLAIMS = "{\"sub\":\"ann\",\"exp\":" + (NOW + 60) + "}";

  private final Issuer.Source source = new Issuer.Source(Issuer.RSA, Issuer.EC, Issuer.SECRET);
  private final Workers workers = new Workers("test", 2, 100);
  private final Map<String, Object> settings = new HashMap<>(Map.of("jwksFile", "keys"));

  @AfterEach
  void close() {
    workers.close();
  }

  // --- who comes in ---

  @Test
  void tokensOfAllAlgorithmsAreAccepted() {
    Map<JWSAlgorithm, JWK> keys = new HashMap<>();
    keys.put(JWSAlgorithm.HS256, Issuer.SECRET);
    keys.put(JWSAlgorithm.HS384, Issuer.SECRET);
    keys.put(JWSAlgorithm.HS512, Issuer.SECRET);
    keys.put(JWSAlgorithm.RS256, Issuer.RSA);
    keys.put(JWSAlgorithm.RS384, Issuer.RSA);
    keys.put(JWSAlgorithm.RS512, Issuer.RSA);
    keys.put(JWSAlgorithm.PS256, Issuer.RSA);
    keys.put(JWSAlgorithm.PS384, Issuer.RSA);
    keys.put(JWSAlgorithm.PS512, Issuer.RSA);
    keys.put(JWSAlgorithm.ES256, Issuer.EC);
    keys.put(JWSAlgorithm.ES384, Issuer.ec("ec384", Curve.P_384));
    keys.put(JWSAlgorithm.ES512, Issuer.ec("ec512", Curve.P_521));
    source.keys =
        Optional.of(
            KeySet.ofJwks(
                Issuer.jwks(
                    Issuer.RSA,
                    Issuer.EC,
                    Issuer.SECRET,
                    keys.get(JWSAlgorithm.ES384),
                    keys.get(JWSAlgorithm.ES512)),
                true));
    keys.forEach(
        (algorithm, key) -> {
          Principal principal = accepted(Issuer.token(key, algorithm, CLAIMS));
          assertEquals("ann", principal.userName(), algorithm.getName());
        });
    assertEquals(0, source.refreshes);
  }

  @Test
  void expiryEndsThePrincipalWithTheSkew() {
    assertEquals(Instant.ofEpochSecond(NOW + 70), accepted(rs(CLAIMS)).validUntil());
    settings.put("clockSkewSeconds", 0);
    assertEquals(Instant.ofEpochSecond(NOW + 60), accepted(rs(CLAIMS)).validUntil());
    settings.put("requireExpiry", false);
    assertNull(accepted(rs("{\"sub\":\"ann\"}")).validUntil());
  }

  @Test
  void tokenWithoutANameForItsKeyIsTriedWithAllThatFit() {
    JWSHeader header = new JWSHeader(JWSAlgorithm.ES256);
    assertEquals("ann", accepted(Issuer.token(Issuer.EC, header, CLAIMS)).userName());
  }

  @Test
  void keyWithoutANameServesEveryToken() {
    RSAKey nameless = new RSAKey.Builder(Issuer.RSA).keyID(null).build();
    source.keys = Optional.of(KeySet.ofJwks(Issuer.jwks(nameless), true));
    assertEquals("ann", accepted(rs(CLAIMS)).userName());
  }

  @Test
  void noTokenIsAbstained() {
    for (String other :
        List.of(
            "",
            "secret",
            "a.b.c",
            "e.b.c",
            "eyJhbGciOiJSUzI1NiJ9",
            "eyJhbGciOiJSUzI1NiJ9.e30",
            "eyJhbGciOiJSUzI1NiJ9.e30.a.b",
            "eyJhbGciOiJSUzI1NiJ9.e30.a ",
            "eyJhbGciOiJSUzI1NiJ9.e3=.a",
            "\u00e9yJh.e30.a")) {
      assertInstanceOf(Authentication.Abstained.class, answer("ann", other), other);
    }
    assertInstanceOf(Authentication.Abstained.class, answer("ann", null));
    assertInstanceOf(Authentication.Abstained.class, answer(null, null));
  }

  @Test
  void tokenMayStandInTheUserName() {
    settings.put("tokenIn", "username");
    Authentication answer = answer(rs(CLAIMS), "anything");
    assertEquals(
        "ann", assertInstanceOf(Authentication.Accepted.class, answer).principal().userName());
    assertInstanceOf(Authentication.Abstained.class, answer("ann", rs(CLAIMS)));
    assertInstanceOf(Authentication.Abstained.class, answer(null, rs(CLAIMS)));
  }

  // --- hostile tokens ---

  @Test
  void unsignedTokenIsRefused() {
    for (String alg : List.of("none", "None", "NONE", "")) {
      String header = "{\"alg\":\"" + alg + "\"}";
      refused(Issuer.handmade(header, CLAIMS, new byte[0]));
      refused(Issuer.handmade(header, CLAIMS, new byte[] {1}));
    }
    refused(Issuer.handmade("{}", CLAIMS, new byte[0]));
    String good = rs(CLAIMS);
    refused(good.substring(0, good.lastIndexOf('.') + 1));
    refused("eyJhbGciOiJSUzI1NiJ9..");
  }

  @Test
  void publicKeyNeverServesAsASecret() throws Exception {
    byte[] pem =
        ("-----BEGIN PUBLIC KEY-----\n"
                + java.util.Base64.getMimeEncoder()
                    .encodeToString(Issuer.RSA.toRSAPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] encoded = Issuer.RSA.toRSAPublicKey().getEncoded();
    for (KeySet known : List.of(KeySet.ofJwks(Issuer.jwks(Issuer.RSA), true), KeySet.ofPem(pem))) {
      source.keys = Optional.of(known);
      for (byte[] secret : List.of(pem, encoded)) {
        OctetSequenceKey forged = new OctetSequenceKey.Builder(secret).keyID("rsa").build();
        assertEquals(
            "no key that is known has signed the token",
            refused(Issuer.token(forged, JWSAlgorithm.HS256, CLAIMS)));
      }
    }
  }

  @Test
  void keyThatTheTokenBringsCountsForNothing() throws Exception {
    RSAKey own = Issuer.rsa("rsa", 2048);
    for (String id : List.of("rsa", "unknown", "../../dev/null", "' or 1=1", "")) {
      JWSHeader header =
          new JWSHeader.Builder(JWSAlgorithm.RS256)
              .keyID(id)
              .jwk(own.toPublicJWK())
              .jwkURL(java.net.URI.create("http://127.0.0.1:9/keys"))
              .x509CertURL(java.net.URI.create("http://127.0.0.1:9/cert"))
              .build();
      refused(Issuer.token(own, header, CLAIMS));
    }
  }

  @Test
  void algorithmThatIsNotAllowedIsRefused() {
    settings.put("algorithms", "ES256, RS384");
    assertEquals("the token's algorithm is not allowed", refused(rs(CLAIMS)));
    accepted(Issuer.token(Issuer.RSA, JWSAlgorithm.RS384, CLAIMS));
    accepted(Issuer.token(Issuer.EC, JWSAlgorithm.ES256, CLAIMS));
  }

  @Test
  void keyForOneAlgorithmServesNoOther() {
    RSAKey only = new RSAKey.Builder(Issuer.RSA).algorithm(JWSAlgorithm.PS256).build();
    source.keys = Optional.of(KeySet.ofJwks(Issuer.jwks(only), true));
    refused(rs(CLAIMS));
    accepted(Issuer.token(Issuer.RSA, JWSAlgorithm.PS256, CLAIMS));
  }

  @Test
  void hugeTokenIsRefusedUnread() {
    String huge =
        rs("{\"sub\":\"ann\",\"exp\":%d,\"x\":\"%s\"}".formatted(NOW, "x".repeat(20_000)));
    assertEquals("the token has more than 16384 bytes", refused(huge));
    settings.put("tokenMaxBytes", rs(CLAIMS).length());
    accepted(rs(CLAIMS));
    settings.put("tokenMaxBytes", rs(CLAIMS).length() - 1);
    refused(rs(CLAIMS));
  }

  @Test
  void changedTokenIsRefused() {
    String[] parts = rs(CLAIMS).split("\\.");
    String other = Issuer.handmade("{}", CLAIMS.replace("ann", "bob"), new byte[0]).split("\\.")[1];
    assertEquals(
        "the token's signature is wrong", refused(parts[0] + "." + other + "." + parts[2]));
    String stranger = Issuer.token(Issuer.rsa("rsa", 2048), JWSAlgorithm.RS256, CLAIMS);
    assertEquals("the token's signature is wrong", refused(stranger));
    assertEquals(0, source.refreshes, "the key that it names is known");
  }

  @Test
  void emptySignatureValuesAreRefused() {
    String header = "{\"alg\":\"ES256\",\"kid\":\"ec\"}";
    for (byte[] signature : List.of(new byte[0], new byte[64], new byte[63], new byte[4_000])) {
      refused(Issuer.handmade(header, CLAIMS, signature));
    }
  }

  @Test
  void whatIsCriticalAndUnknownIsRefused() {
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID("rsa")
            .criticalParams(Set.of("exp"))
            .customParam("exp", 1)
            .build();
    refused(Issuer.token(Issuer.RSA, header, CLAIMS));
  }

  @Test
  void claimThatStandsTwiceIsRefused() {
    String twice = "{\"sub\":\"ann\",\"exp\":%d,\"sub\":\"root\"}".formatted(NOW + 60);
    assertEquals("the token's claims are not a JSON object with unique names", refused(rs(twice)));
    String header = "{\"alg\":\"RS256\",\"alg\":\"none\"}";
    assertEquals(
        "the token is not a signed JSON Web Token",
        refused(Issuer.handmade(header, CLAIMS, new byte[256])));
  }

  @Test
  void claimsThatAreNoObjectAreRefused() {
    for (String claims : List.of("", "null", "[]", "\"ann\"", "{", "{}x", "[".repeat(9_000))) {
      refused(rs(claims));
    }
    refused(rs("{\"sub\":\"ann\",\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}"));
  }

  // --- keys that are not known ---

  @Test
  void newKeyIsAskedForAndTheTokenAccepted() {
    RSAKey next = Issuer.rsa("next", 2048);
    source.afterRefresh = Optional.of(KeySet.ofJwks(Issuer.jwks(next), true));
    accepted(Issuer.token(next, JWSAlgorithm.RS256, CLAIMS));
    assertEquals(1, source.refreshes);
    assertEquals("no key that is known has signed the token", refused(rs(CLAIMS)), "the old one");
  }

  @Test
  void newKeyWithoutANameIsAskedForToo() {
    ECKey next = new ECKey.Builder(Issuer.ec("x", Curve.P_256)).keyID(null).build();
    source.afterRefresh = Optional.of(KeySet.ofJwks(Issuer.jwks(next), true));
    accepted(Issuer.token(next, new JWSHeader(JWSAlgorithm.ES256), CLAIMS));
  }

  @Test
  void tokenWaitsForTheKeysWithoutAThread() {
    source.answer = new CompletableFuture<>();
    source.keys = Optional.empty();
    source.afterRefresh = Optional.of(KeySet.ofJwks(Issuer.jwks(Issuer.RSA), true));
    List<CompletableFuture<Authentication>> waiting =
        java.util.stream.Stream.generate(() -> ask(null, rs(CLAIMS))).limit(10).toList();
    await(() -> source.refreshes == 10);
    waiting.forEach(each -> assertFalse(each.isDone()));
    source.answer.complete(null);
    waiting.forEach(each -> assertInstanceOf(Authentication.Accepted.class, each.join()));
  }

  @Test
  void whoeverWaitsTooManyIsTurnedAway() {
    settings.put("queueMax", 1);
    JwtAuthenticator authenticator = authenticator();
    source.answer = new CompletableFuture<>();
    source.keys = Optional.empty();
    CompletableFuture<Authentication> first =
        authenticator.authenticate(credentials(null, rs(CLAIMS))).toCompletableFuture();
    await(() -> source.refreshes == 1);
    Authentication second =
        authenticator.authenticate(credentials(null, rs(CLAIMS))).toCompletableFuture().join();
    assertEquals(ReasonCode.SERVER_BUSY, ((Authentication.Rejected) second).reason());
    source.answer.complete(null);
    assertInstanceOf(Authentication.Rejected.class, first.join());
    source.answer = CompletableFuture.completedFuture(null);
    Authentication later =
        authenticator.authenticate(credentials(null, rs(CLAIMS))).toCompletableFuture().join();
    assertEquals(ReasonCode.SERVER_UNAVAILABLE, ((Authentication.Rejected) later).reason());
  }

  @Test
  void withoutAnyKeysTheServerIsUnavailable() {
    source.keys = Optional.empty();
    Authentication answer = answer(null, rs(CLAIMS));
    assertEquals(
        ReasonCode.SERVER_UNAVAILABLE,
        assertInstanceOf(Authentication.Rejected.class, answer).reason());
  }

  @Test
  void fullQueueTurnsAway() throws Exception {
    Workers one = new Workers("one", 1, 1);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<String> running = new CompletableFuture<>();
    one.submit(
        () -> {
          running.complete("runs");
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return "done";
        },
        "busy");
    running.join();
    CompletableFuture<String> queued = one.submit(() -> "done", "busy").toCompletableFuture();
    assertEquals("busy", one.submit(() -> "done", "busy").toCompletableFuture().join());
    one.close();
    go.countDown();
    assertEquals("done", queued.join(), "what was taken is done");
    assertEquals("busy", one.submit(() -> "done", "busy").toCompletableFuture().join());
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not in time");
      }
      Thread.onSpinWait();
    }
  }

  private static String rs(String claims) {
    return Issuer.token(Issuer.RSA, JWSAlgorithm.RS256, claims);
  }

  private Principal accepted(String token) {
    Authentication answer = answer("ann", token);
    return assertInstanceOf(Authentication.Accepted.class, answer).principal();
  }

  /** Why it was refused, in words that hold nothing of the token. */
  private String refused(String token) {
    Authentication.Rejected answer =
        assertInstanceOf(Authentication.Rejected.class, answer("ann", token));
    assertEquals(ReasonCode.BAD_USER_NAME_OR_PASSWORD, answer.reason());
    for (String part : token.split("\\.")) {
      assertFalse(part.length() > 3 && answer.text().contains(part));
    }
    return answer.text();
  }

  private Authentication answer(@Nullable String userName, @Nullable String password) {
    return ask(userName, password).join();
  }

  private CompletableFuture<Authentication> ask(
      @Nullable String userName, @Nullable String password) {
    return authenticator().authenticate(credentials(userName, password)).toCompletableFuture();
  }

  private static Credentials credentials(@Nullable String userName, @Nullable String password) {
    Payload bytes = password == null ? null : Payload.ofUtf8(password);
    return new Credentials("id", userName, bytes, "default", null, List.of());
  }

  private JwtAuthenticator authenticator() {
    Options options =
        Options.of(new Settings(JwtComponent.PID, settings, Config.class), Path.of(""));
    return new JwtAuthenticator(
        options.intake(),
        new KeyRing(List.of(source)),
        new ClaimJudge(options.rules(), () -> Instant.ofEpochSecond(NOW)),
        workers);
  }
}
