package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.PasswordAdmin;
import java.io.IOException;
import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:passwd-delete}. */
@Service
@Command(
    scope = "mqtt",
    name = "passwd-delete",
    description = "Removes a user from the password file. Clients that are connected stay.")
public final class PasswdDeleteCommand extends PasswordCommand {
  @Argument(name = "user", description = "The user name", required = true)
  String user = "";

  @Override
  void run(PasswordAdmin users, PrintStream out) throws IOException {
    if (!users.delete(user)) {
      throw new IllegalStateException(
          "No user %s in %s; mqtt:passwd-list lists them"
              .formatted(Text.escaped(user), Text.escaped(users.place())));
    }
    out.printf("Removed user %s from %s%n", Text.escaped(user), Text.escaped(users.place()));
  }
}
