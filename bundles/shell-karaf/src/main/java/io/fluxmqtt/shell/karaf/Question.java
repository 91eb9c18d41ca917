package io.fluxmqtt.shell.karaf;

import java.io.IOException;
import org.apache.karaf.shell.api.console.Session;

/** Asks the user before something that cannot be undone. */
final class Question {
  private Question() {}

  /**
   * Whether the user says yes.
   *
   * @throws IllegalStateException where nobody can be asked
   */
  static boolean confirm(Session session, String what) {
    String answer;
    try {
      answer = session.readLine(what + " (yes/no): ", null);
    } catch (UnsupportedOperationException | IOException e) {
      throw new IllegalStateException(
          "Nothing was done, since nobody can be asked here; --yes does it without asking", e);
    }
    return answer != null && answer.strip().equalsIgnoreCase("yes");
  }
}
