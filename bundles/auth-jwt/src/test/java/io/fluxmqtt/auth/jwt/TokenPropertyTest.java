package io.fluxmqtt.auth.jwt;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever is done to a token, it proves no other claims than those that were signed. */
class TokenPropertyTest {
  private static final KeySet KEYS =
      KeySet.ofJwks(Issuer.jwks(Issuer.RSA, Issuer.EC, Issuer.SECRET), true);
  private static final Map<String, Object> SIGNED = Map.of("sub", "ann", "exp", 1_900_000_000L);
  private static final List<String> TOKENS =
      List.of(
          token(Issuer.RSA, JWSAlgorithm.RS256),
          token(Issuer.EC, JWSAlgorithm.ES256),
          token(Issuer.SECRET, JWSAlgorithm.HS256));

  private static String token(JWK key, JWSAlgorithm algorithm) {
    return Issuer.token(key, algorithm, "{\"sub\":\"ann\",\"exp\":1900000000}");
  }

  @Property(tries = 3_000)
  boolean changedCharactersProveNothingElse(
      @ForAll @IntRange(max = 2) int which,
      @ForAll @IntRange(max = 10_000) int at,
      @ForAll @IntRange(min = 33, max = 126) int by) {
    StringBuilder token = new StringBuilder(TOKENS.get(which));
    token.setCharAt(at % token.length(), (char) by);
    return provesNothingElse(token.toString());
  }

  @Property(tries = 1_000)
  boolean cutAndJoinedTokensProveNothingElse(
      @ForAll @IntRange(max = 2) int one,
      @ForAll @IntRange(max = 2) int other,
      @ForAll @IntRange(max = 700) int upTo,
      @ForAll @IntRange(max = 700) int from) {
    String head = TOKENS.get(one);
    String tail = TOKENS.get(other);
    return provesNothingElse(
        head.substring(0, Math.min(upTo, head.length()))
            + tail.substring(Math.min(from, tail.length())));
  }

  @Property
  boolean anyTextProvesNothing(@ForAll String a, @ForAll String b, @ForAll byte[] signature) {
    return provesNothingElse(a + "." + b + ".")
        && provesNothingElse(Issuer.handmade(a, b, signature))
        && provesNothingElse(
            Issuer.handmade("{\"alg\":\"HS256\",\"kid\":\"secret\"}", b, signature));
  }

  private static boolean provesNothingElse(String text) {
    try {
      SignedToken.isMeant(text);
      SignedToken token = SignedToken.parse(text);
      for (VerificationKey key : KEYS.keys()) {
        if (token.isSignedWith(key)) {
          Claims claims = token.claims();
          return SIGNED.get("sub").equals(claims.find("sub"))
              && SIGNED.get("exp").equals(claims.find("exp"));
        }
      }
      return true;
    } catch (BadTokenException e) {
      return true;
    }
  }
}
