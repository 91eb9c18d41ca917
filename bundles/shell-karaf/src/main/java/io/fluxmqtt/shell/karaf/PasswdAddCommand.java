package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.PasswordAdmin;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** {@code mqtt:passwd-add}. */
@Service
@Command(
    scope = "mqtt",
    name = "passwd-add",
    description = "Adds a user to the password file, or sets the password of one that is there.")
public final class PasswdAddCommand extends PasswordCommand {
  @Argument(name = "user", description = "The user name", required = true)
  String user = "";

  @Argument(
      index = 1,
      name = "password",
      description = "Asked for, and not shown, if it is left out; the shell keeps what is typed")
  @Nullable String password;

  @Override
  void run(PasswordAdmin users, PrintStream out) throws IOException {
    byte[] bytes = (password == null ? ask() : password).getBytes(StandardCharsets.UTF_8);
    try {
      boolean isNew = users.put(user, bytes);
      out.printf(
          "%s user %s in %s%n",
          isNew ? "Added" : "Set the password of", Text.escaped(user), Text.escaped(users.place()));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private String ask() {
    String first = read("Password: ");
    if (!first.equals(read("Again: "))) {
      throw new IllegalStateException("The two differ; nothing was changed");
    }
    return first;
  }

  private String read(String prompt) {
    String line;
    try {
      line = session.readLine(prompt, '*');
    } catch (UnsupportedOperationException | IOException e) {
      throw new IllegalStateException(
          "Nothing was changed, since nobody can be asked here; give the password as an argument",
          e);
    }
    if (line == null || line.isEmpty()) {
      throw new IllegalStateException("No password was given; nothing was changed");
    }
    return line;
  }
}
