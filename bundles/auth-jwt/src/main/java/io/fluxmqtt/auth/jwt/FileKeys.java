package io.fluxmqtt.auth.jwt;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that a file holds, read again when it has changed and looked the same for two polls. A
 * file that cannot be read, or holds no key that can be used, leaves those of its last good
 * reading; it is logged once and tried at every poll.
 */
final class FileKeys implements KeySource {
  private static final Logger LOG = LoggerFactory.getLogger(FileKeys.class);

  /** What tells that a file has changed without reading it. */
  private record Stamp(
      long size, FileTime modified, @Nullable Object key, @Nullable Object changed) {
    static Stamp of(Path path) throws IOException {
      BasicFileAttributes basic = Files.readAttributes(path, BasicFileAttributes.class);
      if (!basic.isRegularFile()) {
        throw new IOException("it is not a regular file");
      }
      boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
      Object changed = unix ? Files.getAttribute(path, "unix:ctime") : null;
      return new Stamp(basic.size(), basic.lastModifiedTime(), basic.fileKey(), changed);
    }
  }

  private final String pid;
  private final Path path;
  private final Function<byte[], KeySet> reader;
  private final @Nullable ScheduledFuture<?> polling;
  private @Nullable Stamp handled; // of the last good reading; guarded by this, as are the next two
  private @Nullable Stamp candidate; // seen at the last poll, not yet read
  private @Nullable String complaint; // the one last logged
  private volatile @Nullable KeySet keys;

  /**
   * Reads the file now, and from now on at changes.
   *
   * @param reader throws an {@link IllegalArgumentException} if it finds no key
   * @param poller runs {@link #poll}, or null if somebody else does
   */
  FileKeys(
      String pid,
      Path path,
      Function<byte[], KeySet> reader,
      @Nullable ScheduledExecutorService poller,
      int pollMillis) {
    this.pid = pid;
    this.path = path;
    this.reader = reader;
    poll();
    poll();
    this.polling =
        poller == null
            ? null
            : poller.scheduleWithFixedDelay(
                this::poll, pollMillis, pollMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public Optional<KeySet> keys() {
    return Optional.ofNullable(keys);
  }

  /** A poll comes soon enough. */
  @Override
  public CompletionStage<Void> refresh() {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {
    if (polling != null) {
      polling.cancel(false);
    }
  }

  /** Looks whether the file has changed. May block. */
  synchronized void poll() {
    try {
      Stamp now = Stamp.of(path);
      if (now.equals(handled)) {
        complaint = null;
      } else if (now.equals(candidate)) {
        read(now);
      } else {
        candidate = now;
      }
    } catch (NoSuchFileException e) {
      complain("there is no such file");
    } catch (AccessDeniedException e) {
      complain("the broker may not read it");
    } catch (IOException | RuntimeException e) { // a throw would end the polling without a word
      complain(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private void read(Stamp before) throws IOException {
    if (before.size > KeySet.BYTES_MAX) {
      throw new IOException("it has more than " + KeySet.BYTES_MAX + " bytes");
    }
    KeySet read = reader.apply(Files.readAllBytes(path));
    if (!Stamp.of(path).equals(before)) {
      return; // somebody writes: the next polls see when it is done
    }
    handled = before;
    keys = read;
    complaint = null;
    LOG.info("{}: {} keys in {}", pid, read.keys().size(), path);
    if (!read.complaints().isEmpty()) {
      LOG.warn("{}: {}: left out: {}", pid, path, read.complaints());
    }
    if (read.keys().stream().anyMatch(VerificationKey::isSecret)
        && path.getFileSystem().supportedFileAttributeViews().contains("posix")
        && Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ)) {
      LOG.warn("{}: {} can be read by every user of this machine; chmod o-r it", pid, path);
    }
  }

  private void complain(String reason) {
    if (reason.equals(complaint)) {
      return;
    }
    complaint = reason;
    if (keys == null) {
      LOG.error("{}: {}: {}; until this is mended its keys prove no token", pid, path, reason);
    } else {
      LOG.warn("{}: {}: {}; the keys read before stay in force", pid, path, reason);
    }
  }
}
