package io.fluxmqtt.auth.jaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginConfigurationTest {
  @TempDir Path folder;

  @Test
  void whatCannotBeUnderstoodIsToldByItsLineAndNotQuoted() throws IOException {
    Path file = folder.resolve("login-9.conf");
    Files.writeString(file, "realm {\n  a.Module REQUIRED\n    password secret;\n};\n");
    IOException error =
        assertThrows(IOException.class, () -> new LoginConfiguration(file).present());
    assertEquals(
        "loginConfigFile " + file + ": it cannot be understood, see line 3", error.getMessage());
    assertNull(error.getCause(), "it quotes the file");
  }

  @Test
  void missingFileIsTold() {
    Path file = folder.resolve("login.conf");
    IOException error =
        assertThrows(IOException.class, () -> new LoginConfiguration(file).present());
    assertEquals("loginConfigFile " + file + ": there is no such file", error.getMessage());
  }
}
