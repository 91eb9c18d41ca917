package io.fluxmqtt.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import java.text.ParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Web Token in the compact form of JWS (RFC 7515, section 7.1), not yet proven. What its
 * header says of keys counts for nothing but the name: none is ever taken or fetched from there.
 */
final class SignedToken {
  private final JWSObject object;

  private SignedToken(JWSObject object) {
    this.object = object;
  }

  /**
   * Whether a text is meant as a token: three parts in Base64url with dots between, the first one a
   * JSON object. The others may be empty, as the last in tokens that nobody signed, which are to be
   * refused and not overlooked.
   */
  static boolean isMeant(String text) {
    if (text.length() < 4 // "{" is "e" and a little more
        || text.charAt(0) != 'e'
        || "wxyz0123456789-_".indexOf(text.charAt(1)) < 0) {
      return false;
    }
    int dots = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.') {
        dots++;
      } else if (!isBase64Url(c)) {
        return false;
      }
    }
    return dots == 2;
  }

  private static boolean isBase64Url(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  /** Reads a token. */
  static SignedToken parse(String text) throws BadTokenException {
    try {
      return new SignedToken(JWSObject.parse(text));
    } catch (ParseException | RuntimeException e) { // also for alg none
      throw new BadTokenException("the token is not a signed JSON Web Token");
    }
  }

  JWSAlgorithm algorithm() {
    return object.getHeader().getAlgorithm();
  }

  /** What the token calls its key, or null. */
  @Nullable String keyId() {
    return object.getHeader().getKeyID();
  }

  /** Whether a key has signed it. */
  boolean isSignedWith(VerificationKey key) {
    JWSHeader header = object.getHeader();
    try { // what is critical and not known makes it false
      return key.fits(algorithm())
          && header.isBase64URLEncodePayload()
          && key.verifier().verify(header, object.getSigningInput(), object.getSignature());
    } catch (JOSEException | RuntimeException e) { // such as a signature of the wrong length
      return false;
    }
  }

  /** What it claims, which counts once it is proven. */
  Claims claims() throws BadTokenException {
    Map<String, Object> json = object.getPayload().toJSONObject();
    if (json == null) { // also where a claim stands twice
      throw new BadTokenException("the token's claims are not a JSON object with unique names");
    }
    return new Claims(json);
  }
}
