package io.fluxmqtt.store.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rocksdb.RocksDB;

final class NativesTest {
  @TempDir private Path folder;

  @Test
  void versionIsThatOfTheLibrary() throws Exception {
    Natives.load(folder);
    assertEquals(Natives.VERSION, RocksDB.rocksdbVersion().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, librocksdbjni-linux64.so",
    "Linux, x86_64, librocksdbjni-linux64.so",
    "Linux, aarch64, librocksdbjni-linux-aarch64.so"
  })
  void eachMachineHasItsOwnInTheBundle(String system, String architecture, String file)
      throws Exception {
    assertEquals(file, Natives.fileName(system, architecture, false));
    try (var in = Natives.class.getResourceAsStream("/" + file)) {
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
        assertThrows(EngineException.class, () -> Natives.fileName(system, architecture, musl));
    assertEquals(EngineException.Reason.UNAVAILABLE, refused.reason());
    String text = String.valueOf(refused.getMessage());
    assertTrue(text.contains(system + " on " + architecture), text);
    assertEquals(musl, text.contains("musl"), text);
  }

  @Test
  void muslIsKnownByItsLoader() throws Exception {
    Path maps = folder.resolve("maps");
    Files.writeString(maps, "7f00-7f01 r-xp 0 fe:00 1 /lib/ld-musl-x86_64.so.1\n");
    assertTrue(Natives.runsOnMusl(maps));
    Files.writeString(maps, "7f00-7f01 r-xp 0 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n");
    assertFalse(Natives.runsOnMusl(maps));
    assertFalse(Natives.runsOnMusl(folder.resolve("missing")));
  }

  @Test
  void copyIsKeptForItsOwnerOnlyAndMendedWhenItIsDamaged() throws Exception {
    Path version = Natives.keep(folder.resolve("native"), "librocksdbjni-linux64.so");
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(version)));
    Path library = Folders.files(version, ".so").get(0);
    byte[] whole = Files.readAllBytes(library);
    var written = Files.getLastModifiedTime(library);
    Natives.keep(folder.resolve("native"), "librocksdbjni-linux64.so");
    assertEquals(written, Files.getLastModifiedTime(library), "it was not written again");

    byte[] damaged = whole.clone();
    damaged[whole.length / 2] ^= 1;
    Files.write(library, damaged);
    Natives.keep(folder.resolve("native"), "librocksdbjni-linux64.so");
    assertArrayEquals(whole, Files.readAllBytes(library));
  }
}
