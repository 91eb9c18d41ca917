package io.fluxmqtt.auth.certificate;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revocation lists as a file has them, read again when it or the file of the authorities
 * changes. What has changed is read once it has looked the same for two polls, so that whoever
 * writes it can finish. What cannot be used leaves the lists of the last good reading; it is logged
 * once and tried at every poll.
 *
 * <p>{@link #lists} from any thread; the rest may block, and takes turns.
 */
final class RevocationFile {
  /** Where the lists are, and the certificates of those who may sign them. */
  record Place(Path lists, Path authorities) {}

  private static final Logger LOG = LoggerFactory.getLogger(RevocationFile.class);
  private static final long BYTES_MAX = 64L << 20;

  private final String pid;
  private final Clock clock;
  private Place place; // guarded by this, as are the next four
  private @Nullable List<FileStamp> handled; // of the last good reading
  private @Nullable List<FileStamp> candidate; // seen at the last poll, not yet read
  private @Nullable String complaint; // the one last logged
  private @Nullable X500Principal mourned; // whose list was said to be stale
  private volatile @Nullable RevocationLists lists;

  /** Reads the files now. */
  RevocationFile(String pid, Clock clock, Place place) {
    this.pid = pid;
    this.clock = clock;
    this.place = place;
    read();
  }

  /** The lists of the last good reading, if there was any. */
  Optional<RevocationLists> lists() {
    return Optional.ofNullable(lists);
  }

  /** Turns to other files and reads them now. */
  synchronized void turnTo(Place other) {
    if (!other.equals(place)) {
      place = other;
      handled = null;
      candidate = null;
      complaint = null;
      read();
    }
  }

  /** Looks whether the files have changed, and whether a list has grown stale. */
  synchronized void poll() {
    try {
      List<FileStamp> now = stamps();
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
    mourn();
  }

  private List<FileStamp> stamps() throws IOException {
    return List.of(FileStamp.of(place.lists), FileStamp.of(place.authorities));
  }

  private synchronized void read() {
    try {
      List<FileStamp> before = stamps();
      if (before.stream().anyMatch(each -> each.size() > BYTES_MAX)) {
        throw new IOException("a file has more than " + BYTES_MAX + " bytes");
      }
      RevocationLists read =
          RevocationLists.parse(
              Files.readAllBytes(place.lists), Files.readAllBytes(place.authorities));
      if (!stamps().equals(before)) {
        candidate = null; // somebody writes: the next poll sees when it is done
        if (lists != null) {
          return;
        }
      } else {
        handled = before;
      }
      lists = read;
      complaint = null;
      mourned = null;
      LOG.info("{}: {} certificates are revoked by {}", pid, read.count(), place.lists);
      mourn();
    } catch (RevocationLists.BadListException e) {
      complain(e.getMessage());
    } catch (IOException e) {
      complain(reason(e));
    }
  }

  private void mourn() {
    X500Principal stale = lists == null ? null : lists.stale(clock.instant());
    if (stale != null && !stale.equals(mourned)) {
      LOG.warn(
          "{}: the revocation list of {} in {} is out of date, or not valid yet; put a new one there",
          pid,
          stale.getName(),
          place.lists);
    }
    mourned = stale;
  }

  private void complain(@Nullable String reason) {
    if (reason == null || reason.equals(complaint)) {
      return;
    }
    complaint = reason;
    if (lists == null) {
      LOG.error(
          "{}: {}: {}; until this is mended nobody is accepted by certificate",
          pid,
          place.lists,
          reason);
    } else {
      LOG.warn("{}: {}: {}; the lists read before stay in force", pid, place.lists, reason);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no file " + e.getMessage();
    }
    if (e instanceof AccessDeniedException) {
      return "the broker may not read " + e.getMessage();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
