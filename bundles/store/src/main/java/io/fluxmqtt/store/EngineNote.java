package io.fluxmqtt.store;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.EngineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The note in the store's folder that says which engine holds its data, and in which format. It is
 * made when the first engine is chosen. Where it is lost or damaged the engines' folders tell.
 */
final class EngineNote {
  private static final Logger LOG = LoggerFactory.getLogger(EngineNote.class);
  private static final String FILE = "engine.txt";
  private static final Pattern LINE = Pattern.compile("(?m)^(engine|format) = ([a-z0-9-]{1,31})$");
  private static final String TEXT =
      """
      # Which engine holds the data of this folder, and their format. Written by the broker; see the
      # key engine of io.fluxmqtt.store.cfg. To begin without data, move the whole folder away.
      engine = %s
      format = %d
      """;

  private final Path folder;

  /** The note in this folder, which may not exist. */
  EngineNote(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /**
   * Which engine holds the data, or null if there are none. Blocks for I/O.
   *
   * @throws IOException also if the data are of a later version of this store
   */
  @Nullable String read() throws IOException {
    Path file = folder.resolve(FILE);
    if (Files.exists(file)) {
      String engine = null;
      Matcher line = LINE.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
      while (line.find()) {
        if (line.group(1).equals("engine")) {
          engine = line.group(2);
        } else {
          checkFormat(file, line.group(2));
        }
      }
      if (engine != null && !isMisspelt(engine)) {
        return engine;
      }
      LOG.warn("{} is damaged; the engine is taken from the folders beside it", file);
    }
    return guessed();
  }

  private static void checkFormat(Path file, String format) throws IOException {
    if (format.matches("[0-9]{1,9}") && Integer.parseInt(format) > StoreHeader.FORMAT_VERSION) {
      throw new EngineException(
          EngineException.Reason.NEWER,
          "%s: the data have format %s, this version reads %d; start the version that wrote them, nothing was changed"
              .formatted(file, format, StoreHeader.FORMAT_VERSION));
    }
  }

  /** Whether one character stands between it and an engine of ours: a flipped bit does that. */
  private static boolean isMisspelt(String engine) {
    return EngineChoice.PREFERRED.stream().anyMatch(ours -> differences(ours, engine) == 1);
  }

  private static long differences(String one, String other) {
    return one.length() != other.length()
        ? Math.max(one.length(), other.length())
        : IntStream.range(0, one.length()).filter(i -> one.charAt(i) != other.charAt(i)).count();
  }

  /** The engine that wrote last, of those that have a folder here. */
  private @Nullable String guessed() throws IOException {
    if (!Files.isDirectory(folder)) {
      return null;
    }
    Optional<Path> latest;
    try (Stream<Path> files = Files.walk(folder, 2)) {
      latest = files.filter(this::isEngines).max(Comparator.comparing(EngineNote::time));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return latest.map(file -> file.getParent().getFileName().toString()).orElse(null);
  }

  private boolean isEngines(Path file) {
    Path parent = file.getParent();
    return parent != null
        && folder.equals(parent.getParent())
        && EngineChoice.PREFERRED.contains(String.valueOf(parent.getFileName()))
        && Files.isRegularFile(file);
  }

  private static FileTime time(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }

  /** Notes the engine, unless that is what the note says. On disk when it returns. Blocks. */
  void write(String engine) throws IOException {
    String text = TEXT.formatted(engine, StoreHeader.FORMAT_VERSION);
    Path file = folder.resolve(FILE);
    if (Files.exists(file) && Files.readString(file, StandardCharsets.ISO_8859_1).equals(text)) {
      return;
    }
    DataFolder.createPrivate(folder);
    Path fresh = folder.resolve(FILE + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    for (Path changed : List.of(folder, folder.toAbsolutePath().getParent())) {
      DataFolder.sync(changed);
    }
  }
}
