package io.fluxmqtt.auth.file;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Who belongs to which groups, from one reading of a group file. Immutable. */
final class Groups {
  /** Nobody belongs to any. */
  static final Groups NONE = new Groups(Map.of(), 0);

  private final Map<String, Set<String>> byUser;
  private final int count;

  private Groups(Map<String, Set<String>> byUser, int count) {
    this.byUser = byUser;
    this.count = count;
  }

  /**
   * Reads a group file as Apache's web server has it: lines of {@code group: user user}; a group
   * may have several.
   *
   * @throws BadLineException if any line cannot be used
   */
  static Groups parse(byte[] file) throws BadLineException {
    Map<String, Set<String>> byUser = new HashMap<>();
    Set<String> groups = new HashSet<>();
    Lines.forEach(file, line -> addLine(byUser, groups, line));
    byUser.replaceAll((user, of) -> Set.copyOf(of));
    return new Groups(Map.copyOf(byUser), groups.size());
  }

  private static void addLine(Map<String, Set<String>> byUser, Set<String> groups, String line) {
    int colon = line.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("there is no colon between group and users");
    }
    String group = line.substring(0, colon).strip();
    if (group.isEmpty()) {
      throw new IllegalArgumentException("the group's name is empty");
    }
    groups.add(group);
    for (String user : line.substring(colon + 1).strip().split("\\s+")) {
      if (!user.isEmpty()) {
        byUser.computeIfAbsent(user, added -> new HashSet<>()).add(group);
      }
    }
  }

  /** The groups of a user. */
  Set<String> of(String user) {
    return byUser.getOrDefault(user, Set.of());
  }

  /** How many there are. */
  @Override
  public String toString() {
    return count + " groups";
  }
}
