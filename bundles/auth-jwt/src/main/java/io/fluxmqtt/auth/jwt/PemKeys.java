package io.fluxmqtt.auth.jwt;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Public keys in PEM (RFC 7468): {@code PUBLIC KEY} and {@code CERTIFICATE}. */
final class PemKeys {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private PemKeys() {}

  /**
   * Reads all blocks.
   *
   * @throws IllegalArgumentException if there is none, or one is of another kind or damaged
   */
  static List<JWK> read(String pem) {
    List<JWK> keys = new ArrayList<>();
    for (Matcher block = BLOCK.matcher(pem); block.find(); ) {
      try {
        byte[] bytes = Base64.getMimeDecoder().decode(block.group(2));
        keys.add(
            jwk(
                switch (block.group(1)) {
                  case "PUBLIC KEY" -> publicKey(bytes);
                  case "CERTIFICATE" ->
                      CertificateFactory.getInstance("X.509")
                          .generateCertificate(new ByteArrayInputStream(bytes))
                          .getPublicKey();
                  default ->
                      throw new IllegalArgumentException(
                          "it holds a "
                              + block.group(1)
                              + "; a PUBLIC KEY or a CERTIFICATE is needed, such as"
                              + " openssl pkey -pubout writes it");
                }));
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException("its " + block.group(1) + " is damaged");
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("it holds no PUBLIC KEY and no CERTIFICATE in PEM");
    }
    return keys;
  }

  private static PublicKey publicKey(byte[] encoded) throws GeneralSecurityException {
    X509EncodedKeySpec spec = new X509EncodedKeySpec(encoded);
    try {
      return KeyFactory.getInstance("RSA").generatePublic(spec);
    } catch (GeneralSecurityException e) {
      return KeyFactory.getInstance("EC").generatePublic(spec);
    }
  }

  private static JWK jwk(PublicKey key) {
    if (key instanceof RSAPublicKey rsa) {
      return new RSAKey.Builder(rsa).build();
    }
    if (key instanceof ECPublicKey ec) {
      Curve curve = Curve.forECParameterSpec(ec.getParams());
      if (curve != null) {
        return new ECKey.Builder(curve, ec).build();
      }
    }
    throw new IllegalArgumentException("it is of a kind or curve that is not known");
  }
}
