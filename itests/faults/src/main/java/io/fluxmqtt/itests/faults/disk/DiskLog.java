package io.fluxmqtt.itests.faults.disk;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What {@code disk.c} wrote down, one change after the other. */
public final class DiskLog implements AutoCloseable {
  private static final int MAGIC = 0x584C4654;
  private static final int HEAD_BYTES = 40;
  private static final int BUFFER_BYTES = 1 << 16;

  /** As in {@code disk.c}, which numbers them from 1. */
  public enum Kind {
    /** {@code a}: 1 new, 2 emptied, 4 a folder; data: the path. */
    OPEN,
    /** {@code a}: offset. */
    WRITE,
    /** {@code a}: the new size. */
    TRUNCATE,
    /** {@code a}: which sync. */
    SYNC_BEGIN,
    /** {@code a}: which sync. */
    SYNC_END,
    /** {@code a}: which sync. */
    SYNC_FAILED,
    /** Data: old path, 0, new path. */
    RENAME,
    UNLINK,
    MKDIR,
    RMDIR,
    /** Data: old path, 0, new path. */
    LINK,
    /** {@code a}: offset, {@code b}: how many bytes became 0. */
    ZERO,
    /** {@code a}: the size, if it was below. */
    EXTEND,
    /** Something that the shim cannot follow; data: what. */
    BLIND
  }

  /** One line of the log. */
  public record Change(Kind kind, long inode, long a, long b, byte[] data) {
    /** The data of a kind that has one path. */
    public String path() {
      return new String(data, StandardCharsets.UTF_8);
    }

    /** The data of a kind that has two. */
    public String[] paths() {
      return path().split("\0", 2);
    }
  }

  private final DataInputStream in;
  private final byte[] head = new byte[HEAD_BYTES];

  public DiskLog(Path file) throws IOException {
    InputStream raw =
        Files.exists(file) ? Files.newInputStream(file) : InputStream.nullInputStream();
    in = new DataInputStream(new BufferedInputStream(raw, BUFFER_BYTES));
  }

  /** The next change; empty at the end, also where the last one was cut off by SIGKILL. */
  public Optional<Change> next() throws IOException {
    try {
      in.readFully(head);
      ByteBuffer fields = ByteBuffer.wrap(head).order(ByteOrder.nativeOrder());
      if (fields.getInt() != MAGIC) {
        throw new IOException("the log of the disk is not what disk.c writes");
      }
      Kind kind = Kind.values()[fields.getInt() - 1];
      long inode = fields.getLong();
      long a = fields.getLong();
      long b = fields.getLong();
      byte[] data = new byte[Math.toIntExact(fields.getLong())];
      in.readFully(data);
      return Optional.of(new Change(kind, inode, a, b, data));
    } catch (EOFException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
