package io.fluxmqtt.itests.faults;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What was done to one file of a store.
 *
 * @param kind in a word
 * @param text all of it
 */
record Wound(String kind, String text) {
  private static final String CUT = "cut";
  private static final String ZEROED = "zeroed";
  private static final String FLIPPED = "a bit flipped";
  private static final String OVERWRITTEN = "overwritten";
  private static final String GONE = "gone";
  private static final String INDEX_GONE = "manifest gone";

  /** Damages one file of those below a folder, but not the library that an engine keeps there. */
  static Wound inflict(Path store, Random random) throws IOException {
    boolean ofEngine = random.nextInt(10) > 0; // there is also the note of which engine it is
    List<Path> all = files(store, ofEngine);
    Path file = all.get(random.nextInt(all.size()));
    int length = Math.toIntExact(Files.size(file));
    int at = random.nextInt(length);
    int count = 1 + random.nextInt(Math.min(length - at, 1 << random.nextInt(14)));
    String name = store.relativize(file) + " of " + length + " bytes ";
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      switch (random.nextInt(5)) {
        case 0 -> {
          open.setLength(at);
          return new Wound(CUT, name + "cut at " + at);
        }
        case 1 -> {
          open.seek(at);
          open.write(new byte[count]);
          return new Wound(ZEROED, name + "zeroed at " + at + ", " + count);
        }
        case 2 -> {
          open.seek(at);
          int value = open.read();
          open.seek(at);
          open.write(value ^ 1 << random.nextInt(8));
          return new Wound(FLIPPED, name + "with a bit flipped at " + at);
        }
        case 3 -> {
          byte[] noise = new byte[count];
          random.nextBytes(noise);
          open.seek(at);
          open.write(noise);
          return new Wound(OVERWRITTEN, name + "overwritten at " + at + ", " + count);
        }
        default -> {
          // below
        }
      }
    }
    Files.delete(file);
    String own = file.getFileName().toString();
    boolean isIndex = own.startsWith("MANIFEST") || own.equals("CURRENT");
    return new Wound(isIndex ? INDEX_GONE : GONE, name + "gone");
  }

  private static List<Path> files(Path store, boolean ofEngine) throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files
          .filter(each -> Files.isRegularFile(each) && each.toFile().length() > 0)
          .filter(each -> !each.startsWith(store.resolve("native")))
          .filter(each -> !ofEngine || !each.getParent().equals(store))
          .sorted()
          .toList();
    }
  }

  /** Makes the files below a folder what they were, but for the library, which is in use. */
  static void heal(Path sound, Path store) throws IOException {
    for (Path part : parts(store)) {
      Folders.delete(part);
    }
    for (Path part : parts(sound)) {
      Folders.copy(part, store.resolve(part.getFileName()));
    }
  }

  private static List<Path> parts(Path folder) throws IOException {
    try (Stream<Path> parts = Files.list(folder)) {
      return parts.filter(each -> !each.endsWith("native")).toList();
    }
  }
}
