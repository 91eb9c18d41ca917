package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.PasswordAdmin;
import java.io.IOException;
import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:passwd-list}. */
@Service
@Command(
    scope = "mqtt",
    name = "passwd-list",
    description = "Lists the users of the password file.")
public final class PasswdListCommand extends PasswordCommand {
  @Override
  void run(PasswordAdmin users, PrintStream out) throws IOException {
    users.users().forEach(user -> out.println(Text.escaped(user)));
  }
}
