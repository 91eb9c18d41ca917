package io.fluxmqtt.store.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;

final class NativesTest {
  @TempDir private Path folder;

  @Test
  void versionIsThatOfTheLibrary() throws Exception {
    Natives.load(folder, Machine.library());
    assertEquals(Natives.VERSION, RocksDB.rocksdbVersion().toString());
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

  @Test
  void allThatWasTriedIsInTheRefusal() throws Exception {
    Path file = Files.createFile(folder.resolve("native"));
    String why =
        String.valueOf(
            assertThrows(EngineException.class, () -> Natives.load(file, "missing.so"))
                .getMessage());
    assertTrue(why.contains(file.toString()), why);
    assertTrue(why.contains(System.getProperty("java.io.tmpdir")), why);
    assertTrue(why.contains("missing.so is not in the bundle"), why);
  }
}
