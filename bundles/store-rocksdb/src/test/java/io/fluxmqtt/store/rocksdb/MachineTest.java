package io.fluxmqtt.store.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MachineTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, librocksdbjni-linux64.so",
    "Linux, x86_64, librocksdbjni-linux64.so",
    "Linux, aarch64, librocksdbjni-linux-aarch64.so"
  })
  void eachMachineHasItsOwnInTheBundle(String system, String architecture, String file)
      throws Exception {
    assertEquals(file, Machine.library(system, architecture, false));
    try (var in = MachineTest.class.getResourceAsStream("/" + file)) {
      assertTrue(in != null, file);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, arm, false",
    "Linux, i386, false",
    "Linux, riscv64, false",
    "Linux, amd64, true",
    "Linux, aarch64, true",
    "Windows 10, amd64, false",
    "Mac OS X, aarch64, false"
  })
  void otherMachinesAreNamedInTheRefusal(String system, String architecture, boolean musl) {
    EngineException refused =
        assertThrows(EngineException.class, () -> Machine.library(system, architecture, musl));
    assertEquals(EngineException.Reason.UNAVAILABLE, refused.reason());
    String text = String.valueOf(refused.getMessage());
    assertTrue(text.contains(system + " on " + architecture), text);
    assertEquals(musl, text.contains("musl"), text);
  }

  @Test
  void muslIsKnownByItsLoader() throws Exception {
    Path maps = folder.resolve("maps");
    Files.writeString(maps, "7f00-7f01 r-xp 0 fe:00 1 /lib/ld-musl-x86_64.so.1\n");
    assertTrue(Machine.runsOnMusl(maps));
    Files.writeString(maps, "7f00-7f01 r-xp 0 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n");
    assertFalse(Machine.runsOnMusl(maps));
    assertFalse(Machine.runsOnMusl(folder.resolve("missing")));
  }
}
