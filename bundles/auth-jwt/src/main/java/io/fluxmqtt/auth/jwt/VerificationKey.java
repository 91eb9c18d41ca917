package io.fluxmqtt.auth.jwt;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import org.jspecify.annotations.Nullable;

/**
 * A key that proves tokens. Its kind decides by which algorithms: an RSA key never serves as the
 * secret of HMAC, however the token asks. Immutable.
 *
 * @param id the {@code kid}, or null if it has none
 * @param only the one algorithm that the key was made for, or null
 * @param verifier knows the algorithms of its kind; any thread
 */
record VerificationKey(@Nullable String id, @Nullable Algorithm only, JWSVerifier verifier) {
  private static final int RSA_MIN_BITS = 2048; // RFC 7518, section 3.3
  private static final int RSA_MAX_BITS = 8192; // else a verification takes milliseconds

  /**
   * Takes the public part of a key.
   *
   * @param secretsAllowed whether it may be a secret that whoever reads it can sign with
   * @throws IllegalArgumentException if it cannot be used; the text says why and quotes none of it
   */
  static VerificationKey of(JWK key, boolean secretsAllowed) {
    if (KeyUse.ENCRYPTION.equals(key.getKeyUse())
        || (key.getKeyOperations() != null
            && !key.getKeyOperations().isEmpty()
            && !key.getKeyOperations().contains(KeyOperation.VERIFY)
            && !key.getKeyOperations().contains(KeyOperation.SIGN))) {
      throw new IllegalArgumentException("is not for signatures");
    }
    try {
      return new VerificationKey(key.getKeyID(), key.getAlgorithm(), verifier(key, secretsAllowed));
    } catch (JOSEException e) {
      throw new IllegalArgumentException("cannot be used: " + e.getMessage(), e);
    }
  }

  private static JWSVerifier verifier(JWK key, boolean secretsAllowed) throws JOSEException {
    if (key instanceof RSAKey rsa) {
      int bits = rsa.size();
      if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS) {
        throw new IllegalArgumentException(
            "has %d bits; %d to %d are allowed".formatted(bits, RSA_MIN_BITS, RSA_MAX_BITS));
      }
      return new RSASSAVerifier(rsa.toRSAPublicKey());
    }
    if (key instanceof ECKey ec) {
      return new ECDSAVerifier(ec.toECPublicKey());
    }
    if (key instanceof OctetSequenceKey secret) {
      if (!secretsAllowed) {
        throw new IllegalArgumentException("is a secret, which a web service must not give away");
      }
      return new MACVerifier(secret.toByteArray()); // refuses less than 256 bits
    }
    throw new IllegalArgumentException("is of kind " + key.getKeyType() + ", which is not known");
  }

  /** Whether the key may prove a token that names this algorithm. */
  boolean fits(JWSAlgorithm algorithm) {
    return verifier.supportedJWSAlgorithms().contains(algorithm)
        && (only == null || only.equals(algorithm));
  }

  /** Whether who knows the key can sign with it. */
  boolean isSecret() {
    return verifier instanceof MACVerifier;
  }

  /** The name only: secrets never reach a log. */
  @Override
  public String toString() {
    return "VerificationKey[" + id + "]";
  }
}
