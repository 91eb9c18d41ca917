package io.fluxmqtt.auth.file;

import io.fluxmqtt.api.config.DataFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes one line of a password file and leaves the others, comments and blanks too, as they are.
 * The new file is written beside the old, synced and put in its place, with its permissions:
 * whoever reads sees one or the other, and a power cut leaves one or the other. Blocks for I/O.
 */
final class PasswordLines {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final int ATTEMPTS = 5;

  private PasswordLines() {}

  /** What becomes of a user's hash. */
  @FunctionalInterface
  interface Change {
    /**
     * Called maybe more than once.
     *
     * @param present the text of the hash, or null if there is no such user
     * @return the text to be, or null to have no such user; {@code present} itself changes nothing
     */
    @Nullable String apply(@Nullable String present);
  }

  /**
   * Changes a user.
   *
   * @return whether the user was there before
   * @throws IOException if the file has a bad line, cannot be read or written; it is as it was then
   */
  static boolean edit(Path path, String userName, Change change) throws IOException {
    for (int attempt = 1; ; attempt++) {
      boolean exists = Files.exists(path);
      Path file = exists ? path.toRealPath() : path;
      FileStamp before = exists ? FileStamp.of(file) : null;
      List<String> lines = exists ? read(file) : new ArrayList<>();
      int at = find(lines, userName);
      String present = at < 0 ? null : textOf(lines.get(at));
      String next = change.apply(present);
      if (next == present) {
        return at >= 0;
      }
      replace(lines, at, next == null ? null : userName + ":" + next);
      Path fresh = write(file, lines, exists);
      boolean unchanged =
          before == null
              ? !Files.exists(path)
              : Files.exists(file) && FileStamp.of(file).equals(before);
      if (unchanged) {
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DataFolder.sync(file.toAbsolutePath().getParent());
        return at >= 0;
      }
      Files.deleteIfExists(fresh);
      if (attempt == ATTEMPTS) {
        throw new IOException(path + " is being changed by somebody else; nothing was changed");
      }
    }
  }

  private static List<String> read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      Users.parse(bytes); // a bad line must not get lost in the new file
    } catch (BadLineException e) {
      throw new IOException(file + ": " + e.getMessage() + "; mend it first, nothing was changed");
    }
    List<String> lines = new ArrayList<>(List.of(text(bytes).split("\n", -1)));
    if (lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    return lines;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int find(List<String> lines, String userName) {
    for (int i = 0; i < lines.size(); i++) {
      String line =
          i == 0 && lines.get(0).startsWith("\uFEFF") ? lines.get(0).substring(1) : lines.get(i);
      if (line.startsWith(userName + ":") && !line.startsWith("#")) {
        return i;
      }
    }
    return -1;
  }

  private static String textOf(String line) {
    return line.substring(line.indexOf(':') + 1).stripTrailing();
  }

  private static void replace(List<String> lines, int at, @Nullable String line) {
    if (at < 0 && line != null) {
      lines.add(line);
    } else if (at >= 0 && line != null) {
      lines.set(at, line);
    } else if (at >= 0) {
      lines.remove(at);
    }
  }

  private static Path write(Path file, List<String> lines, boolean exists) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path fresh = Files.createTempFile(folder, "." + file.getFileName(), ".new");
    boolean written = false;
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      if (fresh.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(
            fresh, exists ? Files.getPosixFilePermissions(file) : OWNER_ONLY);
      }
      StringBuilder text = new StringBuilder();
      lines.forEach(line -> text.append(line).append('\n'));
      ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
      written = true;
      return fresh;
    } finally {
      if (!written) {
        Files.deleteIfExists(fresh);
      }
    }
  }
}
