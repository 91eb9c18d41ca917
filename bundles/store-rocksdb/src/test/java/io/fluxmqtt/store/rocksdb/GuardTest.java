package io.fluxmqtt.store.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardTest {
  @TempDir Path folder;

  @BeforeEach
  void database() throws IOException {
    Files.writeString(folder.resolve("CURRENT"), "MANIFEST-000001\n");
    Files.writeString(folder.resolve("MANIFEST-000001"), "tables");
    Files.writeString(folder.resolve("000002.log"), "changes");
    Files.writeString(folder.resolve("000003.log"), "more");
  }

  @Test
  void logThatIsGoneOrCutSinceItWasClosedIsNamed() throws IOException {
    new Guard(folder).close(7);
    Guard next = new Guard(folder);
    assertEquals(7, next.sequence());
    assertEquals(List.of(), next.missingLogs());
    Files.writeString(folder.resolve("000003.log"), "mor");
    assertEquals(List.of("000003.log"), next.missingLogs());
    Files.delete(folder.resolve("000002.log"));
    assertEquals(List.of("000002.log", "000003.log"), next.missingLogs());
  }

  @Test
  void logsOfADatabaseThatIsOpenMayGo() throws IOException {
    Guard guard = new Guard(folder);
    guard.note(() -> 3);
    Files.delete(folder.resolve("000002.log"));
    assertEquals(List.of(), new Guard(folder).missingLogs());
    assertEquals(3, new Guard(folder).sequence());
  }

  @Test
  void withoutACopyNothingIsMissing() {
    assertEquals(List.of(), new Guard(folder).missingLogs());
    assertEquals(0, new Guard(folder).sequence());
  }

  @Test
  void anyDamageToTheCopyMakesItNoneWithoutBelievingALength() throws IOException {
    new Guard(folder).close(7);
    Path copy = folder.resolve("flux-manifest-copy");
    byte[] good = Files.readAllBytes(copy);
    for (int at = 0; at < good.length; at++) {
      byte[] damaged = good.clone();
      damaged[at] ^= 0x7F;
      Files.write(copy, damaged);
      assertEquals(0, new Guard(folder).sequence(), "byte " + at);
      Files.write(copy, java.util.Arrays.copyOf(good, at));
      assertEquals(0, new Guard(folder).sequence(), "cut at " + at);
    }
  }
}
