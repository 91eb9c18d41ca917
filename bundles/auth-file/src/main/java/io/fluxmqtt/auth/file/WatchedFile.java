package io.fluxmqtt.auth.file;

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
 * What a file says, such as the users of a password file, read again when it changes. A changed
 * file is read once it has looked the same for two polls, so that whoever writes it can finish. A
 * file that cannot be read, or holds a bad line, leaves what its last good reading said; it is
 * logged once and tried at every poll.
 *
 * <p>{@link #content} from any thread; the rest may block, and takes turns.
 *
 * @param <T> what it says
 */
final class WatchedFile<T> {
  /**
   * Reads the bytes of a file.
   *
   * @param <T> what they say
   */
  @FunctionalInterface
  interface Parser<T> {
    /** What they say; throws if any line is bad. */
    T parse(byte[] bytes) throws BadLineException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);
  private static final long BYTES_MAX = 64L << 20; // several 100,000 users

  private final String pid;
  private final Parser<T> parser;
  private final String without;
  private Path path; // guarded by this, as are the next four
  private @Nullable FileStamp handled; // of the last good reading
  private @Nullable FileStamp candidate; // seen at the last poll, not yet read
  private @Nullable String complaint; // the one last logged
  private boolean warnedOfPermissions;
  private volatile @Nullable T content;

  /**
   * Reads the file now.
   *
   * @param pid of the configuration, for the log
   * @param without what follows while there is no good reading, for the log
   */
  WatchedFile(String pid, Path path, Parser<T> parser, String without) {
    this.pid = pid;
    this.path = path;
    this.parser = parser;
    this.without = without;
    read();
  }

  /** What the last good reading said, if there was any. */
  Optional<T> content() {
    return Optional.ofNullable(content);
  }

  /** Where it is now. */
  synchronized Path path() {
    return path;
  }

  /** Reads it now, since it was just changed from here. */
  synchronized void reread() {
    read();
  }

  /** Turns to another file and reads it now. */
  synchronized void turnTo(Path other) {
    if (!other.equals(path)) {
      path = other;
      handled = null;
      candidate = null;
      complaint = null;
      warnedOfPermissions = false;
      read();
    }
  }

  /** Looks whether the file has changed. */
  synchronized void poll() {
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
    try {
      FileStamp before = FileStamp.of(path);
      if (before.size() > BYTES_MAX) {
        throw new IOException("it has more than " + BYTES_MAX + " bytes");
      }
      T read = parser.parse(Files.readAllBytes(path));
      if (!FileStamp.of(path).equals(before)) {
        candidate = null; // somebody writes: the next poll sees when it is done
        if (content != null) {
          return;
        }
      } else {
        handled = before;
      }
      content = read;
      complaint = null;
      LOG.info("{}: {} in {}", pid, read, path);
      warnOfPermissions();
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
      LOG.error("{}: {}: {}; until this is mended {}", pid, path, reason, without);
    } else {
      LOG.warn("{}: {}: {}; what was read before stays in force", pid, path, reason);
    }
  }

  private void warnOfPermissions() throws IOException {
    if (!warnedOfPermissions
        && path.getFileSystem().supportedFileAttributeViews().contains("posix")
        && Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ)) {
      warnedOfPermissions = true;
      LOG.warn("{}: {} can be read by every user of this machine; chmod o-r it", pid, path);
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
