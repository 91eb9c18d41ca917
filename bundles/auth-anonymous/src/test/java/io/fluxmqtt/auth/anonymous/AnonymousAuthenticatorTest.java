package io.fluxmqtt.auth.anonymous;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnonymousAuthenticatorTest {
  private static final String SELF_SIGNED =
      """
      -----BEGIN CERTIFICATE-----
      MIIBeDCCAR+gAwIBAgIUbL0KMw58Ly14cRZRFf/CSiuTGNIwCgYIKoZIzj0EAwIw
      EjEQMA4GA1UEAwwHZ2F0ZXdheTAeFw0yNjExMjMwNjUyMTdaFw0zNjExMjAwNjUy
      MTdaMBIxEDAOBgNVBAMMB2dhdGV3YXkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
      AAQoR4Fol4S4hH0vEJovC1ZdyJigYpK3UYwnDdCQmRkvoCepOprItc3h/I0ityRS
      0woBtHgWrwUfoJC/09rHh0Eto1MwUTAdBgNVHQ4EFgQUByI6Pm6DqhkufkVzc2wi
      cAGqX04wHwYDVR0jBBgwFoAUByI6Pm6DqhkufkVzc2wicAGqX04wDwYDVR0TAQH/
      BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAVuqOwNATUxWECVedCWv5oqXE6N1xr
      qVx1Q0Z8c9uRsAIgBecKkDCHPrK8Zbun116S/PbfOnAY8eI6AwIoegw7Hp4=
      -----END CERTIFICATE-----
      """;

  private static final Authentication ABSTAINED = new Authentication.Abstained();

  @Test
  void clientThatShowsNothingIsAnonymous() {
    assertEquals(new Authentication.Accepted(Principal.ANONYMOUS), answer(null, null, List.of()));
  }

  @Test
  void anyCredentialIsLeftToOthers() {
    assertEquals(ABSTAINED, answer("ada", null, List.of()));
    assertEquals(ABSTAINED, answer("ada", "secret", List.of()));
    assertEquals(ABSTAINED, answer(null, "secret", List.of()));
  }

  @Test
  void emptyUserNameOrPasswordIsStillACredential() {
    assertEquals(ABSTAINED, answer("", null, List.of()));
    assertEquals(ABSTAINED, answer(null, "", List.of()));
  }

  @Test
  void certificateIsLeftToOthers() throws CertificateException {
    assertEquals(ABSTAINED, answer(null, null, List.of(certificate())));
  }

  private static X509Certificate certificate() throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(SELF_SIGNED.getBytes(StandardCharsets.US_ASCII)));
  }

  private static Authentication answer(
      @Nullable String user, @Nullable String password, List<X509Certificate> certificates) {
    Payload bytes = password == null ? null : Payload.ofUtf8(password);
    Credentials credentials = new Credentials("id", user, bytes, "default", null, certificates);
    return new AnonymousAuthenticator().authenticate(credentials).toCompletableFuture().join();
  }
}
