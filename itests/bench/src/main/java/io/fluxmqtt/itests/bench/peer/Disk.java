package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * What brokers write to.
 *
 * @param name of the device
 * @param type of the file system
 * @param syncNanos the median time that it takes to append 4 KB and sync them
 */
public record Disk(String name, String type, long syncNanos) {
  private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs");
  private static final int SYNCS = 41;
  private static final int SYNC_BYTES = 4096;

  /** The one that a folder lies on; writes a little there. */
  public static Disk of(Path folder) throws IOException {
    FileStore store = Files.getFileStore(folder);
    return new Disk(store.name(), store.type(), syncNanos(folder));
  }

  private static long syncNanos(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "sync", "");
    long[] nanos = new long[SYNCS];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
      for (int i = 0; i < SYNCS; i++) {
        long begin = System.nanoTime();
        channel.write(ByteBuffer.allocate(SYNC_BYTES));
        channel.force(false);
        nanos[i] = System.nanoTime() - begin;
      }
    } finally {
      Files.delete(file);
    }
    Arrays.sort(nanos);
    return nanos[SYNCS / 2];
  }

  /** Whether it is the machine's memory. */
  public boolean isMemory() {
    return MEMORY.contains(type);
  }

  public String text() {
    return String.format(
        Locale.ROOT, "%s (%s), a sync of 4 KB takes %.2f ms", name, type, syncNanos / 1e6);
  }
}
