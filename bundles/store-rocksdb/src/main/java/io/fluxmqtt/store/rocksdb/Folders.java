package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.config.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/** What is done to folders. */
final class Folders {
  private Folders() {}

  /** The files of a folder with this ending, in the order of their names; none if it is missing. */
  static List<Path> files(Path folder, String ending) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().endsWith(ending)).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The number in the name of a file of RocksDB, or 0. */
  static long number(Path file) {
    String digits = file.getFileName().toString().replaceAll("\\D", "");
    return digits.isEmpty() || digits.length() > 18 ? 0 : Long.parseLong(digits);
  }

  /** Puts files into a folder as well, without copying where that is possible. */
  static void link(List<Path> files, Path folder) throws IOException {
    DataFolder.createPrivate(folder);
    for (Path file : files) {
      Path target = folder.resolve(file.getFileName());
      Files.deleteIfExists(target);
      try {
        Files.createLink(target, file);
      } catch (UnsupportedOperationException | IOException e) {
        Files.copy(file, target);
      }
    }
  }

  /** Has what is in a file or folder on disk. */
  static void sync(Path path) throws IOException {
    StandardOpenOption how =
        Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  /** The bytes of all files in a folder and below. */
  static long bytes(Path folder) throws IOException {
    long[] bytes = {0};
    if (Files.isDirectory(folder)) {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              bytes[0] += attributes.size();
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // deleted meanwhile
            }
          });
    }
    return bytes[0];
  }

  /** The bytes of files, of those that are still there. */
  static long bytes(List<Path> files) {
    return files.stream().mapToLong(file -> file.toFile().length()).sum();
  }

  /** Deletes a folder with all that is in it, as far as that is possible. */
  static void deleteQuietly(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                Path each, @org.jspecify.annotations.Nullable IOException e) throws IOException {
              Files.delete(each);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      // it is in nobody's way
    }
  }
}
