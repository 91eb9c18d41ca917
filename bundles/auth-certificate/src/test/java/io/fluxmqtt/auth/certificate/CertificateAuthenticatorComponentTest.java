package io.fluxmqtt.auth.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CertificateAuthenticatorComponentTest {
  private static final String REFUSED = ReasonCode.NOT_AUTHORIZED.toString();
  private static final String UNAVAILABLE = ReasonCode.SERVER_UNAVAILABLE.toString();

  @TempDir static Path etc;
  private static Pki pki;
  private static X509Certificate ann;
  private final Map<Object, Authenticator> registered = new ConcurrentHashMap<>(); // by name

  @BeforeAll
  static void start() throws Exception {
    pki = new Pki(etc.resolve("root"), "Root");
    ann = pki.issue("/CN=ann/OU=sensors", "subjectAltName=email:ann@plant.test");
  }

  @Test
  void everyChangeCountsForTheNext() throws Exception {
    CertificateAuthenticatorComponent component = activate(Map.of());
    assertEquals("ann [] null", answer("certificate", ann));
    component.modified(
        Map.of(
            "name",
            "plant",
            "userName",
            "san-email",
            "clientId",
            "cn",
            "groups",
            "ou",
            "groupPrefix",
            "ou.",
            "pollMillis",
            100));
    assertEquals(Set.of("plant"), registered.keySet());
    assertEquals("ann@plant.test [ou.sensors] ann", answer("plant", ann));
    component.modified(Map.of("userName", "none"));
    assertEquals("null [] null", answer("certificate", ann));
    component.deactivate();
    assertTrue(registered.isEmpty());
  }

  @Test
  void revocationListIsReadAndReadAgainByItself() throws Exception {
    Path list = etc.resolve("plant.crl");
    Files.deleteIfExists(list);
    X509Certificate bob = pki.issue("/CN=bob");
    Map<String, Object> checked =
        Map.of("crlFile", "plant.crl", "caFile", "root/ca.pem", "pollMillis", "50");
    CertificateAuthenticatorComponent component = activate(checked);
    assertEquals(UNAVAILABLE, answer("certificate", bob));
    Files.write(list, pki.list());
    awaitAnswer("bob [] null", bob);
    pki.revoke(bob);
    Files.write(list, pki.list());
    awaitAnswer(REFUSED, bob);
    component.modified(Map.of());
    assertEquals("bob [] null", answer("certificate", bob), "nothing is asked any more");
    component.modified(checked);
    assertEquals(REFUSED, answer("certificate", bob));
    component.deactivate();
  }

  private void awaitAnswer(String expected, X509Certificate certificate) {
    while (!answer("certificate", certificate).equals(expected)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void badValueKeepsTheOldConfiguration() {
    CertificateAuthenticatorComponent component = activate(Map.of());
    component.modified(Map.of("userName", "san-dns", "name", "x", "clientId", "none"));
    assertEquals("ann [] null", answer("certificate", ann));
    component.deactivate();
  }

  @Test
  void badValueAtTheStartKeepsItDown() {
    for (Map<String, Object> bad :
        List.<Map<String, Object>>of(
            Map.of("name", " "),
            Map.of("userName", "any"),
            Map.of("clientId", "none"),
            Map.of("groups", "o"),
            Map.of("crlFile", "x"),
            Map.of("crlFile", "a\0b", "caFile", "x"),
            Map.of("allowStaleCrl", "perhaps"),
            Map.of("pollMillis", 49))) {
      assertThrows(SettingException.class, () -> activate(bad), bad.toString());
    }
    assertTrue(registered.isEmpty());
  }

  private CertificateAuthenticatorComponent activate(Map<String, Object> properties) {
    return new CertificateAuthenticatorComponent(context(), new HashMap<>(properties));
  }

  /** User name, groups and client id, or why not. */
  private String answer(String name, X509Certificate certificate) {
    Credentials credentials =
        new Credentials("id", null, null, "default", null, List.of(certificate));
    Authentication answer =
        registered.get(name).authenticate(credentials).toCompletableFuture().join();
    if (answer instanceof Authentication.Accepted accepted) {
      var principal = accepted.principal();
      return principal.userName() + " " + principal.groups() + " " + principal.clientId();
    }
    return answer instanceof Authentication.Rejected rejected
        ? rejected.reason().toString()
        : "abstained";
  }

  /** The two methods of a bundle context that are used. */
  private BundleContext context() {
    return (BundleContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getProperty" -> args[0].equals("flux.mqtt.etc") ? etc.toString() : null;
                  case "registerService" -> {
                    Object name = ((Dictionary<?, ?>) args[2]).get(Authenticator.NAME);
                    registered.put(name, (Authenticator) args[1]);
                    yield registration(name);
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private ServiceRegistration<?> registration(Object name) {
    return (ServiceRegistration<?>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ServiceRegistration.class},
            (proxy, method, args) -> {
              registered.remove(name);
              return null;
            });
  }
}
