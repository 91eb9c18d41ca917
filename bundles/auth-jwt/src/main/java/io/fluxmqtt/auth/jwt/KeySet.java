package io.fluxmqtt.auth.jwt;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one reading of a file or an answer of a web service. Immutable.
 *
 * @param keys those that can be used
 * @param complaints why others cannot, a line each
 */
record KeySet(List<VerificationKey> keys, List<String> complaints) {
  /** No file or answer of keys is larger. */
  static final int BYTES_MAX = 1 << 20;

  /** More keys than this are refused: somebody is wrong about what a set of keys is. */
  static final int KEYS_MAX = 200;

  KeySet {
    keys = List.copyOf(keys);
    complaints = List.copyOf(complaints);
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          complaints.isEmpty() ? "it has no key" : "no key can be used: " + complaints);
    }
  }

  /**
   * Reads a JWK Set (RFC 7517, section 5). Keys of unknown kinds, too weak ones and such as are not
   * for signatures are left out.
   *
   * @param secretsAllowed whether keys for HMAC count
   * @throws IllegalArgumentException if it is none, or no key is left; the text says why
   */
  static KeySet ofJwks(byte[] json, boolean secretsAllowed) {
    List<VerificationKey> keys = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    List<Object> listed = listed(json);
    for (int i = 0; i < listed.size(); i++) {
      try {
        keys.add(VerificationKey.of(jwk(listed.get(i)), secretsAllowed));
      } catch (IllegalArgumentException e) {
        complaints.add("key " + (i + 1) + " " + e.getMessage());
      }
    }
    return new KeySet(keys, complaints);
  }

  private static List<Object> listed(byte[] json) {
    List<Object> listed;
    try {
      Map<String, Object> set = JSONObjectUtils.parse(new String(json, StandardCharsets.UTF_8));
      listed = JSONObjectUtils.getJSONArray(set, "keys");
    } catch (ParseException e) { // its text may quote a secret
      throw new IllegalArgumentException("it is not a JWK Set: a JSON object with a list 'keys'");
    }
    if (listed == null) {
      throw new IllegalArgumentException("it is not a JWK Set: it has no list 'keys'");
    }
    if (listed.size() > KEYS_MAX) {
      throw new IllegalArgumentException(
          "it has %d keys; at most %d are allowed".formatted(listed.size(), KEYS_MAX));
    }
    return listed;
  }

  @SuppressWarnings("unchecked") // the names in a JSON object are texts
  private static JWK jwk(Object json) {
    if (!(json instanceof Map)) {
      throw new IllegalArgumentException("is not a JSON object");
    }
    try {
      return JWK.parse((Map<String, Object>) json);
    } catch (ParseException | RuntimeException e) {
      throw new IllegalArgumentException("is not a JWK of a kind that is known");
    }
  }

  /**
   * Reads public keys or certificates in PEM: one block {@code PUBLIC KEY} or {@code CERTIFICATE}
   * after the other.
   *
   * @throws IllegalArgumentException if it is something else; the text says why
   */
  static KeySet ofPem(byte[] pem) {
    List<VerificationKey> keys = new ArrayList<>();
    for (JWK key : PemKeys.read(new String(pem, StandardCharsets.US_ASCII))) {
      keys.add(VerificationKey.of(key, false));
    }
    return new KeySet(keys, List.of());
  }

  /**
   * One secret for HMAC: the bytes of a file, without the end of line that editors put there.
   *
   * @throws IllegalArgumentException if it is too short
   */
  static KeySet ofSecret(byte[] file) {
    int end = file.length;
    while (end > 0 && (file[end - 1] == '\n' || file[end - 1] == '\r')) {
      end--;
    }
    if (end < 32) { // RFC 7518, section 3.2
      throw new IllegalArgumentException(
          "it has %d bytes; a secret has at least 32 (HS256), 48 (HS384) or 64 (HS512)"
              .formatted(end));
    }
    JWK secret = new OctetSequenceKey.Builder(Arrays.copyOf(file, end)).build();
    return new KeySet(List.of(VerificationKey.of(secret, true)), List.of());
  }

  /**
   * The keys that may have signed a token.
   *
   * @param id what the token calls its key, or null if it does not say; a key without a name may be
   *     meant by any
   */
  List<VerificationKey> candidates(JWSAlgorithm algorithm, @Nullable String id) {
    List<VerificationKey> found = new ArrayList<>();
    for (VerificationKey key : keys) {
      if (key.fits(algorithm) && (id == null || key.id() == null || key.id().equals(id))) {
        found.add(key);
      }
    }
    return found;
  }
}
