package io.fluxmqtt.api.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DataFolderTest {
  @Test
  void propertyComesBeforeTheEnvironmentAndThatBeforeKaraf() {
    Map<String, String> karaf = Map.of("karaf.data", "/karaf/data");
    Map<String, String> both = Map.of("karaf.data", "/karaf/data", "flux.mqtt.data", "/property");
    Map<String, String> environment = Map.of("FLUX_MQTT_DATA", "/environment");
    assertEquals(Path.of("/property"), DataFolder.of(both::get, environment::get));
    assertEquals(Path.of("/environment"), DataFolder.of(karaf::get, environment::get));
    assertEquals(Path.of("/karaf/data/flux-mqtt"), DataFolder.of(karaf::get, name -> null));
    assertEquals(Path.of("flux-mqtt-data"), DataFolder.of(name -> null, name -> null));
  }

  @Test
  void whatIsBlankNamesNothing() {
    assertEquals(Path.of("flux-mqtt-data"), DataFolder.of(name -> " ", name -> ""));
  }
}
