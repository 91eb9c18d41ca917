package io.fluxmqtt.auth.jaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class JaasAuthenticatorComponentTest {
  private static final Map<String, Object> PLANT =
      Map.of("realm", "plant", "loginConfigFile", "login.conf");
  private static final Authentication WRONG =
      new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
  private static final Authentication ABSTAINED = new Authentication.Abstained();

  @TempDir Path etc;
  private final Map<Object, Authenticator> registered = new ConcurrentHashMap<>(); // by name

  @BeforeEach
  void setUp() throws IOException {
    TestModule.EVENTS.clear();
    Files.writeString(
        etc.resolve("login.conf"), "plant { " + TestModule.class.getName() + " required; };");
  }

  @Test
  void usersOfTheRealmAreAccepted() {
    JaasAuthenticatorComponent component = activate(PLANT);
    assertEquals(
        new Authentication.Accepted(new Principal("eve", Set.of("sensors"))),
        answer("jaas", "eve", "secret"));
    assertEquals(WRONG, answer("jaas", "eve", "wrong"));
    component.deactivate();
  }

  @Test
  void whatNoRealmShouldSeeIsNotShownToIt() {
    JaasAuthenticatorComponent component = activate(PLANT);
    assertEquals(ABSTAINED, answer("jaas", null, "secret"));
    assertEquals(WRONG, answer("jaas", "eve", null));
    assertEquals(WRONG, answer("jaas", "eve", ""));
    for (String name : new String[] {"", "e*", "e)(uid=ann", "e\\2a", "(e", "e\n"}) {
      assertEquals(WRONG, answer("jaas", name, "secret"), name);
    }
    assertEquals(List.of(), TestModule.EVENTS);
    component.modified(with("abstainOnFailure", "true"));
    assertEquals(ABSTAINED, answer("jaas", "eve", null));
    assertEquals(ABSTAINED, answer("jaas", "e*", "secret"));
    component.deactivate();
  }

  @Test
  void everyChangeCountsForTheNext() {
    JaasAuthenticatorComponent component = activate(PLANT);
    component.modified(with("name", "plant"));
    assertEquals(Set.of("plant"), registered.keySet());
    component.modified(with("groupPrefix", "p."));
    assertEquals(
        new Authentication.Accepted(new Principal("eve", Set.of("p.sensors"))),
        answer("jaas", "eve", "secret"));
    component.modified(with("loginQueueMax", 0));
    assertEquals(WRONG, answer("jaas", "eve", "wrong"));
    component.deactivate();
    assertTrue(registered.isEmpty());
  }

  @Test
  void badValueKeepsTheOldConfiguration() {
    JaasAuthenticatorComponent component = activate(PLANT);
    component.modified(Map.of("realm", "other", "name", "x", "timeoutSeconds", 0));
    assertEquals(WRONG, answer("jaas", "eve", "wrong"));
    component.deactivate();
  }

  @Test
  void badValueAtTheStartKeepsItDown() {
    for (Map<String, Object> bad :
        List.<Map<String, Object>>of(
            Map.of("name", " "),
            Map.of("realm", ""),
            Map.of("groupPrincipals", "Role*"),
            Map.of("userPrincipals", "*, **"),
            Map.of("loginConfigFile", "a\0b"),
            Map.of("abstainOnFailure", "maybe"),
            Map.of("timeoutSeconds", 301),
            Map.of("loginThreads", 0),
            Map.of("loginQueueMax", -1))) {
      assertThrows(SettingException.class, () -> activate(bad), bad.toString());
    }
    assertTrue(registered.isEmpty());
  }

  private static Map<String, Object> with(String key, Object value) {
    Map<String, Object> all = new HashMap<>(PLANT);
    all.put(key, value);
    return all;
  }

  private JaasAuthenticatorComponent activate(Map<String, Object> properties) {
    return new JaasAuthenticatorComponent(context(), new HashMap<>(properties));
  }

  private Authentication answer(String name, @Nullable String user, @Nullable String password) {
    Payload bytes = password == null ? null : Payload.ofUtf8(password);
    Credentials credentials = new Credentials("id", user, bytes, "default", null, List.of());
    return registered.get(name).authenticate(credentials).toCompletableFuture().join();
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
