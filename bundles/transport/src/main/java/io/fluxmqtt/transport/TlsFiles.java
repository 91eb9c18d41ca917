package io.fluxmqtt.transport;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a listener's TLS: their bytes, and what tells that they have changed. Blocks. */
final class TlsFiles {
  private static final long BYTES_MAX = 16L << 20; // a long revocation list
  private static final int FOLDER_MAX = 1000;

  private TlsFiles() {}

  /** The contents of one; the file is named as the configuration key and its path. */
  static byte[] read(Path path) throws TlsProblem {
    try {
      if (Files.exists(path) && !Files.isRegularFile(path)) { // a pipe would block
        throw new TlsProblem(path.toString(), "is no regular file");
      }
      if (Files.size(path) > BYTES_MAX) {
        throw new TlsProblem(path.toString(), "has more than " + BYTES_MAX + " bytes");
      }
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new TlsProblem(path.toString(), reason(e));
    }
  }

  /** The certificates of a folder: its files {@code *.pem}, in order. */
  static List<Path> folder(Path folder) throws TlsProblem {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.pem")) {
      found.forEach(files::add);
    } catch (IOException e) {
      throw new TlsProblem(folder.toString(), reason(e));
    }
    if (files.size() > FOLDER_MAX) {
      throw new TlsProblem(
          folder.toString(), "has %d files; at most %d".formatted(files.size(), FOLDER_MAX));
    }
    files.sort(null);
    return files;
  }

  /** Equal as long as nothing has changed: neither contents nor what there is. */
  static Map<Path, String> stamps(TlsSettings settings) {
    Map<Path, String> stamps = new TreeMap<>();
    Stream.of(
            settings.certificates(),
            settings.key(),
            settings.keyStore(),
            settings.passwordFile(),
            settings.authorities(),
            settings.revoked())
        .filter(Objects::nonNull)
        .forEach(path -> stamps.put(path, stamp(path)));
    @Nullable Path folder = settings.sniFolder();
    if (folder != null) {
      stamps.put(folder, "");
      try {
        folder(folder).forEach(path -> stamps.put(path, stamp(path)));
      } catch (TlsProblem e) {
        stamps.put(folder, String.valueOf(e.getMessage()));
      }
    }
    return stamps;
  }

  private static String stamp(Path path) {
    try {
      BasicFileAttributes basic = Files.readAttributes(path, BasicFileAttributes.class);
      boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
      // the change time tells even if the other is set back, the key if another is moved there
      Object changed = unix ? Files.getAttribute(path, "unix:ctime") : "";
      return "%d %s %s %s"
          .formatted(basic.size(), basic.lastModifiedTime(), basic.fileKey(), changed);
    } catch (IOException e) {
      return reason(e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "is not there";
    }
    if (e instanceof AccessDeniedException) {
      return "may not be read by the broker";
    }
    return "cannot be read: " + (e.getMessage() == null ? e.toString() : e.getMessage());
  }
}
