package io.fluxmqtt.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LauncherTest {
  /** The framework decodes locations as forms. */
  @Test
  void referenceSurvivesSpacesPlusesAndPercentSigns() {
    File jar = new File("/a b/c+d/100%/é/x.jar");
    String location = Launcher.reference(jar);
    assertEquals(
        "reference:file:" + jar.getPath(), URLDecoder.decode(location, StandardCharsets.UTF_8));
  }
}
