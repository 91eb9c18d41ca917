package io.fluxmqtt.auth.scram;

import io.fluxmqtt.api.config.DataFolder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What makes the salts of users that are not known. It is kept in the data folder: were it another
 * one after each start, their salts would change, and those of users that are known would not.
 */
final class Secret {
  static final String FILE = "auth-scram.key";

  private static final Logger LOG = LoggerFactory.getLogger(Secret.class);
  private static final int BYTES = 32;

  private Secret() {}

  /** The secret that is kept there, or a new one, which is then kept; blocks. */
  static byte[] of(Path folder) {
    byte[] fresh = new byte[BYTES];
    new SecureRandom().nextBytes(fresh);
    Path file = folder.resolve(FILE);
    try {
      DataFolder.createPrivate(folder);
      try {
        create(file, fresh);
        return fresh;
      } catch (FileAlreadyExistsException e) {
        byte[] kept = Files.readAllBytes(file);
        if (kept.length == BYTES) {
          return kept;
        }
        Files.delete(file); // a crash while it was written
        create(file, fresh);
        return fresh;
      }
    } catch (IOException e) {
      LOG.warn("{} cannot be kept: {}; until the next start it is another one", file, e.toString());
      return fresh;
    }
  }

  private static void create(Path file, byte[] bytes) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try (var channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      channel.write(java.nio.ByteBuffer.wrap(bytes));
    }
  }
}
