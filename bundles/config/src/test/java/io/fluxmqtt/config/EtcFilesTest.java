package io.fluxmqtt.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcFilesTest {
  private static final String SESSION = "io.fluxmqtt.session.cfg";

  @TempDir Path etc;
  private EtcFiles files;

  @BeforeEach
  void thereIsAFile() throws IOException {
    files = new EtcFiles(etc);
    Files.writeString(etc.resolve(SESSION), "a = 1\n");
  }

  @Test
  void pidsAreThoseThatFileinstallMakesOfTheNames() throws IOException {
    Files.writeString(etc.resolve("io.fluxmqtt.listener-my-lan.cfg"), "port = 1\n");
    Files.writeString(etc.resolve("io.fluxmqtt.acl~users.cfg"), "");
    Files.writeString(etc.resolve("io.fluxmqtt.auth.file-x.cfg.sample"), "");
    Files.writeString(etc.resolve("org.apache.felix.http.cfg"), "");
    EtcFiles.State state = files.read();
    assertEquals(
        Set.of("io.fluxmqtt.session", "io.fluxmqtt.listener~my-lan", "io.fluxmqtt.acl~users"),
        state.texts().keySet());
    assertEquals("io.fluxmqtt.acl~users.cfg", state.nameOf("io.fluxmqtt.acl~users"));
    assertEquals("io.fluxmqtt.acl-new.cfg", state.nameOf("io.fluxmqtt.acl~new"));
    assertEquals(Map.of("port", "1"), state.values("io.fluxmqtt.listener~my-lan"));
    assertEquals(Map.of(), state.values("io.fluxmqtt.access"));
  }

  @Test
  void stampChangesWithAnyFile() throws IOException {
    String before = files.read().stamp();
    assertEquals(before, files.read().stamp());
    Files.writeString(etc.resolve(SESSION), "a = 2\n");
    String after = files.read().stamp();
    assertNotEquals(before, after);
    Files.writeString(etc.resolve("io.fluxmqtt.access.cfg"), "");
    assertNotEquals(after, files.read().stamp());
  }

  @Test
  void filesAreReplacedMadeAndDeletedAndNothingIsLeftBehind() throws IOException {
    Files.setPosixFilePermissions(
        etc.resolve(SESSION), PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(etc.resolve("io.fluxmqtt.acl-x.cfg"), "old");
    files.replace(
        Map.of(
            SESSION,
            Optional.of("a = 2\n"),
            "io.fluxmqtt.listener-new.cfg",
            Optional.of("port = 0\n"),
            "io.fluxmqtt.acl-x.cfg",
            Optional.empty()));
    assertEquals("a = 2\n", Files.readString(etc.resolve(SESSION)));
    assertEquals("rw-r--r--", mode(SESSION));
    assertEquals("rw-r-----", mode("io.fluxmqtt.listener-new.cfg"));
    assertFalse(Files.exists(etc.resolve("io.fluxmqtt.acl-x.cfg")));
    assertEquals(2, count());
  }

  @Test
  void ifOneCannotBeWrittenAllAreAsTheyWere() throws IOException {
    Files.createDirectory(etc.resolve("zzz.cfg"));
    Files.writeString(etc.resolve("zzz.cfg/full"), "");
    Map<String, Optional<String>> texts = new TreeMap<>();
    texts.put(SESSION, Optional.of("a = 2\n"));
    texts.put("io.fluxmqtt.new.cfg", Optional.of("b = 1\n"));
    texts.put("missing/folder.cfg", Optional.of("c = 1\n"));
    assertThrows(IOException.class, () -> files.replace(texts));
    texts.remove("missing/folder.cfg");
    texts.put("zzz.cfg", Optional.empty()); // reading it fails, as it is a folder
    assertThrows(IOException.class, () -> files.replace(texts));
    assertEquals("a = 1\n", Files.readString(etc.resolve(SESSION)));
    assertEquals(2, count());
  }

  @Test
  void linkStaysALink() throws IOException {
    Path real = Files.writeString(etc.resolve("real.txt"), "a = 1\n");
    Files.createSymbolicLink(etc.resolve("io.fluxmqtt.access.cfg"), real);
    files.replace(Map.of("io.fluxmqtt.access.cfg", Optional.of("a = 2\n")));
    assertTrue(Files.isSymbolicLink(etc.resolve("io.fluxmqtt.access.cfg")));
    assertEquals("a = 2\n", Files.readString(real));
  }

  @Test
  void bytesThatAreNoAsciiSurvive() throws IOException {
    byte[] bytes = "# größer ☃\na = 1\n".getBytes(UTF_8);
    Files.write(etc.resolve(SESSION), bytes);
    String text = files.text(SESSION).orElseThrow();
    files.replace(
        Map.of(SESSION, Optional.of(PropertiesText.parse(text).with("a", "1").toString())));
    assertEquals("# größer ☃\na = 1\n", Files.readString(etc.resolve(SESSION)));
  }

  @Test
  void fileThatIsTooLargeIsRefused() throws IOException {
    Files.write(etc.resolve(SESSION), new byte[(1 << 20) + 1]);
    IOException e = assertThrows(IOException.class, files::read);
    assertTrue(e.getMessage().contains("1048577 bytes, at most 1048576"), e.getMessage());
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(etc.resolve(name)));
  }

  private long count() throws IOException {
    try (Stream<Path> all = Files.list(etc)) {
      return all.count();
    }
  }
}
