package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.itests.kit.Certificates;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;

class SettingsCheckerTest {
  private static final String PID = ListenerComponent.PID + "~lan";

  @TempDir Path etc;

  @Test
  void listenerIsReadAsItsComponentDoes() {
    assertDoesNotThrow(() -> check(Map.of("port", "0")));
    SettingException e = assertThrows(SettingException.class, () -> check(Map.of("port", "70000")));
    assertEquals("port", e.key());
    assertEquals(PID + ": port=70000 is out of bounds; set 0 to 65535", e.getMessage());
  }

  @Test
  void certificatesAreReadToo() throws Exception {
    Map<String, Object> values = new HashMap<>();
    values.put("type", "tls");
    values.put("certificateFile", "a.pem");
    values.put("keyFile", "a.key");
    SettingException e = assertThrows(SettingException.class, () -> check(values));
    assertEquals("certificateFile", e.key());
    assertTrue(
        e.getMessage().contains("certificateFile=a.pem is not to be used: "), e.getMessage());
    new Certificates(etc).issue("a", "DNS:localhost").issue("b", "DNS:localhost");
    assertDoesNotThrow(() -> check(values));
    values.put("keyFile", "b.key");
    assertThrows(SettingException.class, () -> check(values));
  }

  @Test
  void loopsAreReadAsTheirComponentDoes() {
    SettingException e =
        assertThrows(
            SettingException.class,
            () -> checker().check(TransportComponent.PID, Map.of("eventLoops", "-1")));
    assertEquals("eventLoops", e.key());
  }

  private void check(Map<String, Object> values) {
    Map<String, Object> all = new HashMap<>(values);
    all.put("service.pid", PID);
    checker().check(PID, all);
  }

  private SettingsChecker checker() {
    return new SettingsChecker(
        (BundleContext)
            Proxy.newProxyInstance(
                SettingsCheckerTest.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) ->
                    "flux.mqtt.etc".equals(arguments[0]) ? etc.toString() : null));
  }
}
