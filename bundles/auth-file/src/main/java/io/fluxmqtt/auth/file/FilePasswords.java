package io.fluxmqtt.auth.file;

import io.fluxmqtt.api.admin.PasswordAdmin;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes the password file. Any thread; blocks, and takes turns. */
final class FilePasswords implements PasswordAdmin {
  private static final Logger LOG = LoggerFactory.getLogger(FilePasswords.class);
  private static final int BYTES_MAX = 65_535; // of a string in MQTT

  private final WatchedFile<Users> file;
  private final Supplier<HashMaker> maker;

  /**
   * For a file.
   *
   * @param maker hashes new passwords, as configured now
   */
  FilePasswords(WatchedFile<Users> file, Supplier<HashMaker> maker) {
    this.file = file;
    this.maker = maker;
  }

  @Override
  public String place() {
    return file.path().toString();
  }

  @Override
  public List<String> users() throws IOException {
    return file.content()
        .orElseThrow(() -> new IOException(place() + " could not be read yet; the log says why"))
        .names();
  }

  @Override
  public synchronized boolean put(String userName, byte[] password) throws IOException {
    check(userName);
    if (password.length > BYTES_MAX) {
      throw new IllegalArgumentException(
          "the password has %d bytes; MQTT allows %d".formatted(password.length, BYTES_MAX));
    }
    String text = maker.get().make(password).toText();
    boolean wasThere = PasswordLines.edit(file.path(), userName, present -> text);
    file.reread();
    return !wasThere;
  }

  @Override
  public synchronized boolean delete(String userName) throws IOException {
    boolean wasThere = PasswordLines.edit(file.path(), userName, present -> null);
    file.reread();
    return wasThere;
  }

  /** Puts a stronger hash in the place of one that a password has just fitted. */
  synchronized void strengthen(String userName, PasswordHash fitted, byte[] password)
      throws IOException {
    String old = fitted.toText();
    String text = maker.get().make(password).toText();
    PasswordLines.edit(
        file.path(), userName, present -> present != null && present.equals(old) ? text : present);
    file.reread();
    LOG.info("{}: a password that was hashed weakly is hashed anew", place());
  }

  private static void check(String userName) {
    boolean isBad =
        userName.isBlank()
            || userName.startsWith("#")
            || userName.startsWith("\uFEFF")
            || userName.indexOf(':') >= 0
            || userName.chars().anyMatch(Character::isISOControl)
            || userName.length() > BYTES_MAX;
    if (isBad) {
      throw new IllegalArgumentException(
          "a user name is not blank, does not begin with # and has no colon or control character");
    }
  }
}
