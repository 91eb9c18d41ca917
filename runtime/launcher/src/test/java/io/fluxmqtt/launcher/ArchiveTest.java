package io.fluxmqtt.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
  @TempDir private Path folder;

  @Test
  void isTriedThreeTimesForTheSameJars() throws IOException {
    assertTrue(archive("a").claim());
    assertTrue(archive("a").claim());
    assertTrue(archive("a").claim());
    assertFalse(archive("a").claim());
    assertTrue(archive("b").claim(), "others");
  }

  @Test
  void oneThatIsThereIsMadeAnewForOtherJarsOnly() throws IOException {
    assertTrue(archive("a").claim());
    Files.writeString(file(), "made");
    assertFalse(archive("a").claim());
    assertTrue(archive("b").claim());
  }

  @Test
  void oneThatNobodyKnowsIsMadeAnew() throws IOException {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "foreign");
    assertTrue(archive("a").claim());
  }

  @Test
  void noteThatIsDamagedCountsForNothing() throws IOException {
    assertTrue(archive("a").claim());
    Files.writeString(file().resolveSibling("archive.for"), "x");
    assertTrue(archive("a").claim());
    assertEquals("1\na", Files.readString(file().resolveSibling("archive.for")));
  }

  private Archive archive(String wanted) {
    return new Archive(file(), wanted);
  }

  private Path file() {
    return folder.resolve("cds/archive.jsa");
  }
}
