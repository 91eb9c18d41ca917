package io.fluxmqtt.auth.scram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.itests.kit.Await;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class ScramAuthenticatorComponentTest {
  private static final Mechanism SHA_256 = Mechanism.SCRAM_SHA_256;
  private static final String DEFAULT = "scram SCRAM-SHA-256";

  @TempDir Path etc;
  private final Map<Object, EnhancedAuthenticator> registered = new ConcurrentHashMap<>();

  @BeforeEach
  void setUp() throws IOException {
    write("flux-mqtt.scram", Given.line("ann", SHA_256));
  }

  @Test
  void serviceHasTheConfiguredNameAndMethodAndFollowsThem() {
    ScramAuthenticatorComponent component = activate(Map.of());
    assertEquals(Set.of(DEFAULT), registered.keySet());
    component.modified(Map.of("name", "plant"));
    assertEquals(Set.of("plant SCRAM-SHA-256"), registered.keySet());
    component.modified(Map.of("name", "plant", "method", "SCRAM-SHA-512"));
    assertEquals(Set.of("plant SCRAM-SHA-512"), registered.keySet());
    component.deactivate();
    assertTrue(registered.isEmpty());
  }

  @Test
  void changedFilesAreSeenByThemselves() throws Exception {
    ScramAuthenticatorComponent component =
        activate(Map.of("pollMillis", 60_000, "groupFile", "groups"));
    assertEquals(ReasonCode.SERVER_UNAVAILABLE, Given.refusal(login("ann")));
    write("groups", "ops: ann");
    component.modified(Map.of("pollMillis", 50, "groupFile", "groups"));
    Await.until("the groups are read", () -> login("ann") instanceof ExchangeStep.Accepted);
    assertEquals(
        Set.of("ops"),
        assertInstanceOf(ExchangeStep.Accepted.class, login("ann")).principal().groups());
    write("flux-mqtt.scram", Given.line("bob", SHA_256));
    Await.until("the users are read", () -> login("bob") instanceof ExchangeStep.Accepted);
    component.modified(Map.of());
    assertEquals(
        Set.of(), assertInstanceOf(ExchangeStep.Accepted.class, login("bob")).principal().groups());
    component.deactivate();
  }

  @Test
  void badValueKeepsTheOldConfiguration() throws Exception {
    ScramAuthenticatorComponent component = activate(Map.of());
    write("other", Given.line("bob", SHA_256));
    component.modified(Map.of("userFile", "other", "name", "x", "pollMillis", "often"));
    assertEquals(Set.of(DEFAULT), registered.keySet());
    assertInstanceOf(ExchangeStep.Accepted.class, login("ann"));
    component.modified(Map.of("userFile", etc.resolve("other").toString()));
    assertInstanceOf(ExchangeStep.Accepted.class, login("bob"));
    component.deactivate();
  }

  @Test
  void badValueAtTheStartKeepsItDown() {
    for (Map.Entry<String, Object> bad :
        Map.<String, Object>of(
                "name", " ",
                "method", "SCRAM-SHA-1",
                "userFile", "",
                "groupFile", "a\u0000b",
                "pollMillis", 49)
            .entrySet()) {
      SettingException refused =
          assertThrows(
              SettingException.class, () -> activate(Map.of(bad.getKey(), bad.getValue())));
      assertTrue(refused.getMessage().contains(" " + bad.getKey() + "="), refused::getMessage);
    }
    assertTrue(registered.isEmpty());
  }

  @Test
  void noncesAreNeverTheSame() {
    ScramAuthenticatorComponent component = activate(Map.of());
    EnhancedAuthenticator service = registered.get(DEFAULT);
    String one = Given.challenge(service.begin(Given.credentials(null)), "n,,n=ann,r=abc");
    String two = Given.challenge(service.begin(Given.credentials(null)), "n,,n=ann,r=abc");
    assertTrue(one.startsWith("r=abc") && !one.equals(two), one);
    assertEquals("r=abc".length() + 32, one.indexOf(",s="));
    component.deactivate();
  }

  private ExchangeStep login(String user) throws Exception {
    io.fluxmqtt.api.spi.auth.Exchange exchange =
        registered.values().iterator().next().begin(Given.credentials(null));
    com.ongres.scram.client.ScramClient client = ScramExchangeTest.client(SHA_256, user, "pencil");
    ExchangeStep step = Given.say(exchange, client.clientFirstMessage().toString());
    if (!(step instanceof ExchangeStep.Continue challenge)) {
      return step;
    }
    client.serverFirstMessage(challenge.data().toUtf8());
    return Given.say(exchange, client.clientFinalMessage().toString());
  }

  private ScramAuthenticatorComponent activate(Map<String, Object> properties) {
    return new ScramAuthenticatorComponent(context(), new HashMap<>(properties));
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(etc.resolve(file), text + "\n");
  }

  /** The two methods of a bundle context that are used. */
  private BundleContext context() {
    return (BundleContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getProperty" ->
                      args[0].equals("karaf.etc") || args[0].equals("flux.mqtt.data")
                          ? etc.toString()
                          : null;
                  case "registerService" -> {
                    Dictionary<?, ?> properties = (Dictionary<?, ?>) args[2];
                    Object name =
                        properties.get(EnhancedAuthenticator.NAME)
                            + " "
                            + properties.get(EnhancedAuthenticator.METHOD);
                    registered.put(name, (EnhancedAuthenticator) args[1]);
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
