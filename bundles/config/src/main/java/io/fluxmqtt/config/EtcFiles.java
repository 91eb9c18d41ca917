package io.fluxmqtt.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code .cfg} files of the broker in the folder of the configuration. Text is ISO 8859-1, as
 * fileinstall reads it, so every byte survives. Blocks for I/O; one thread at a time writes.
 */
final class EtcFiles {
  /** A larger file is none of ours. */
  private static final long MAX_BYTES = 1 << 20;

  private static final Set<PosixFilePermission> NEW_FILE =
      PosixFilePermissions.fromString("rw-r-----");

  private static final String PREFIX = "io.fluxmqtt.";
  private static final String SUFFIX = ".cfg";

  /**
   * What the files say at one time.
   *
   * @param texts by PID, as Configuration Admin has it
   * @param names of the files, by PID
   * @param stamp stands for all of it
   */
  record State(SortedMap<String, String> texts, Map<String, String> names, String stamp) {
    /** Copies the maps. */
    State {
      texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
      names = Map.copyOf(names);
    }

    /** The name of the file of a PID, there or not. */
    String nameOf(String pid) {
      return names.getOrDefault(pid, pid.replace('~', '-') + SUFFIX);
    }

    /** The values of a PID; none if it has no file. */
    Map<String, String> values(String pid) {
      String text = texts.get(pid);
      return text == null ? Map.of() : PropertiesText.parse(text).values();
    }
  }

  private final Path folder;

  EtcFiles(Path folder) {
    this.folder = folder;
  }

  /** Reads all files. */
  State read() throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.filter(EtcFiles::isOurs).sorted().toList();
    }
    SortedMap<String, String> texts = new TreeMap<>();
    Map<String, String> names = new TreeMap<>();
    MessageDigest digest = sha256();
    for (Path file : files) {
      Optional<String> text = read(file);
      if (text.isPresent()) { // else it went meanwhile
        String name = file.getFileName().toString();
        texts.put(pid(name), text.get());
        names.put(pid(name), name);
        digest.update((name + '\n' + text.get().length() + '\n').getBytes(UTF_8));
        digest.update(text.get().getBytes(ISO_8859_1));
      }
    }
    return new State(texts, names, HexFormat.of().formatHex(digest.digest(), 0, 16));
  }

  private static Optional<String> read(Path file) throws IOException {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new IOException("%s has %d bytes, at most %d".formatted(file, size, MAX_BYTES));
      }
      return Optional.of(Files.readString(file, ISO_8859_1));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static boolean isOurs(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX) && Files.isRegularFile(file);
  }

  /**
   * As fileinstall does: what follows the first ~, else the first -, is the name of an instance.
   */
  private static String pid(String name) {
    String base = name.substring(0, name.length() - SUFFIX.length());
    int at = base.indexOf('~');
    at = at < 0 ? base.indexOf('-') : at;
    return at < 0 ? base : base.substring(0, at) + '~' + base.substring(at + 1);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has it", e);
    }
  }

  /** What one file says now; empty if there is none. */
  Optional<String> text(String name) throws IOException {
    return read(folder.resolve(name));
  }

  /**
   * Writes and deletes files: all of them, or none if that fails. When it returns they are on disk.
   *
   * @param texts by file name; empty to delete one
   * @throws IOException if one cannot be written; then all are as they were
   */
  void replace(Map<String, Optional<String>> texts) throws IOException {
    Map<String, Path> fresh = new TreeMap<>();
    Map<String, Optional<String>> before = new TreeMap<>();
    List<String> done = new ArrayList<>();
    try {
      for (Map.Entry<String, Optional<String>> each : texts.entrySet()) {
        before.put(each.getKey(), text(each.getKey()));
        if (each.getValue().isPresent()) {
          fresh.put(each.getKey(), prepare(each.getKey(), each.getValue().get()));
        }
      }
      for (String name : texts.keySet()) {
        done.add(name);
        put(name, fresh.remove(name));
      }
      sync();
    } catch (IOException e) {
      for (String name : done) {
        undo(name, before.get(name), e);
      }
      throw e;
    } finally {
      for (Path left : fresh.values()) {
        Files.deleteIfExists(left);
      }
    }
  }

  private void undo(String name, Optional<String> text, IOException why) {
    try {
      put(name, text.isEmpty() ? null : prepare(name, text.get()));
    } catch (IOException e) {
      why.addSuppressed(new IOException(name + " could not be put back: " + e.getMessage(), e));
    }
  }

  /** A file beside the one to replace, on disk, with its mode and owner. */
  private Path prepare(String name, String text) throws IOException {
    Path target = target(name);
    Path fresh = target.resolveSibling("." + target.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      takeAfter(target, fresh); // before there is anything to read
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
    return fresh;
  }

  private static void takeAfter(Path old, Path fresh) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    if (!Files.exists(old)) {
      view.setPermissions(NEW_FILE); // there may be a secret in it
      return;
    }
    PosixFileAttributes attributes = Files.readAttributes(old, PosixFileAttributes.class);
    PosixFileAttributes own = view.readAttributes();
    if (!own.owner().equals(attributes.owner())) {
      view.setOwner(attributes.owner());
    }
    if (!own.group().equals(attributes.group())) {
      view.setGroup(attributes.group());
    }
    view.setPermissions(attributes.permissions());
  }

  /** Null deletes. */
  private void put(String name, @Nullable Path fresh) throws IOException {
    if (fresh == null) {
      Files.deleteIfExists(folder.resolve(name));
    } else {
      Files.move(
          fresh, target(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** A file, or what a link in its place points to. */
  private Path target(String name) throws IOException {
    Path file = folder.resolve(name);
    return Files.exists(file) ? file.toRealPath() : file;
  }

  private void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
