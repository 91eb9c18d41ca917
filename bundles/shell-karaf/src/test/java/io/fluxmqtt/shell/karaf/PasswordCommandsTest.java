package io.fluxmqtt.shell.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.PasswordAdmin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code mqtt:passwd-…} on a fake authenticator. */
class PasswordCommandsTest {
  private final FakeUsers users = new FakeUsers();
  private final FakeKaraf karaf = new FakeKaraf(users);

  @Test
  void userIsAddedAndItsPasswordSet() throws Exception {
    assertEquals("Added user ada in /etc/passwd\n", karaf.run(add("ada", "secret")));
    assertEquals("secret", users.passwords.get("ada"));
    assertTrue(
        karaf.run(add("ada", "other")).endsWith("Set the password of user ada in /etc/passwd\n"));
    assertEquals("other", users.passwords.get("ada"));
    assertEquals(0, karaf.held.get());
  }

  @Test
  void passwordIsAskedForTwiceAndNotShown() throws Exception {
    karaf.answer = "sesame";
    assertFalse(karaf.run(add("ada", null)).contains("sesame"));
    assertEquals("sesame", users.passwords.get("ada"));
    assertEquals(List.of("Password: ", "Again: "), karaf.questions);
  }

  @Test
  void withoutAPasswordNothingIsChanged() {
    assertFails("nobody can be asked", add("ada", null));
    karaf.answer = "";
    assertFails("No password", add("ada", null));
    assertTrue(users.passwords.isEmpty());
    assertEquals(0, karaf.held.get());
  }

  @Test
  void usersAreListedAndRemoved() throws Exception {
    users.passwords.put("ada", "x");
    users.passwords.put("bob\u0007", "x");
    assertEquals("ada\nbob\\u0007\n", karaf.run(new PasswdListCommand()));
    PasswdDeleteCommand delete = new PasswdDeleteCommand();
    delete.user = "ada";
    assertTrue(karaf.run(delete).endsWith("Removed user ada from /etc/passwd\n"));
    assertFails("No user ada in /etc/passwd; mqtt:passwd-list", delete);
  }

  @Test
  void whatCannotBeDoneIsSaid() {
    users.failure = new IOException("the disk is full");
    assertFails("the disk is full", add("ada", "x"));
    assertFails("Nothing was changed: a colon", add("a:b", "x"));
    PasswdAddCommand other = add("ada", "x");
    other.authenticator = "plant";
    assertFails("--authenticator: file", other);
    PasswdListCommand list = new PasswdListCommand();
    FakeKaraf empty = new FakeKaraf(null);
    Exception none = assertThrows(IllegalStateException.class, () -> empty.run(list));
    assertTrue(String.valueOf(none.getMessage()).contains("io.fluxmqtt.auth.file"));
  }

  private static PasswdAddCommand add(String user, @Nullable String password) {
    PasswdAddCommand command = new PasswdAddCommand();
    command.user = user;
    command.password = password;
    return command;
  }

  private void assertFails(String reason, PasswordCommand command) {
    Exception failure = assertThrows(IllegalStateException.class, () -> karaf.run(command));
    assertTrue(String.valueOf(failure.getMessage()).contains(reason), failure.getMessage());
  }

  private static final class FakeUsers implements PasswordAdmin {
    final TreeMap<String, String> passwords = new TreeMap<>();
    @Nullable IOException failure;

    @Override
    public String place() {
      return "/etc/passwd";
    }

    @Override
    public List<String> users() {
      return List.copyOf(passwords.keySet());
    }

    @Override
    public boolean put(String userName, byte[] password) throws IOException {
      if (userName.contains(":")) {
        throw new IllegalArgumentException("a colon");
      }
      if (failure != null) {
        throw failure;
      }
      return passwords.put(userName, new String(password, StandardCharsets.UTF_8)) == null;
    }

    @Override
    public boolean delete(String userName) {
      return passwords.remove(userName) != null;
    }
  }
}
