package io.fluxmqtt.auth.scram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFileTest {
  @TempDir Path folder;
  private Path path;

  private WatchedFile<String> file() {
    path = folder.resolve("file");
    return new WatchedFile<>("pid", "words", WatchedFileTest::read, path);
  }

  private static String read(byte[] bytes) throws BadLineException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.startsWith("bad")) {
      throw new BadLineException(1, "it is bad");
    }
    return text;
  }

  private static void poll(WatchedFile<?> file, int times) {
    for (int i = 0; i < times; i++) {
      file.poll();
    }
  }

  @Test
  void fileThatComesLaterIsRead() throws IOException {
    WatchedFile<String> file = file();
    assertEquals(Optional.empty(), file.content());
    Files.writeString(path, "one");
    poll(file, 2);
    assertEquals(Optional.of("one"), file.content());
  }

  @Test
  void changedFileIsReadOnceItIsQuiet() throws IOException {
    path = folder.resolve("file");
    Files.writeString(path, "one");
    WatchedFile<String> file = file();
    assertEquals(Optional.of("one"), file.content());
    Files.writeString(path, "other");
    poll(file, 1);
    assertEquals(Optional.of("one"), file.content());
    Files.writeString(path, "others");
    poll(file, 1);
    assertEquals(Optional.of("one"), file.content());
    poll(file, 1);
    assertEquals(Optional.of("others"), file.content());
  }

  @Test
  void changeOfTheSameLengthAndTimeIsSeen() throws IOException {
    path = folder.resolve("file");
    Files.writeString(path, "one");
    FileTime time = Files.getLastModifiedTime(path);
    WatchedFile<String> file = file();
    Path other = folder.resolve("other");
    Files.writeString(other, "two");
    Files.setLastModifiedTime(other, time);
    Files.move(other, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    poll(file, 2);
    assertEquals(Optional.of("two"), file.content());
  }

  @Test
  void badOrMissingFileLeavesWhatWasRead() throws IOException {
    path = folder.resolve("file");
    Files.writeString(path, "one");
    WatchedFile<String> file = file();
    Files.writeString(path, "bad one");
    poll(file, 3);
    assertEquals(Optional.of("one"), file.content());
    Files.delete(path);
    poll(file, 3);
    Files.createDirectory(path);
    poll(file, 3);
    assertEquals(Optional.of("one"), file.content());
    Files.delete(path);
    Files.writeString(path, "two");
    poll(file, 2);
    assertEquals(Optional.of("two"), file.content());
  }

  @Test
  void turnsToAnotherFileAndToNone() throws IOException {
    WatchedFile<String> file = file();
    Path other = folder.resolve("other");
    Files.writeString(other, "there");
    file.turnTo(other);
    assertEquals(Optional.of("there"), file.content());
    file.turnTo(null);
    assertEquals(Optional.empty(), file.content());
    poll(file, 2);
    assertEquals(Optional.empty(), file.content());
  }

  @Test
  void secretIsKeptForItsOwnerOnly() throws IOException {
    Path data = folder.resolve("a/data");
    byte[] secret = Secret.of(data);
    assertEquals(32, secret.length);
    assertFalse(Arrays.equals(new byte[32], secret));
    assertArrayEquals(secret, Secret.of(data));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(Secret.FILE))));
    assertFalse(Arrays.equals(secret, Secret.of(folder.resolve("b"))));
    Files.write(data.resolve(Secret.FILE), new byte[7]); // as a crash may leave it
    byte[] again = Secret.of(data);
    assertEquals(32, again.length);
    assertArrayEquals(again, Secret.of(data));
  }

  @Test
  void secretThatCannotBeKeptIsFreshEachTime() throws IOException {
    Path noFolder = Files.createFile(folder.resolve("no-folder"));
    byte[] secret = Secret.of(noFolder);
    assertEquals(32, secret.length);
    assertNotEquals(Arrays.toString(secret), Arrays.toString(Secret.of(noFolder)));
  }
}
