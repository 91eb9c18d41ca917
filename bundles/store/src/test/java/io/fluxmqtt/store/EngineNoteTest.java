package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EngineNoteTest {
  @TempDir Path work;
  private Path folder;
  private EngineNote note;

  @BeforeEach
  void prepare() {
    folder = work.resolve("data/store");
    note = new EngineNote(folder);
  }

  @Test
  void folderWithoutDataHasNone() throws Exception {
    assertNull(note.read());
    Files.createDirectories(folder.resolve("rocksdb"));
    Files.createFile(folder.resolve("other"));
    assertNull(note.read());
  }

  @Test
  void whatIsNotedIsReadAndTheFoldersAreTheOwnersOnly() throws Exception {
    note.write("mvstore");
    assertEquals("mvstore", new EngineNote(folder).read());
    for (Path made : List.of(folder, folder.getParent())) {
      assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("engine.txt")), files.toList());
    }
  }

  @Test
  void sameNoteIsNotWrittenAgain() throws Exception {
    note.write("mvstore");
    Files.setLastModifiedTime(folder.resolve("engine.txt"), FileTime.fromMillis(0));
    note.write("mvstore");
    assertEquals(FileTime.fromMillis(0), Files.getLastModifiedTime(folder.resolve("engine.txt")));
    note.write("rocksdb");
    assertEquals("rocksdb", note.read());
  }

  @Test
  void lostOrDamagedNoteIsMadeUpForByTheEnginesFolders() throws Exception {
    file("mvstore/mvstore.db", 2_000);
    assertEquals("mvstore", note.read());
    file("rocksdb/CURRENT", 1_000);
    file("rocksdb/000004.log", 3_000);
    file("stranger/file", 9_000);
    assertEquals("rocksdb", note.read());
    for (String damaged :
        List.of(
            "", "\0\0\0\0", "engin\u00ff = mvstore\n", "engine = ../x\n", "engine = ivstore\n")) {
      Files.writeString(folder.resolve("engine.txt"), damaged);
      assertEquals("rocksdb", note.read(), damaged);
    }
  }

  @Test
  void engineOfSomebodyElseIsNoDamage() throws Exception {
    file("rocksdb/CURRENT", 1_000);
    for (String other : List.of("lmdb", "rocksdb2", "ivstari", "mvstore")) {
      Files.writeString(folder.resolve("engine.txt"), "engine = " + other + "\n");
      assertEquals(other, note.read());
    }
  }

  private void file(String name, long millis) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "x");
    Files.setLastModifiedTime(file, FileTime.fromMillis(millis));
  }

  @Test
  void formatOfALaterVersionIsRefusedByNumber() throws Exception {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("engine.txt"), "engine = mvstore\nformat = 1\n");
    assertEquals("mvstore", note.read());
    Files.writeString(folder.resolve("engine.txt"), "engine = mvstore\nformat = 2\n");
    String text = assertThrows(IOException.class, note::read).getMessage();
    assertTrue(text.contains(folder.toString()), text);
    assertTrue(text.contains("format 2, this version reads 1"), text);
  }
}
