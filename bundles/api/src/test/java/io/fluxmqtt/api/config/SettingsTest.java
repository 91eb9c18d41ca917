package io.fluxmqtt.api.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  enum Overflow {
    DROP_OLDEST,
    DISCONNECT
  }

  @interface Config {
    int port() default 1883;

    String[] names() default {"a", "b"};

    String overflow() default "drop-oldest";

    boolean open() default false;

    String _password() default "none";
  }

  private static Settings settings(Map<String, ?> properties) {
    return new Settings("io.fluxmqtt.test", properties, Config.class);
  }

  @Test
  void defaultsComeFromTheDefinition() {
    Settings settings = settings(Map.of());
    assertEquals(1883, settings.integer("port", 0, 65_535));
    assertEquals(List.of("a", "b"), settings.list("names"));
    assertEquals(Overflow.DROP_OLDEST, settings.choice("overflow", Overflow.class));
    assertEquals("default", settings.name());
  }

  @Test
  void textIsReadAsTheDeclaredType() {
    Settings settings =
        settings(
            Map.of("port", " 1884 ", "names", "x, y,,", "open", "TRUE", "overflow", "disconnect"));
    assertEquals(1884, settings.integer("port", 0, 65_535));
    assertEquals(List.of("x", "y"), settings.list("names"));
    assertTrue(settings.flag("open"));
    assertEquals(Overflow.DISCONNECT, settings.choice("overflow", Overflow.class));
  }

  @Test
  void secretsBeginWithADotAndAreNeverShown() {
    assertEquals("none", settings(Map.of()).text(".password"));
    Settings settings = settings(Map.of(".password", "sesame"));
    assertEquals("sesame", settings.text(".password"));
    assertEquals(
        "io.fluxmqtt.test: .password=*** is too short",
        settings.error(".password", "is too short").getMessage());
    assertEquals(List.of(), List.copyOf(settings.unknownKeys()));
  }

  @Test
  void errorNamesPidKeyValueAndWhatIsAllowed() {
    Settings settings = settings(Map.of("service.pid", "io.fluxmqtt.test~one", "port", "70000"));
    assertEquals("one", settings.name());
    assertEquals(
        "io.fluxmqtt.test~one: port=70000 is out of bounds; set 0 to 65535",
        assertThrows(SettingException.class, () -> settings.integer("port", 0, 65_535))
            .getMessage());
    assertThrows(SettingException.class, () -> settings(Map.of("port", "x")).integer("port", 0, 1));
    assertThrows(SettingException.class, () -> settings(Map.of("open", "yes")).flag("open"));
  }

  @Test
  void unknownKeysAreFoundAndThoseOfTheFrameworkAreNot() {
    Settings settings =
        settings(
            Map.of("prot", 1, "port", 1, "service.pid", "x", "felix.fileinstall.filename", ""));
    assertEquals(List.of("prot"), List.copyOf(settings.unknownKeys()));
  }
}
