package io.fluxmqtt.acl;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entries as a mosquitto file has them, read again when it changes. A changed file is read once
 * it has looked the same for two polls, so that whoever writes it can finish. A file that cannot be
 * read, or holds a bad line, yields nothing new; that is logged once, and it is tried again. Its
 * owner calls it from one thread at a time; it blocks.
 */
final class AclFile {
  private static final Logger LOG = LoggerFactory.getLogger(AclFile.class);
  private static final long BYTES_MAX = 16L << 20; // several 100,000 lines

  private final String pid;
  private final Path path;
  private final int priority;
  private @Nullable FileStamp handled; // of the last good reading
  private @Nullable FileStamp candidate; // seen at the last poll, not yet read
  private @Nullable FileStamp refused; // had a bad line
  private @Nullable String complaint; // the one last logged

  AclFile(String pid, Path path, int priority) {
    this.pid = pid;
    this.path = path;
    this.priority = priority;
  }

  /** Looks whether the file has changed; its entries if it has, and can be read. */
  Optional<List<Entry>> poll() {
    try {
      FileStamp now = FileStamp.of(path);
      if (now.equals(handled)) {
        candidate = null;
        complaint = null;
      } else if (now.equals(candidate)) {
        return now.equals(refused) ? Optional.empty() : read();
      } else {
        candidate = now;
      }
    } catch (IOException e) {
      complain(path + ": " + reason(e));
    }
    return Optional.empty();
  }

  /** Reads it now; nothing if that cannot be done. */
  Optional<List<Entry>> read() {
    FileStamp before = null;
    try {
      before = FileStamp.of(path);
      if (before.size() > BYTES_MAX) {
        throw new IOException("it has more than " + BYTES_MAX + " bytes");
      }
      List<Entry> read =
          MosquittoAcl.parse(pid, path.toString(), priority, Files.readAllBytes(path));
      if (!FileStamp.of(path).equals(before)) {
        candidate = null; // somebody writes: the next polls see when it is done
        return Optional.empty();
      }
      handled = before;
      complaint = null;
      LOG.info("{}: {} rules in {}", pid, read.size(), path);
      return Optional.of(read);
    } catch (MosquittoAcl.BadLineException e) {
      refused = before;
      complain(path + ":" + e.getMessage());
    } catch (IOException e) {
      complain(path + ": " + reason(e));
    }
    return Optional.empty();
  }

  private void complain(String reason) {
    if (!reason.equals(complaint)) {
      complaint = reason;
      LOG.warn("{}: {}; the last good rules, if there were any, stay in force", pid, reason);
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
