package io.fluxmqtt.auth.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The users of one reading of a password file. Immutable. */
final class Users {
  private final Map<String, PasswordHash> byName;
  private final List<PasswordHash> hashes;

  private Users(Map<String, PasswordHash> byName) {
    this.byName = Map.copyOf(byName);
    this.hashes = List.copyOf(new ArrayList<>(byName.values()));
  }

  /**
   * Reads a password file: lines of {@code user:hash} in UTF-8, empty ones and those that begin
   * with {@code #} left out.
   *
   * @throws BadLineException if any line cannot be used
   */
  static Users parse(byte[] file) throws BadLineException {
    Map<String, PasswordHash> byName = new HashMap<>();
    Lines.forEach(file, line -> addLine(byName, line));
    return new Users(byName);
  }

  /** How many there are. */
  int count() {
    return byName.size();
  }

  /** All names, in order. */
  List<String> names() {
    return byName.keySet().stream().sorted().toList();
  }

  /** How many there are; names and hashes never reach a log. */
  @Override
  public String toString() {
    return count() + " users";
  }

  /** What a user's password must fit. */
  Optional<PasswordHash> find(String userName) {
    return Optional.ofNullable(byName.get(userName));
  }

  /**
   * Some user's hash for a name that is not known, always the same for the same name: checking
   * against it takes as long as for a name that is known. Empty if there are no users.
   */
  Optional<PasswordHash> standIn(String userName) {
    return hashes.isEmpty()
        ? Optional.empty()
        : Optional.of(hashes.get(Math.floorMod(userName.hashCode(), hashes.size())));
  }

  private static void addLine(Map<String, PasswordHash> byName, String line) {
    int colon = line.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("there is no colon between user and password");
    }
    if (colon == 0) {
      throw new IllegalArgumentException("the user name is empty");
    }
    PasswordHash hash = PasswordHash.parse(line.substring(colon + 1).stripTrailing());
    if (byName.putIfAbsent(line.substring(0, colon), hash) != null) {
      throw new IllegalArgumentException("this user stands on an earlier line too");
    }
  }
}
