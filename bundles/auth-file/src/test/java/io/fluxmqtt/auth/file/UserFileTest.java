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

class UserFileTest {
  private static final String HASH = MosquittoHash.create(new byte[] {1}, 1, 12).toText();

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void setUp() {
    path = folder.resolve("passwd");
  }

  @Test
  void changeIsReadOnceItHasSettled() throws IOException {
    UserFile file = open("ada");
    write("ada", "bob");
    file.poll();
    assertKnown(file, "ada");
    Users before = file.users().orElseThrow();
    write("ada", "bob", "eva"); // still writing
    file.poll();
    assertSame(before, file.users().orElseThrow());
    file.poll();
    assertKnown(file, "ada", "bob", "eva");
  }

  @Test
  void unchangedFileIsNotReadAgain() throws IOException {
    UserFile file = open("ada");
    Users users = file.users().orElseThrow();
    pollTwice(file);
    assertSame(users, file.users().orElseThrow());
  }

  @Test
  void replacementByRenameIsSeenEvenWithTheSameSizeAndTime() throws IOException {
    UserFile file = open("ada");
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
    UserFile file = open("ada");
    Files.writeString(path, "bob:" + HASH + "\nada:");
    pollTwice(file);
    assertKnown(file, "ada");
    write("bob");
    pollTwice(file);
    assertKnown(file, "bob");
  }

  @Test
  void missingFileLeavesTheOldUsersUntilItIsBack() throws IOException {
    UserFile file = open("ada");
    Files.delete(path);
    pollTwice(file);
    assertKnown(file, "ada");
    write("bob");
    pollTwice(file);
    assertKnown(file, "bob");
  }

  @Test
  void withoutAGoodFileThereAreNoUsers() throws IOException {
    UserFile file = new UserFile("pid", path);
    assertEquals(Optional.empty(), file.users());
    Files.createDirectory(path);
    pollTwice(file);
    assertEquals(Optional.empty(), file.users());
    Files.delete(path);
    Files.writeString(path, "ada:secret");
    pollTwice(file);
    assertEquals(Optional.empty(), file.users());
    write("ada");
    pollTwice(file);
    assertKnown(file, "ada");
  }

  @Test
  void turningToABadFileKeepsTheUsersUntilItIsGood() throws IOException {
    UserFile file = open("ada");
    path = folder.resolve("other");
    file.turnTo(path);
    assertKnown(file, "ada");
    write("bob");
    pollTwice(file);
    assertKnown(file, "bob");
  }

  private UserFile open(String... names) throws IOException {
    write(names);
    UserFile file = new UserFile("pid", path);
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

  private static void pollTwice(UserFile file) {
    file.poll();
    file.poll();
  }

  private static void assertKnown(UserFile file, String... names) {
    Users users = file.users().orElseThrow();
    assertEquals(names.length, users.count());
    for (String name : names) {
      assertTrue(users.find(name).isPresent(), name);
    }
  }
}
