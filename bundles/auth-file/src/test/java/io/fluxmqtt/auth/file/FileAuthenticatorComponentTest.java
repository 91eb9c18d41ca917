package io.fluxmqtt.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.PasswordAdmin;
import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class FileAuthenticatorComponentTest {
  @TempDir Path etc;
  private final Map<Object, Authenticator> registered = new ConcurrentHashMap<>(); // by name
  private final Map<Object, PasswordAdmin> admins = new ConcurrentHashMap<>(); // by name

  @BeforeEach
  void setUp() throws IOException {
    write("flux-mqtt.passwd", "ada");
  }

  @Test
  void serviceHasTheConfiguredNameAndFollowsIt() {
    FileAuthenticatorComponent component = activate(Map.of());
    assertEquals(List.of("file"), List.copyOf(registered.keySet()));
    component.modified(Map.of("name", "plant"));
    assertEquals(List.of("plant"), List.copyOf(registered.keySet()));
    component.deactivate();
    assertTrue(registered.isEmpty());
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS)
  void changedFileIsSeenByItself() throws IOException {
    FileAuthenticatorComponent component = activate(Map.of("pollMillis", "50"));
    assertTrue(accepts("ada"));
    write("flux-mqtt.passwd", "bob");
    while (!accepts("bob")) {
      Thread.onSpinWait();
    }
    component.deactivate();
  }

  @Test
  void badValueKeepsTheOldConfiguration() throws IOException {
    FileAuthenticatorComponent component = activate(Map.of());
    write("other", "bob");
    component.modified(Map.of("passwordFile", "other", "name", "x", "hashThreads", "many"));
    assertTrue(accepts("ada"));
    assertEquals(List.of("file"), List.copyOf(registered.keySet()));
    component.modified(Map.of("passwordFile", etc.resolve("other").toString()));
    assertTrue(accepts("bob"));
    component.deactivate();
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS)
  void weakHashIsStrengthenedAtLoginIfThatIsWanted() throws IOException {
    FileAuthenticatorComponent component = activate(Map.of("hashIterations", 5));
    assertTrue(accepts("ada"));
    assertTrue(hash().startsWith("ada:$7$2$"), hash());
    component.modified(Map.of("hashIterations", 5, "strengthenAtLogin", true));
    assertTrue(accepts("ada"));
    while (!hash().startsWith("ada:$7$5$")) {
      Thread.onSpinWait();
    }
    assertTrue(accepts("ada"));
    component.deactivate();
  }

  private String hash() throws IOException {
    return Files.readString(etc.resolve("flux-mqtt.passwd"));
  }

  @Test
  void userIsInTheGroupsOfTheGroupFileAndRefusedWithoutIt() throws IOException {
    FileAuthenticatorComponent component = activate(Map.of("groupFile", "groups"));
    assertFalse(accepts("ada"));
    Files.writeString(etc.resolve("roles"), "ops: ada\n");
    component.modified(Map.of("groupFile", "roles"));
    assertEquals(Set.of("ops"), principal("ada").groups());
    component.modified(Map.of());
    assertEquals(Set.of(), principal("ada").groups());
    component.deactivate();
  }

  @Test
  void usersAreSetThroughTheServiceBesideTheAuthenticator() throws IOException {
    FileAuthenticatorComponent component = activate(Map.of());
    PasswordAdmin admin = admins.get("file");
    assertTrue(admin.put("bob", "secret".getBytes(StandardCharsets.UTF_8)));
    assertTrue(accepts("bob"));
    assertTrue(admin.delete("bob"));
    assertFalse(accepts("bob"));
    component.deactivate();
    assertTrue(admins.isEmpty());
  }

  @Test
  void badValueAtTheStartKeepsItDown() {
    for (Map<String, Object> bad :
        List.<Map<String, Object>>of(
            Map.of("name", " "),
            Map.of("passwordFile", ""),
            Map.of("pollMillis", 0),
            Map.of("hashQueueMax", "-1"),
            Map.of("hash", "md5"),
            Map.of("hashIterations", 0))) {
      assertThrows(SettingException.class, () -> activate(bad));
    }
    assertTrue(registered.isEmpty());
  }

  private FileAuthenticatorComponent activate(Map<String, Object> properties) {
    return new FileAuthenticatorComponent(context(), new HashMap<>(properties));
  }

  private Principal principal(String user) {
    return ((Authentication.Accepted) answer(user)).principal();
  }

  private boolean accepts(String user) {
    return answer(user) instanceof Authentication.Accepted;
  }

  private Authentication answer(String user) {
    Credentials credentials =
        new Credentials("id", user, Payload.ofUtf8("secret"), "default", null, List.of());
    return registered.get("file").authenticate(credentials).toCompletableFuture().join();
  }

  private void write(String file, String user) throws IOException {
    byte[] password = "secret".getBytes(StandardCharsets.UTF_8);
    String hash = Pbkdf2Hash.create(password, 2, 12).toText();
    Files.writeString(etc.resolve(file), user + ":" + hash + "\n");
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
                    if (args[1] instanceof PasswordAdmin admin) {
                      admins.put(name, admin);
                      yield registration(admins, name);
                    }
                    registered.put(name, (Authenticator) args[1]);
                    yield registration(registered, name);
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private ServiceRegistration<?> registration(Map<Object, ?> services, Object name) {
    return (ServiceRegistration<?>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ServiceRegistration.class},
            (proxy, method, args) -> {
              services.remove(name);
              return null;
            });
  }
}
