package io.fluxmqtt.itests.felix;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** A line of a password file as mosquitto_passwd of mosquitto 2 writes it. */
final class MosquittoPassword {
  private static final int ITERATIONS = 101;
  private static final int HASH_BITS = 512;
  private static final byte[] SALT = "twelve bytes".getBytes();

  private MosquittoPassword() {}

  static String line(String user, String password) throws GeneralSecurityException {
    byte[] hash =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
            .generateSecret(new PBEKeySpec(password.toCharArray(), SALT, ITERATIONS, HASH_BITS))
            .getEncoded();
    Base64.Encoder base64 = Base64.getEncoder();
    return "%s:$7$%d$%s$%s%n"
        .formatted(user, ITERATIONS, base64.encodeToString(SALT), base64.encodeToString(hash));
  }
}
