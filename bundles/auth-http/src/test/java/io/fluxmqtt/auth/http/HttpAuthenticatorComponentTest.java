package io.fluxmqtt.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class HttpAuthenticatorComponentTest {
  private final Map<Object, Authenticator> registered = new ConcurrentHashMap<>(); // by name
  private Given given;

  @BeforeEach
  void setUp() throws IOException {
    given = new Given();
  }

  @AfterEach
  void tearDown() {
    given.close();
  }

  @Test
  void serviceHasTheConfiguredNameAndFollowsIt() {
    HttpAuthenticatorComponent component = activate(Map.of("url", given.url()));
    assertEquals(List.of("http"), List.copyOf(registered.keySet()));
    component.modified(Map.of("url", given.url(), "name", "plant"));
    assertEquals(List.of("plant"), List.copyOf(registered.keySet()));
    Authenticator service = registered.get("plant");
    component.deactivate();
    assertTrue(registered.isEmpty());
    assertTrue(
        service
            .authenticate(Given.client("u", "p"))
            .toCompletableFuture()
            .isCompletedExceptionally());
  }

  @Test
  void badValueKeepsTheOldConfiguration() {
    HttpAuthenticatorComponent component = activate(Map.of("url", given.url()));
    component.modified(Map.of("url", "nowhere", "name", "x"));
    component.modified(Map.of("name", "x"));
    assertEquals(List.of("http"), List.copyOf(registered.keySet()));
    assertInstanceOf(
        Authentication.Accepted.class,
        registered.get("http").authenticate(Given.client("u", "p")).toCompletableFuture().join());
    component.deactivate();
  }

  @Test
  void badValueAtTheStartKeepsItDown() {
    assertThrows(SettingException.class, () -> activate(Map.of()));
    assertTrue(registered.isEmpty());
  }

  private HttpAuthenticatorComponent activate(Map<String, Object> properties) {
    return new HttpAuthenticatorComponent(context(), new HashMap<>(properties));
  }

  /** The two methods of a bundle context that are used. */
  private BundleContext context() {
    return (BundleContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getProperty" -> null;
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
