package io.fluxmqtt.auth.scram;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The groups of one reading of a file: lines of {@code group: user, user}. Immutable. */
final class Groups {
  static final Groups NONE = new Groups(Map.of());

  private final Map<String, Set<String>> byUser;

  private Groups(Map<String, Set<String>> byUser) {
    this.byUser = byUser;
  }

  /**
   * Reads a file; a group may have several lines.
   *
   * @throws BadLineException if any line cannot be used
   */
  static Groups parse(byte[] file) throws BadLineException {
    Map<String, Set<String>> byUser = new HashMap<>();
    Lines.read(
        file,
        line -> {
          int colon = line.indexOf(':');
          String group = colon < 0 ? "" : line.substring(0, colon).strip();
          if (group.isEmpty()) {
            throw new IllegalArgumentException("it is not 'group: user, user'");
          }
          for (String each : line.substring(colon + 1).split(",", -1)) {
            if (!each.isBlank()) {
              String user = Names.stored(each.strip());
              byUser.computeIfAbsent(user, name -> new HashSet<>()).add(group);
            }
          }
        });
    return new Groups(byUser);
  }

  Set<String> of(String user) {
    return byUser.getOrDefault(user, Set.of());
  }

  /** How many users are in any. */
  int count() {
    return byUser.size();
  }
}
