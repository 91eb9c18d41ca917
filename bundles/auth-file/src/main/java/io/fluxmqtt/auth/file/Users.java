package io.fluxmqtt.auth.file;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The users of one reading of a password file. Immutable. */
final class Users {
  private final Map<String, MosquittoHash> byName;
  private final List<MosquittoHash> hashes;

  private Users(Map<String, MosquittoHash> byName) {
    this.byName = Map.copyOf(byName);
    this.hashes = List.copyOf(new ArrayList<>(byName.values()));
  }

  /** A line cannot be used. The text names its number, counted from 1, and the reason only. */
  static final class BadLineException extends Exception {
    BadLineException(int line, String reason) {
      super("line " + line + ": " + reason);
    }
  }

  /**
   * Reads a password file: lines of {@code user:hash} in UTF-8, empty ones and those that begin
   * with {@code #} left out.
   *
   * @throws BadLineException if any line cannot be used
   */
  static Users parse(byte[] file) throws BadLineException {
    Map<String, MosquittoHash> byName = new HashMap<>();
    int number = 0;
    for (int from = startsWithMark(file) ? 3 : 0; from < file.length; ) {
      int end = from;
      while (end < file.length && file[end] != '\n') {
        end++;
      }
      number++;
      try {
        addLine(byName, decode(file, from, end - from));
      } catch (IllegalArgumentException e) {
        throw new BadLineException(number, String.valueOf(e.getMessage()));
      }
      from = end + 1;
    }
    return new Users(byName);
  }

  /** How many there are. */
  int count() {
    return byName.size();
  }

  /** What a user's password must fit. */
  Optional<MosquittoHash> find(String userName) {
    return Optional.ofNullable(byName.get(userName));
  }

  /**
   * Some user's hash for a name that is not known, always the same for the same name: checking
   * against it takes as long as for a name that is known. Empty if there are no users.
   */
  Optional<MosquittoHash> standIn(String userName) {
    return hashes.isEmpty()
        ? Optional.empty()
        : Optional.of(hashes.get(Math.floorMod(userName.hashCode(), hashes.size())));
  }

  private static void addLine(Map<String, MosquittoHash> byName, String line) {
    if (line.isBlank() || line.startsWith("#")) {
      return;
    }
    int colon = line.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("there is no colon between user and password");
    }
    if (colon == 0) {
      throw new IllegalArgumentException("the user name is empty");
    }
    MosquittoHash hash = MosquittoHash.parse(line.substring(colon + 1).stripTrailing());
    if (byName.putIfAbsent(line.substring(0, colon), hash) != null) {
      throw new IllegalArgumentException("this user stands on an earlier line too");
    }
  }

  /** Whether an editor has put a byte order mark in front, which is no part of the first name. */
  private static boolean startsWithMark(byte[] file) {
    return file.length >= 3
        && file[0] == (byte) 0xEF
        && file[1] == (byte) 0xBB
        && file[2] == (byte) 0xBF;
  }

  private static String decode(byte[] file, int from, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(file, from, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("this is not UTF-8");
    }
  }
}
