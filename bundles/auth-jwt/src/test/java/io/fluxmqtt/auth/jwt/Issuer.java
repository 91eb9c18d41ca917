package io.fluxmqtt.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keys, and tokens that they have signed or not. */
final class Issuer {
  static final RSAKey RSA = rsa("rsa", 2048);
  static final ECKey EC = ec("ec", Curve.P_256);
  static final OctetSequenceKey SECRET = secret("secret", 512);

  private Issuer() {}

  static RSAKey rsa(String id, int bits) {
    try {
      return new RSAKeyGenerator(bits, true).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static ECKey ec(String id, Curve curve) {
    try {
      return new ECKeyGenerator(curve).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static OctetSequenceKey secret(String id, int bits) {
    try {
      return new OctetSequenceKeyGenerator(bits).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A token of good form, signed. */
  static String token(JWK key, JWSAlgorithm algorithm, String claims) {
    return token(key, new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims);
  }

  static String token(JWK key, JWSHeader header, String claims) {
    try {
      JWSSigner signer =
          key instanceof RSAKey rsa
              ? new RSASSASigner(rsa)
              : key instanceof ECKey ec
                  ? new ECDSASigner(ec)
                  : new MACSigner((OctetSequenceKey) key);
      JWSObject object = new JWSObject(header, new Payload(claims));
      object.sign(signer);
      return object.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Three parts, whatever they say; the last one is bytes. */
  static String handmade(String header, String claims, byte[] signature) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return base64.encodeToString(header.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64.encodeToString(signature);
  }

  static byte[] jwks(JWK... keys) {
    return new JWKSet(List.of(keys)).toString(false).getBytes(StandardCharsets.UTF_8);
  }

  /** A source whose keys are set by hand. */
  static final class Source implements KeySource {
    volatile Optional<KeySet> keys = Optional.empty();
    volatile Optional<KeySet> afterRefresh = Optional.empty(); // taken over by the next one
    volatile int refreshes;
    volatile CompletableFuture<Void> answer = CompletableFuture.completedFuture(null);

    Source(JWK... given) {
      if (given.length > 0) {
        keys = Optional.of(KeySet.ofJwks(jwks(given), true));
      }
    }

    @Override
    public Optional<KeySet> keys() {
      return keys;
    }

    @Override
    public synchronized CompletionStage<Void> refresh() {
      refreshes++;
      return answer.thenRun(
          () -> {
            if (afterRefresh.isPresent()) {
              keys = afterRefresh;
            }
          });
    }

    @Override
    public void close() {}
  }
}
