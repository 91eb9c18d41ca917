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
 * The users as a password file has them, read again when it changes. A changed file is read once it
 * has looked the same for two polls, so that whoever writes it can finish. A file that cannot be
 * read, or holds a bad line, leaves the users of its last good reading; it is logged once and tried
 * at every poll.
 *
 * <p>{@link #users} from any thread; the rest may block, and takes turns.
 */
final class UserFile {
  private static final Logger LOG = LoggerFactory.getLogger(UserFile.class);
  private static final long BYTES_MAX = 64L << 20; // several 100,000 users

  private final String pid;
  private Path path; // guarded by this, as are the next four
  private @Nullable FileStamp handled; // of the last good reading
  private @Nullable FileStamp candidate; // seen at the last poll, not yet read
  private @Nullable String complaint; // the one last logged
  private boolean warnedOfPermissions;
  private volatile @Nullable Users users;

  /** Reads the file now. */
  UserFile(String pid, Path path) {
    this.pid = pid;
    this.path = path;
    read();
  }

  /** The users of the last good reading, if there was any. */
  Optional<Users> users() {
    return Optional.ofNullable(users);
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
      Users read = Users.parse(Files.readAllBytes(path));
      if (!FileStamp.of(path).equals(before)) {
        candidate = null; // somebody writes: the next poll sees when it is done
        if (users != null) {
          return;
        }
      } else {
        handled = before;
      }
      users = read;
      complaint = null;
      LOG.info("{}: {} users in {}", pid, read.count(), path);
      warnOfPermissions();
    } catch (Users.BadLineException e) {
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
    if (users == null) {
      LOG.error(
          "{}: {}: {}; until this is mended nobody is accepted by password", pid, path, reason);
    } else {
      LOG.warn("{}: {}: {}; the users read before stay in force", pid, path, reason);
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
