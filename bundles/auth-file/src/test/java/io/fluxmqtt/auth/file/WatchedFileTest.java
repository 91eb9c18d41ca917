package io.fluxmqtt.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFileTest {
  private static final String HASH = Pbkdf2Hash.create(new byte[] {1}, 1, 12).toText();

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void setUp() {
    path = folder.resolve("passwd");
  }

  @Test
  void changeIsReadOnceItHasSettled() throws IOException {
    WatchedFile<Users> file = open("ada");
    write("ada", "bob");
    file.poll();
    assertKnown(file, "ada");
    Users before = file.content().orElseThrow();
    write("ada", "bob", "eva"); // still writing
    file.poll();
    assertSame(before, file.content().orElseThrow());
    file.poll();
    assertKnown(file, "ada", "bob", "eva");
  }

  @Test
  void unchangedFileIsNotReadAgain() throws IOException {
    WatchedFile<Users> file = open("ada");
    Users users = file.content().orElseThrow();
    pollTwice(file);
    assertSame(users, file.content().orElseThrow());
  }

  @Test
  void replacementByRenameIsSeenEvenWithTheSameSizeAndTime() throws IOException {
    WatchedFile<Users> file = open("ada");
    FileTime time = Files.getLastModifiedTime(path);
    Path other = folder.resolve("new");
    Files.writeString(other, "bob:" + HASH + "\n");
    Files.setLastModifiedTime(other, time);
    Files.move(other, path, StandardCopyOption.ATOMIC_MOVE);
    pollTwice(file);
    assertKnown(file, "bob");
  }

  @Test
  void badFileLeavesTheOldUsersUntilItIsMended() throws IOException {
    WatchedFile<Users> file = open("ada");
    Files.writeString(path, "bob:" + HASH + "\nada:");
    pollTwice(file);
    assertKnown(file, "ada");
    write("bob");
    pollTwice(file);
    assertKnown(file, "bob");
  }

  @Test
  void missingFileLeavesTheOldUsersUntilItIsBack() throws IOException {
    WatchedFile<Users> file = open("ada");
    Files.delete(path);
    pollTwice(file);
    assertKnown(file, "ada");
    write("bob");
    pollTwice(file);
    assertKnown(file, "bob");
  }

  @Test
  void withoutAGoodFileThereAreNoUsers() throws IOException {
    WatchedFile<Users> file = new WatchedFile<>("pid", path, Users::parse, "nobody is accepted");
    assertEquals(Optional.empty(), file.content());
    Files.createDirectory(path);
    pollTwice(file);
    assertEquals(Optional.empty(), file.content());
    Files.delete(path);
    Files.writeString(path, "ada:secret");
    pollTwice(file);
    assertEquals(Optional.empty(), file.content());
    write("ada");
    pollTwice(file);
    assertKnown(file, "ada");
  }

  @Test
  void turningToABadFileKeepsTheUsersUntilItIsGood() throws IOException {
    WatchedFile<Users> file = open("ada");
    path = folder.resolve("other");
    file.turnTo(path);
    assertKnown(file, "ada");
    write("bob");
    pollTwice(file);
    assertKnown(file, "bob");
  }

  private WatchedFile<Users> open(String... names) throws IOException {
    write(names);
    WatchedFile<Users> file = new WatchedFile<>("pid", path, Users::parse, "nobody is accepted");
    assertKnown(file, names);
    return file;
  }

  private void write(String... names) throws IOException {
    StringBuilder text = new StringBuilder("# users\n");
    for (String name : names) {
      text.append(name).append(':').append(HASH).append('\n');
    }
    Files.writeString(path, text);
  }

  private static void pollTwice(WatchedFile<Users> file) {
    file.poll();
    file.poll();
  }

  private static void assertKnown(WatchedFile<Users> file, String... names) {
    Users users = file.content().orElseThrow();
    assertEquals(names.length, users.count());
    for (String name : names) {
      assertTrue(users.find(name).isPresent(), name);
    }
  }
}
