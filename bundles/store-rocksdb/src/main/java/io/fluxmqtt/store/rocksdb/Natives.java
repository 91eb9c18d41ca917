package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * Loads RocksDB's native library out of this bundle. A copy stays in a folder that only its owner
 * can write to, with its checksum beside it, and is used again by the next start: unpacking 15 MB
 * each time would wear flash. Where that folder does not let code run, a temporary one is tried.
 */
final class Natives {
  /** What is in the bundle; a newer one is another file. */
  static final String VERSION = "10.2.1";

  private static final int CHUNK = 1 << 16;

  private Natives() {}

  /**
   * Loads the library, once; later calls do nothing.
   *
   * @param home a folder that only its owner can write to; made if it is not there
   * @param name which library of those in the bundle
   * @throws EngineException if it cannot run here, with all that was tried
   */
  static void load(Path home, String name) throws EngineException {
    List<String> refusals = new ArrayList<>();
    if (loads(kept(home, name, refusals), refusals)) {
      return;
    }
    // The copy may also be in use by the bundle's last version, which was not yet collected.
    for (Path parent : List.of(home, Path.of(System.getProperty("java.io.tmpdir", "/tmp")))) {
      if (loadsFromTemporary(parent, name, refusals)) {
        return;
      }
    }
    throw new EngineException(
        Reason.UNAVAILABLE,
        "RocksDB's native library cannot be loaded: "
            + String.join("; ", refusals)
            + ". A folder must allow code to run (not be mounted noexec)");
  }

  private static @Nullable Path kept(Path home, String name, List<String> refusals) {
    try {
      return keep(home, name);
    } catch (IOException e) {
      refusals.add(home + ": " + e);
      return null;
    }
  }

  /** Makes or mends the copy that stays; returns its folder. */
  static Path keep(Path home, String name) throws IOException {
    Path folder = home.resolve(VERSION);
    Path library = folder.resolve(loadedName());
    Path sum = folder.resolve(name + ".crc32c");
    if (Files.exists(library)
        && Files.exists(sum)
        && Files.readString(sum).equals(checksum(library))) {
      return folder;
    }
    DataFolder.createPrivate(folder);
    Files.deleteIfExists(sum);
    Path fresh = folder.resolve(name + ".new");
    try {
      unpack(name, fresh);
      Folders.sync(fresh);
      Files.move(fresh, library, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh); // where it does not fit it would leave no room for data
    }
    Files.writeString(sum, checksum(library));
    return folder;
  }

  private static boolean loadsFromTemporary(Path parent, String name, List<String> refusals) {
    Path folder = null;
    try {
      folder = Files.createTempDirectory(parent, "rocksdb"); // 0700, with a name of its own
      unpack(name, folder.resolve(loadedName()));
      return loads(folder, refusals);
    } catch (IOException e) {
      refusals.add(parent + ": " + e);
      return false;
    } finally {
      if (folder != null) {
        Folders.deleteQuietly(folder); // what is loaded stays
      }
    }
  }

  private static boolean loads(@Nullable Path folder, List<String> refusals) {
    if (folder == null) {
      return false;
    }
    try {
      RocksDB.loadLibrary(List.of(folder.toString()));
      return true;
    } catch (UnsatisfiedLinkError e) {
      refusals.add(String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** RocksDB would start a shell to find out what is known already. */
  private static void skipTheSearchForMusl() {
    try {
      var field = Environment.class.getDeclaredField("MUSL_LIBC");
      field.setAccessible(true);
      field.set(null, Boolean.FALSE);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // then it searches
    }
  }

  /** As {@link RocksDB#loadLibrary(List)} looks for it, which is not as it lies in the bundle. */
  private static String loadedName() {
    skipTheSearchForMusl();
    return Environment.getJniLibraryFileName("rocksdbjni");
  }

  private static void unpack(String name, Path target) throws IOException {
    try (InputStream in = Natives.class.getResourceAsStream("/" + name)) {
      if (in == null) {
        throw new IOException(name + " is not in the bundle");
      }
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String checksum(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer) >= 0) {
        crc.update(buffer.flip());
        buffer.clear();
      }
    }
    return Files.size(file) + " " + Long.toHexString(crc.getValue());
  }
}
