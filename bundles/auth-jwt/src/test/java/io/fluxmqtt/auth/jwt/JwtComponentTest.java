package io.fluxmqtt.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JwtComponentTest {
  private static final String CLAIMS = "{\"sub\":\"ann\",\"exp\":99999999999}";
  private static final String TOKEN = Issuer.token(Issuer.RSA, JWSAlgorithm.RS256, CLAIMS);
  private static final String OTHER = Issuer.token(Issuer.EC, JWSAlgorithm.ES256, CLAIMS);

  @TempDir Path etc;
  private final Map<Object, Object> registered = new ConcurrentHashMap<>(); // by name and kind
  private final Map<Object, Object> revisions = new ConcurrentHashMap<>(); // of authorizers
  private @Nullable JwtComponent component;

  @BeforeEach
  void write() throws IOException {
    write("keys", Issuer.RSA);
    write("others", Issuer.EC);
  }

  @AfterEach
  void stop() {
    if (component != null) {
      component.deactivate();
      assertTrue(registered.isEmpty());
    }
  }

  @Test
  void serviceHasTheConfiguredNameAndFollowsIt() {
    activate(Map.of("jwksFile", "keys"));
    assertEquals(java.util.Set.of("jwt authenticator"), registered.keySet());
    modify(Map.of("jwksFile", "keys", "name", "plant", "aclClaim", "acl"));
    assertEquals(java.util.Set.of("plant authenticator", "plant authorizer"), registered.keySet());
    modify(Map.of("jwksFile", "keys", "name", "jwt"));
    assertEquals(java.util.Set.of("jwt authenticator"), registered.keySet());
  }

  @Test
  void keysOfAllSourcesCount() throws IOException {
    Files.writeString(etc.resolve("secret"), "a secret of at least 32 bytes, this");
    JWK secret =
        new com.nimbusds.jose.jwk.OctetSequenceKey.Builder(
                "a secret of at least 32 bytes, this".getBytes())
            .build();
    activate(Map.of("jwksFile", "keys", "secretFile", "secret"));
    assertTrue(accepts(TOKEN));
    assertTrue(accepts(Issuer.token(secret, JWSAlgorithm.HS256, CLAIMS)));
    assertFalse(accepts(OTHER));
  }

  @Test
  void changedFileIsSeenByItself() throws IOException {
    activate(Map.of("jwksFile", "keys", "pollMillis", "50"));
    assertTrue(accepts(TOKEN));
    write("keys", Issuer.EC);
    while (!accepts(OTHER)) {
      Thread.onSpinWait();
    }
    assertFalse(accepts(TOKEN));
  }

  @Test
  void changeOfTheConfigurationCounts() {
    activate(Map.of("jwksFile", "keys"));
    modify(Map.of("jwksFile", "others"));
    assertTrue(accepts(OTHER));
    assertFalse(accepts(TOKEN));
    modify(Map.of("jwksFile", "others", "algorithms", "RS*"));
    assertFalse(accepts(OTHER));
  }

  @Test
  void keysAreKeptWhereTheyComeFromTheSameFile() throws IOException {
    activate(Map.of("jwksFile", "keys"));
    Files.delete(etc.resolve("keys"));
    modify(Map.of("jwksFile", "keys", "clockSkewSeconds", "5"));
    assertTrue(accepts(TOKEN));
  }

  @Test
  void otherAnswersHaveAnotherRevision() {
    activate(Map.of("jwksFile", "keys", "aclClaim", "acl"));
    Object before = revisions.get("jwt authorizer");
    modify(Map.of("jwksFile", "keys", "aclClaim", "acl", "threads", 3));
    assertEquals(before, revisions.get("jwt authorizer"));
    modify(Map.of("jwksFile", "keys", "aclClaim", "acl", "aclOtherwise", "deny"));
    assertNotEquals(before, revisions.get("jwt authorizer"));
    assertEquals(2, registered.size());
  }

  @Test
  void badValueKeepsTheOldConfiguration() {
    activate(Map.of("jwksFile", "keys"));
    modify(Map.of("jwksFile", "others", "name", "x", "threads", "many"));
    assertTrue(accepts(TOKEN));
    assertEquals(java.util.Set.of("jwt authenticator"), registered.keySet());
  }

  @Test
  void badValueAtTheStartKeepsItDown() {
    for (Map<String, Object> bad :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("jwksFile", "keys", "name", " "),
            Map.of("jwksFile", "\0"),
            Map.of("jwksFile", "keys", "tokenIn", "topic"),
            Map.of("jwksFile", "keys", "algorithms", ""),
            Map.of("jwksFile", "keys", "algorithms", "none"),
            Map.of("jwksFile", "keys", "algorithms", "RS256, *"),
            Map.of("jwksFile", "keys", "algorithms", "R*"),
            Map.of("jwksFile", "keys", "userNameClaim", ""),
            Map.of("jwksFile", "keys", "aclOtherwise", "allow"),
            Map.of("jwksFile", "keys", "tokenMaxBytes", 255),
            Map.of("jwksFile", "keys", "clockSkewSeconds", 601),
            Map.of("jwksUrl", "http://issuer.example/keys"),
            Map.of("jwksUrl", "file:///etc/keys"),
            Map.of("jwksUrl", "https:keys"),
            Map.of("jwksUrl", "https://user:secret@issuer.example/keys"),
            Map.of("jwksUrl", "not a url"))) {
      assertThrows(SettingException.class, () -> activate(bad), bad::toString);
    }
    assertTrue(registered.isEmpty());
  }

  private void activate(Map<String, Object> properties) {
    component = new JwtComponent(context(), new HashMap<>(properties));
  }

  private void modify(Map<String, Object> properties) {
    component.modified(new HashMap<>(properties));
  }

  private boolean accepts(String token) {
    Credentials credentials =
        new Credentials("id", "ann", Payload.ofUtf8(token), "default", null, List.of());
    Authenticator service = (Authenticator) registered.get("jwt authenticator");
    return service.authenticate(credentials).toCompletableFuture().join()
        instanceof Authentication.Accepted;
  }

  private void write(String file, JWK... keys) throws IOException {
    Path other = Files.write(etc.resolve("other"), Issuer.jwks(keys));
    Files.move(other, etc.resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  /** The two methods of a bundle context that are used. */
  private BundleContext context() {
    return (BundleContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getProperty" -> args[0].equals("karaf.etc") ? etc.toString() : null;
                  case "registerService" -> register(args[1], (Dictionary<?, ?>) args[2]);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private ServiceRegistration<?> register(Object service, Dictionary<?, ?> properties) {
    String kind = service instanceof Authenticator ? Authenticator.NAME : Authorizer.NAME;
    String key =
        properties.get(kind)
            + (service instanceof Authenticator ? " authenticator" : " authorizer");
    registered.put(key, service);
    if (properties.get(Authorizer.REVISION) != null) {
      revisions.put(key, properties.get(Authorizer.REVISION));
    }
    return (ServiceRegistration<?>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ServiceRegistration.class},
            (proxy, method, args) -> registered.remove(key, service));
  }
}
