package io.fluxmqtt.itests.blackbox.live;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a change of a key does, and the words by which its Metatype description says so. */
enum Liveness {
  /** It counts at once, for connected clients too. */
  HOT("\\b[Hh]ot\\b(?!, for new)"),
  /** Connected clients keep what they have. */
  NEW_CONNECTIONS("new connections( only| and re-authentication)?\\."),
  /** Connected clients keep what they have, until they authenticate again. */
  NEW_EXCHANGES("for new exchanges\\."),
  /** Another address; connected clients stay. */
  MOVES_LISTENER("moves the listener; clients stay connected\\."),
  /** Another server socket at the same address; connected clients stay. */
  REOPENS_SOCKET("reopens the socket; clients stay connected\\."),
  RESTARTS_LISTENER("restarts this listener\\."),
  RESTARTS_LISTENERS("restarts the listeners of the broker: clients are disconnected\\."),
  RESTARTS_BROKER("restarts the broker\\b");

  private final Pattern words;

  Liveness(String words) {
    this.words = Pattern.compile(words);
  }

  /** The one that a description promises. */
  static Liveness of(String description) {
    List<Liveness> promised = new ArrayList<>();
    for (Liveness each : values()) {
      if (each.words.matcher(description).find()) {
        promised.add(each);
      }
    }
    if (promised.size() != 1) {
      throw new AssertionError("what a change does is not clear, " + promised + ": " + description);
    }
    return promised.get(0);
  }
}
