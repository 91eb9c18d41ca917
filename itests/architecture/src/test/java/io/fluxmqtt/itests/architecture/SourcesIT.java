package io.fluxmqtt.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sizes and papers. */
final class SourcesIT {
  private static final int MAX_SOURCE_LINES = 500;
  private static final int MAX_README_LINES = 30;

  @Test
  void noJavaFileHasMoreThan500Lines() {
    List<Path> files = Sources.java(Sources.ROOT);
    assertTrue(files.size() > 50, "no sources below " + Sources.ROOT);
    List<String> longOnes = new ArrayList<>();
    for (Path file : files) {
      int lines = Sources.lines(file);
      if (lines > MAX_SOURCE_LINES) {
        longOnes.add(Sources.ROOT.relativize(file) + ": " + lines);
      }
    }
    assertEquals(List.of(), longOnes);
  }

  @Test
  void everyBundleHasAReadmeOfAtMost30Lines() {
    List<String> wrong = new ArrayList<>();
    for (Bundle bundle : Bundle.all()) {
      Path readme = bundle.folder().resolve("README.md");
      if (!Files.exists(readme)) {
        wrong.add(bundle + ": no README.md");
      } else if (Sources.lines(readme) > MAX_README_LINES) {
        wrong.add(bundle + ": " + Sources.lines(readme) + " lines");
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void everyBundleIsBuiltBeforeTheseTests() throws Exception {
    String pom = Files.readString(Sources.ROOT.resolve("itests/architecture/pom.xml"));
    List<String> missing = new ArrayList<>();
    for (Bundle bundle : Bundle.all()) {
      if (!pom.contains("<artifactId>" + bundle.expectedName() + "</artifactId>")) {
        missing.add(bundle.expectedName());
      }
    }
    assertEquals(List.of(), missing, "to be named in itests/architecture/pom.xml");
  }
}
