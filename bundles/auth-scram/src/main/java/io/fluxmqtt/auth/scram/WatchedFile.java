package io.fluxmqtt.auth.scram;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file holds, read again when it changes. A changed file is read once it has looked the same
 * for two polls, so that whoever writes it can finish. A file that cannot be read, or holds a bad
 * line, leaves what was read before; it is logged once and tried at every poll.
 *
 * <p>{@link #content} from any thread; the rest may block, and takes turns.
 *
 * @param <T> what it is read into; immutable
 */
final class WatchedFile<T> {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);
  private static final long BYTES_MAX = 64L << 20;

  /** How the bytes of the file are read. */
  @FunctionalInterface
  interface Reader<T> {
    T read(byte[] file) throws BadLineException;
  }

  private final String pid;
  private final String what; // for the log: "users"
  private final Reader<T> reader;
  private @Nullable Path path; // guarded by this, as are the next four
  private @Nullable FileStamp handled; // of the last good reading
  private @Nullable FileStamp candidate; // seen at the last poll, not yet read
  private @Nullable String complaint; // the one last logged
  private boolean warnedOfPermissions;
  private volatile @Nullable T content;

  /** Reads the file now, if there is a path. */
  WatchedFile(String pid, String what, Reader<T> reader, @Nullable Path path) {
    this.pid = pid;
    this.what = what;
    this.reader = reader;
    this.path = path;
    read();
  }

  /** What the last good reading gave, if there was any. */
  Optional<T> content() {
    return Optional.ofNullable(content);
  }

  /** Turns to another file and reads it now; to none: there is no content. */
  synchronized void turnTo(@Nullable Path other) {
    if (!java.util.Objects.equals(other, path)) {
      path = other;
      handled = null;
      candidate = null;
      complaint = null;
      warnedOfPermissions = false;
      if (other == null) {
        content = null;
      }
      read();
    }
  }

  /** Looks whether the file has changed. */
  synchronized void poll() {
    if (path == null) {
      return;
    }
    try {
      FileStamp now = FileStamp.of(path);
      if (now.equals(handled)) {
        candidate = null;
        complaint = null;
      } else if (now.equals(candidate)) {
        read();
      } else {
        candidate = now;
      }
    } catch (IOException e) {
      complain(reason(e));
    }
  }

  private synchronized void read() {
    Path file = path;
    if (file == null) {
      return;
    }
    try {
      FileStamp before = FileStamp.of(file);
      if (before.size() > BYTES_MAX) {
        throw new IOException("it has more than " + BYTES_MAX + " bytes");
      }
      T read = reader.read(Files.readAllBytes(file));
      if (!FileStamp.of(file).equals(before)) {
        candidate = null; // somebody writes: the next poll sees when it is done
        if (content != null) {
          return;
        }
      } else {
        handled = before;
      }
      content = read;
      complaint = null;
      LOG.info("{}: {} read from {}", pid, what, file);
      warnOfPermissions(file);
    } catch (BadLineException e) {
      complain(e.getMessage());
    } catch (IOException e) {
      complain(reason(e));
    }
  }

  private void complain(@Nullable String reason) {
    if (reason == null || reason.equals(complaint)) {
      return;
    }
    complaint = reason;
    if (content == null) {
      LOG.error("{}: {}: {}; until this is mended nobody is accepted", pid, path, reason);
    } else {
      LOG.warn("{}: {}: {}; the {} read before stay in force", pid, path, reason, what);
    }
  }

  private void warnOfPermissions(Path file) throws IOException {
    if (!warnedOfPermissions
        && file.getFileSystem().supportedFileAttributeViews().contains("posix")
        && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
      warnedOfPermissions = true;
      LOG.warn("{}: {} can be read by every user of this machine; chmod o-r it", pid, file);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "the broker may not read it";
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
