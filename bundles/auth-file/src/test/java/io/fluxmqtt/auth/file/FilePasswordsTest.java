package io.fluxmqtt.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilePasswordsTest {
  private static final byte[] SECRET = "secret".getBytes(StandardCharsets.UTF_8);
  private static final String HASH = Pbkdf2Hash.create(SECRET, 1, 12).toText();

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void setUp() {
    path = folder.resolve("passwd");
  }

  @Test
  void firstUserMakesAFileForItsOwnerOnly() throws IOException {
    FilePasswords passwords = open();
    assertThrows(IOException.class, passwords::users);
    assertTrue(passwords.put("ada", SECRET));
    assertEquals(List.of("ada"), passwords.users());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    assertEquals(path.toString(), passwords.place());
  }

  @Test
  void otherLinesAndPermissionsStay() throws IOException {
    Files.writeString(path, "# plant\nada:" + HASH + "\n\nbob:" + HASH + " \n# end");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
    FilePasswords passwords = open();
    assertFalse(passwords.put("ada", new byte[] {1}));
    assertTrue(passwords.put("eva", SECRET));
    assertTrue(passwords.delete("bob"));
    assertFalse(passwords.delete("bob"));
    List<String> lines = Files.readAllLines(path);
    assertEquals("# plant", lines.get(0));
    assertEquals("", lines.get(2));
    assertEquals("# end", lines.get(3));
    assertTrue(lines.get(4).startsWith("eva:$7$3$"), lines.get(4));
    assertTrue(PasswordHash.parse(lines.get(1).substring("ada:".length())).verify(new byte[] {1}));
    assertEquals(5, lines.size());
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(path), files.toList());
    }
  }

  @Test
  void linkIsFollowedAndStays() throws IOException {
    Path target = Files.writeString(folder.resolve("target"), "ada:" + HASH + "\n");
    Files.createSymbolicLink(path, target);
    assertTrue(open().put("bob", SECRET));
    assertTrue(Files.isSymbolicLink(path));
    assertEquals(2, Files.readAllLines(target).size());
  }

  @Test
  void fileWithABadLineIsLeftAsItIs() throws IOException {
    String text = "ada:" + HASH + "\nbob:plain\n";
    Files.writeString(path, text);
    FilePasswords passwords = open();
    IOException refused = assertThrows(IOException.class, () -> passwords.put("eva", SECRET));
    assertTrue(refused.getMessage().contains("line 2"), refused.getMessage());
    assertThrows(IOException.class, () -> passwords.delete("ada"));
    assertEquals(text, Files.readString(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a:b", "#a", "a\nb", "a\u0000", "\uFEFFa"})
  void nameThatWouldBeAnotherLineIsRefused(String name) throws IOException {
    FilePasswords passwords = open();
    assertThrows(IllegalArgumentException.class, () -> passwords.put(name, SECRET));
    assertFalse(Files.exists(path));
  }

  @Test
  void nameThatBeginsLikeAnotherIsAnother() throws IOException {
    Files.writeString(path, "ada:" + HASH + "\nadam:" + HASH + "\n");
    FilePasswords passwords = open();
    assertFalse(passwords.delete("ad"));
    assertTrue(passwords.delete("ada"));
    assertEquals(List.of("adam"), passwords.users());
  }

  @Test
  void strengthenedIsOnlyTheHashThatWasFitted() throws IOException {
    Files.writeString(path, "ada:" + HASH + "\nbob:" + HASH + "\n");
    FilePasswords passwords = open();
    passwords.strengthen("ada", PasswordHash.parse(HASH), SECRET);
    List<String> lines = Files.readAllLines(path);
    assertTrue(lines.get(0).startsWith("ada:$7$3$"), lines.get(0));
    assertEquals("bob:" + HASH, lines.get(1));
    passwords.strengthen("ada", PasswordHash.parse(HASH), SECRET); // it is another by now
    passwords.strengthen("eve", PasswordHash.parse(HASH), SECRET);
    assertEquals(lines, Files.readAllLines(path));
  }

  @Test
  void groupsAreThoseOfAllLines() throws BadLineException {
    Groups groups =
        Groups.parse(
            "# who\nops: ada bob\n staff :bob\nops: eve\nnobody:\n"
                .getBytes(StandardCharsets.UTF_8));
    assertEquals(java.util.Set.of("ops"), groups.of("ada"));
    assertEquals(java.util.Set.of("ops", "staff"), groups.of("bob"));
    assertEquals(java.util.Set.of("ops"), groups.of("eve"));
    assertEquals(java.util.Set.of(), groups.of("ops"));
    assertEquals("3 groups", groups.toString());
    for (String bad : new String[] {"ops", ": ada", "  : ada"}) {
      assertThrows(
          BadLineException.class, () -> Groups.parse(bad.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private FilePasswords open() {
    HashMaker maker = new HashMaker(HashMaker.Kind.PBKDF2, 3);
    return new FilePasswords(
        new WatchedFile<>("pid", path, Users::parse, "nobody is accepted"), () -> maker);
  }
}
