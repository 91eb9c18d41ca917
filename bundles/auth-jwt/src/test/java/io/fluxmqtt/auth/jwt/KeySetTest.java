package io.fluxmqtt.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeySetTest {
  private static final String SIGNED = Issuer.token(Issuer.RSA, JWSAlgorithm.RS256, "{}");

  @Test
  void whatCannotBeUsedIsLeftOutWithTheReason() {
    RSAKey encrypts = new RSAKey.Builder(Issuer.RSA).keyUse(KeyUse.ENCRYPTION).build();
    RSAKey wraps =
        new RSAKey.Builder(Issuer.RSA)
            .keyUse(null)
            .keyOperations(Set.of(KeyOperation.WRAP_KEY))
            .build();
    String json =
        text(Issuer.jwks(Issuer.RSA, Issuer.rsa("weak", 1024), encrypts, wraps))
            .replaceFirst("\\]}$", ",{\"kty\":\"new\"},7,{\"kty\":\"RSA\",\"n\":\"!\"}]}");
    KeySet set = KeySet.ofJwks(bytes(json), true);
    assertEquals(1, set.keys().size());
    assertEquals(
        List.of(
            "key 2 has 1024 bits; 2048 to 8192 are allowed",
            "key 3 is not for signatures",
            "key 4 is not for signatures",
            "key 5 is not a JWK of a kind that is known",
            "key 6 is not a JSON object",
            "key 7 is not a JWK of a kind that is known"),
        set.complaints());
  }

  @Test
  void keysForVerifyingAreTaken() {
    for (KeyOperation operation : List.of(KeyOperation.VERIFY, KeyOperation.SIGN)) {
      RSAKey key =
          new RSAKey.Builder(Issuer.RSA).keyUse(null).keyOperations(Set.of(operation)).build();
      assertEquals(1, KeySet.ofJwks(Issuer.jwks(key), false).keys().size());
    }
    RSAKey signs = new RSAKey.Builder(Issuer.RSA).keyUse(KeyUse.SIGNATURE).build();
    assertEquals(1, KeySet.ofJwks(Issuer.jwks(signs), false).keys().size());
  }

  @Test
  void secretsOfAWebServiceAreLeftOut() {
    byte[] json = Issuer.jwks(Issuer.SECRET, Issuer.EC);
    List<VerificationKey> both = KeySet.ofJwks(json, true).keys();
    assertEquals(List.of(true, false), both.stream().map(VerificationKey::isSecret).toList());
    assertEquals(1, KeySet.ofJwks(json, false).keys().size());
    byte[] secretOnly = Issuer.jwks(Issuer.SECRET);
    String why =
        assertThrows(IllegalArgumentException.class, () -> KeySet.ofJwks(secretOnly, false))
            .getMessage();
    assertTrue(why.contains("is a secret"), why);
    assertFalse(why.contains(Issuer.SECRET.getKeyValue().toString()), why);
  }

  @Test
  void whatIsNoSetIsRefused() {
    for (String bad :
        List.of("", "[]", "{}", "{\"keys\":7}", "{\"keys\":null}", "{\"keys\":[]}", "{keys:[]}")) {
      assertThrows(IllegalArgumentException.class, () -> KeySet.ofJwks(bytes(bad), true), bad);
    }
    JWK[] many = new JWK[KeySet.KEYS_MAX + 1];
    java.util.Arrays.fill(many, Issuer.EC);
    byte[] json = Issuer.jwks(many);
    assertThrows(IllegalArgumentException.class, () -> KeySet.ofJwks(json, true));
    many = java.util.Arrays.copyOf(many, KeySet.KEYS_MAX);
    assertEquals(KeySet.KEYS_MAX, KeySet.ofJwks(Issuer.jwks(many), true).keys().size());
  }

  @Test
  void onlyThePublicPartOfAPairIsKept() throws Exception {
    KeySet set = KeySet.ofJwks(Issuer.jwks(Issuer.RSA), true);
    assertFalse(set.toString().contains(Issuer.RSA.getPrivateExponent().toString()));
    assertTrue(SignedToken.parse(SIGNED).isSignedWith(set.keys().get(0)));
  }

  @Test
  void publicKeysInPemAreRead() throws Exception {
    String ec = pem("PUBLIC KEY", Issuer.ec("e", Curve.P_384).toECPublicKey());
    String rsa = pem("PUBLIC KEY", Issuer.RSA.toRSAPublicKey());
    KeySet both = KeySet.ofPem(bytes("a comment\n" + ec + rsa));
    assertEquals(2, both.keys().size());
    assertTrue(SignedToken.parse(SIGNED).isSignedWith(both.keys().get(1)));
    assertFalse(SignedToken.parse(SIGNED).isSignedWith(both.keys().get(0)));
    assertEquals(1, both.candidates(JWSAlgorithm.ES384, "any").size());
    assertEquals(0, both.candidates(JWSAlgorithm.ES256, "any").size());
    assertEquals(0, both.candidates(JWSAlgorithm.HS256, null).size());
  }

  @Test
  void whatIsNoPublicKeyInPemIsRefused() throws Exception {
    String secret = pem("PRIVATE KEY", Issuer.RSA.toRSAPrivateKey());
    String why =
        assertThrows(IllegalArgumentException.class, () -> KeySet.ofPem(bytes(secret)))
            .getMessage();
    assertTrue(why.startsWith("it holds a PRIVATE KEY; "), why);
    String rsa = pem("PUBLIC KEY", Issuer.RSA.toRSAPublicKey());
    for (String bad :
        List.of(
            "",
            "key",
            rsa.replace("END PUBLIC", "END PRIVATE"),
            rsa.substring(0, 60) + "\n-----END PUBLIC KEY-----",
            rsa.replace("PUBLIC KEY", "CERTIFICATE"),
            pem("PUBLIC KEY", Issuer.rsa("weak", 1024).toRSAPublicKey()))) {
      assertThrows(IllegalArgumentException.class, () -> KeySet.ofPem(bytes(bad)), bad);
    }
  }

  @Test
  void secretIsTheBytesWithoutTheEndOfLine() throws Exception {
    String secret = "a secret of at least 32 bytes, this";
    KeySet plain = KeySet.ofSecret(bytes(secret));
    KeySet line = KeySet.ofSecret(bytes(secret + "\r\n"));
    String token =
        Issuer.token(
            new com.nimbusds.jose.jwk.OctetSequenceKey.Builder(bytes(secret)).build(),
            JWSAlgorithm.HS256,
            "{}");
    assertTrue(SignedToken.parse(token).isSignedWith(plain.keys().get(0)));
    assertTrue(SignedToken.parse(token).isSignedWith(line.keys().get(0)));
    assertFalse(plain.toString().contains(secret));
    assertEquals(0, plain.candidates(JWSAlgorithm.HS512, null).size(), "it is too short for that");
    KeySet.ofSecret(bytes("x".repeat(32)));
    assertThrows(
        IllegalArgumentException.class, () -> KeySet.ofSecret(bytes("x".repeat(31) + "\n")));
    assertThrows(IllegalArgumentException.class, () -> KeySet.ofSecret(new byte[0]));
  }

  @Test
  void candidatesBearTheNameOrNone() {
    KeySet set =
        KeySet.ofJwks(
            Issuer.jwks(Issuer.RSA, new RSAKey.Builder(Issuer.RSA).keyID(null).build()), true);
    assertEquals(2, set.candidates(JWSAlgorithm.RS256, "rsa").size());
    assertEquals(2, set.candidates(JWSAlgorithm.RS256, null).size());
    assertEquals(1, set.candidates(JWSAlgorithm.RS256, "other").size());
  }

  private static String pem(String label, Key key) {
    String base64 = Base64.getMimeEncoder().encodeToString(key.getEncoded());
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, base64, label);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
