package io.fluxmqtt.itests.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A web service that publishes its keys, and the tokens that it signs with what the JDK has. */
final class TokenIssuer implements AutoCloseable {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final HttpServer server;
  private final Map<String, KeyPair> keys = new LinkedHashMap<>(); // guarded by this
  private final AtomicInteger questions = new AtomicInteger();
  private volatile int status = 200;

  TokenIssuer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.createContext(
        "/keys",
        exchange -> {
          questions.incrementAndGet();
          byte[] body = jwks().getBytes(UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
  }

  /** How often it was asked. */
  int questions() {
    return questions.get();
  }

  /** What it answers from now on, in HTTP. */
  void answer(int newStatus) {
    status = newStatus;
  }

  /** Publishes one more key. */
  synchronized void addRsa(String id) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys.put(id, generator.generateKeyPair());
  }

  /** Publishes one more key, of P-256. */
  synchronized void addEc(String id) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    keys.put(id, generator.generateKeyPair());
  }

  /** Publishes a key no longer. */
  synchronized void remove(String id) {
    keys.remove(id);
  }

  /** A token that it has signed; quotes are single ones. */
  synchronized String token(String id, String claims) throws GeneralSecurityException {
    KeyPair pair = keys.get(id);
    boolean isRsa = pair.getPublic() instanceof RSAPublicKey;
    String header = "{'alg':'%s','kid':'%s'}".formatted(isRsa ? "RS256" : "ES256", id);
    String text = part(header) + "." + part(claims);
    Signature signature =
        Signature.getInstance(isRsa ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
    signature.initSign(pair.getPrivate());
    signature.update(text.getBytes(UTF_8));
    return text + "." + BASE64.encodeToString(signature.sign());
  }

  /** A part of a token; quotes are single ones. */
  static String part(String json) {
    return BASE64.encodeToString(json.replace('\'', '"').getBytes(UTF_8));
  }

  private synchronized String jwks() {
    List<String> shown = new ArrayList<>();
    keys.forEach(
        (id, pair) ->
            shown.add(
                pair.getPublic() instanceof RSAPublicKey rsa
                    ? "{'kty':'RSA','use':'sig','kid':'%s','n':'%s','e':'%s'}"
                        .formatted(
                            id, number(rsa.getModulus(), 256), number(rsa.getPublicExponent(), 3))
                    : ec(id, (ECPublicKey) pair.getPublic())));
    return "{'keys':[%s]}".formatted(String.join(",", shown)).replace('\'', '"');
  }

  private static String ec(String id, ECPublicKey key) {
    return "{'kty':'EC','crv':'P-256','kid':'%s','x':'%s','y':'%s'}"
        .formatted(id, number(key.getW().getAffineX(), 32), number(key.getW().getAffineY(), 32));
  }

  private static String number(BigInteger number, int length) {
    byte[] signed = number.toByteArray();
    byte[] bytes = new byte[length];
    int count = Math.min(length, signed.length);
    System.arraycopy(signed, signed.length - count, bytes, length - count, count);
    return BASE64.encodeToString(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
