package io.fluxmqtt.store.rocksdb;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A second copy of the manifest, the file that says which tables make up a database: without it
 * nobody knows which of two values is the later one, or what was removed. RocksDB only adds to it
 * until it begins another, so a copy is what the manifest must begin with: damage is found, and
 * mended without loss. It is small, and grows only when a table is written.
 */
final class Guard {
  private static final int VERSION = 2;
  private static final int LOGS_MAX = 1_000; // there are never more than a few
  private static final Pattern MANIFEST = Pattern.compile("MANIFEST-\\d+");

  /**
   * What the copy says.
   *
   * @param logs their names and bytes if the database was closed in order, else none: they change
   */
  private record Copy(String manifest, byte[] bytes, long sequence, Map<String, Long> logs) {}

  private final Path folder;
  private final Path file;
  private Path noted; // the manifest
  private long notedBytes = -1;
  private final Map<String, Long> logsAtTheEnd = new TreeMap<>();

  /** Guards the database in a folder. */
  Guard(Path folder) {
    this.folder = folder;
    file = folder.resolve("flux-manifest-copy");
    noted = file;
  }

  /** Copies the manifest if it has changed since. Not synced: a torn copy is none. */
  synchronized void note(LongSupplier sequence) throws IOException {
    if (notedBytes >= 0 && noted.toFile().length() == notedBytes) {
      return;
    }
    String name = current();
    if (name != null) {
      byte[] bytes = Files.readAllBytes(folder.resolve(name));
      write(new Copy(name, bytes, sequence.getAsLong(), logsAtTheEnd));
      noted = folder.resolve(name);
      notedBytes = bytes.length;
    }
  }

  /** Notes what the last change was; to be called when all is synced and nothing follows. */
  synchronized void close(long sequence) throws IOException {
    notedBytes = -1;
    for (Path log : Folders.files(folder, ".log")) {
      logsAtTheEnd.put(log.getFileName().toString(), Files.size(log));
    }
    note(() -> sequence);
  }

  /**
   * The logs that were there when the database was closed in order, and are not any more or not as
   * long. The number of the last change does not tell of them all: the manifest may have noted a
   * later one.
   */
  List<String> missingLogs() {
    Copy copy = read();
    return copy == null
        ? List.of()
        : copy.logs().entrySet().stream()
            .filter(log -> folder.resolve(log.getKey()).toFile().length() < log.getValue())
            .map(Map.Entry::getKey)
            .toList();
  }

  /** The sequence number up to which changes were there when this was noted, or 0. */
  long sequence() {
    Copy copy = read();
    return copy == null ? 0 : copy.sequence();
  }

  /** Mends what names the tables, before the database is opened; tells what was wrong. */
  void mend(Consumer<String> found) throws IOException {
    Copy copy = read();
    String name = current();
    if (name == null) {
      List<Path> manifests =
          Folders.files(folder, "").stream()
              .filter(each -> MANIFEST.matcher(each.getFileName().toString()).matches())
              .toList();
      if (!manifests.isEmpty()) {
        name = manifests.get(manifests.size() - 1).getFileName().toString();
        found.accept("CURRENT was missing or damaged; it is " + name);
        point(name);
      } else if (copy != null) {
        restore(copy, found);
        return;
      } else {
        return;
      }
    }
    if (copy != null && copy.manifest().equals(name) && !beginsWith(name, copy.bytes())) {
      restore(copy, found);
    }
  }

  /** Puts the copy in the place of the manifest; returns whether there is one. */
  boolean restore(Consumer<String> found) throws IOException {
    Copy copy = read();
    if (copy != null) {
      restore(copy, found);
    }
    return copy != null;
  }

  private void restore(Copy copy, Consumer<String> found) throws IOException {
    Path manifest = folder.resolve(copy.manifest());
    if (Files.exists(manifest)) {
      Path aside = folder.resolve(copy.manifest() + ".damaged");
      Files.move(manifest, aside, StandardCopyOption.REPLACE_EXISTING);
    }
    found.accept(copy.manifest() + " was missing or damaged; its copy was taken");
    Files.write(manifest, copy.bytes());
    Folders.sync(manifest);
    point(copy.manifest());
  }

  /** The manifest that CURRENT names, if there is one of that name. */
  private @Nullable String current() throws IOException {
    Path current = folder.resolve("CURRENT");
    if (!Files.exists(current)) {
      return null;
    }
    String text =
        new String(Files.readAllBytes(current), java.nio.charset.StandardCharsets.ISO_8859_1);
    String name = text.endsWith("\n") ? text.substring(0, text.length() - 1) : "";
    return MANIFEST.matcher(name).matches() && Files.exists(folder.resolve(name)) ? name : null;
  }

  private void point(String manifest) throws IOException {
    Path fresh = folder.resolve("CURRENT.new");
    Files.writeString(fresh, manifest + "\n");
    Folders.sync(fresh);
    Files.move(fresh, folder.resolve("CURRENT"), StandardCopyOption.REPLACE_EXISTING);
    Folders.sync(folder);
  }

  private boolean beginsWith(String manifest, byte[] beginning) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(manifest));
    return bytes.length >= beginning.length
        && Arrays.equals(bytes, 0, beginning.length, beginning, 0, beginning.length);
  }

  private void write(Copy copy) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(VERSION);
    out.writeUTF(copy.manifest());
    out.writeLong(copy.sequence());
    out.writeInt(copy.bytes().length);
    out.write(copy.bytes());
    out.writeInt(copy.logs().size());
    for (Map.Entry<String, Long> log : copy.logs().entrySet()) {
      out.writeUTF(log.getKey());
      out.writeLong(log.getValue());
    }
    out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
    Path fresh = folder.resolve(file.getFileName() + ".new");
    Files.write(fresh, bytes.toByteArray());
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private @Nullable Copy read() {
    try {
      byte[] bytes = Files.readAllBytes(file);
      int end = bytes.length - Long.BYTES;
      if (end < 0 || ByteBuffer.wrap(bytes).getLong(end) != checksum(bytes, end)) {
        return null; // before any length in it is believed
      }
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, end));
      int version = in.readInt();
      if (version < 1 || version > VERSION) {
        return null;
      }
      String name = in.readUTF();
      long sequence = in.readLong();
      byte[] manifest = new byte[in.readInt()];
      in.readFully(manifest);
      Map<String, Long> logs = version == 1 ? Map.of() : readLogs(in);
      return MANIFEST.matcher(name).matches() ? new Copy(name, manifest, sequence, logs) : null;
    } catch (IOException e) {
      return null; // missing or torn: then there is none
    }
  }

  private static Map<String, Long> readLogs(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > LOGS_MAX) {
      throw new IOException(count + " logs");
    }
    Map<String, Long> logs = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      logs.put(in.readUTF(), in.readLong());
    }
    return logs;
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }
}
