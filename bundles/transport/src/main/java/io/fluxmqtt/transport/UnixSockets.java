package io.fluxmqtt.transport;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of Unix domain sockets, which outlive whoever made them. */
final class UnixSockets {
  private static final Logger LOG = LoggerFactory.getLogger(UnixSockets.class);

  private UnixSockets() {}

  /**
   * Removes a socket's file that nobody listens at any more.
   *
   * @throws IOException if there is something else, or somebody
   */
  static void makeRoom(Path path) throws IOException {
    BasicFileAttributes found = attributes(path);
    if (found == null) {
      return;
    }
    if (!found.isOther()) {
      throw new BindException(path + " is there and is no socket; it is left alone");
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false); // whoever has no room for one more listens too
      channel.connect(UnixDomainSocketAddress.of(path));
      throw new BindException("somebody listens at " + path);
    } catch (ConnectException e) { // refused
      Files.deleteIfExists(path);
    }
  }

  /** Sets the permission bits of a socket's file; gives what tells it from another at its place. */
  static @Nullable Object opened(BindAddress.SocketFile file) throws IOException {
    try {
      Files.setPosixFilePermissions(file.path(), permissions(file.mode()));
      BasicFileAttributes made = attributes(file.path());
      return made == null ? null : made.fileKey();
    } catch (UnsupportedOperationException e) {
      throw new IOException("files here have no permission bits to protect the socket with", e);
    }
  }

  /** Removes the file of a socket that was closed, unless it is another's by now. */
  static void closed(Path path, @Nullable Object key) {
    try {
      BasicFileAttributes found = attributes(path);
      if (found != null && key != null && key.equals(found.fileKey())) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      LOG.warn("{} cannot be removed: {}", path, e.toString());
    }
  }

  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values(); // from the owner's to the others'
    for (int i = 0; i < all.length; i++) {
      if ((mode >> all.length - 1 - i & 1) != 0) {
        permissions.add(all[i]);
      }
    }
    return permissions;
  }
}
