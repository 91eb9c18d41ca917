package io.fluxmqtt.auth.scram;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The users of one reading of a file. Immutable. */
final class Users {
  private final Map<String, ScramLine> byName; // name and mechanism
  private final Map<Mechanism, List<ScramLine>> all;

  private Users(Map<String, ScramLine> byName) {
    this.byName = Map.copyOf(byName);
    Map<Mechanism, List<ScramLine>> sorted = new HashMap<>();
    for (ScramLine line : byName.values()) {
      sorted.computeIfAbsent(line.mechanism(), mechanism -> new ArrayList<>()).add(line);
    }
    // By name, so that stand-ins do not change with the order of a hash table.
    sorted.values().forEach(lines -> lines.sort(java.util.Comparator.comparing(ScramLine::user)));
    this.all = Map.copyOf(sorted);
  }

  /**
   * Reads a file; a user may stand in it once for each mechanism.
   *
   * @throws BadLineException if any line cannot be used
   */
  static Users parse(byte[] file) throws BadLineException {
    Map<String, ScramLine> byName = new HashMap<>();
    Lines.read(
        file,
        text -> {
          ScramLine line = ScramLine.parse(text);
          if (byName.putIfAbsent(key(line.mechanism(), line.user()), line) != null) {
            throw new IllegalArgumentException(
                "this user stands on an earlier line too, with the same mechanism");
          }
        });
    return new Users(byName);
  }

  /** How many lines there are. */
  int count() {
    return byName.size();
  }

  Optional<ScramLine> find(Mechanism mechanism, String user) {
    return Optional.ofNullable(byName.get(key(mechanism, user)));
  }

  /**
   * A line for a user that is not known, always the same for the same name, that looks like those
   * that are there and that no password fits.
   *
   * @param secret what makes its salt, so that nobody else can compute it
   */
  ScramLine standIn(Mechanism mechanism, String user, byte[] secret) {
    byte[] name = (mechanism.text() + ":" + user).getBytes(StandardCharsets.UTF_8);
    byte[] digest = Mechanism.SCRAM_SHA_512.hmac(secret, name);
    List<ScramLine> others = all.getOrDefault(mechanism, List.of());
    int iterations = ScramLine.ITERATIONS_MIN;
    int saltBytes = ScramLine.SALT_BYTES;
    if (!others.isEmpty()) {
      int number = (digest[62] & 0x7F) << 8 | digest[63] & 0xFF;
      ScramLine model = others.get(number % others.size());
      iterations = model.iterations();
      saltBytes = model.saltBytes();
    }
    byte[] salt = new byte[saltBytes];
    for (int done = 0, part = 0; done < saltBytes; part++) {
      byte[] block =
          Mechanism.SCRAM_SHA_512.hmac(
              secret, (part + ":" + user).getBytes(StandardCharsets.UTF_8));
      int length = Math.min(block.length, saltBytes - done);
      System.arraycopy(block, 0, salt, done, length);
      done += length;
    }
    byte[] key = Arrays.copyOf(digest, mechanism.bytes());
    return new ScramLine(user, mechanism, iterations, salt, key, key);
  }

  private static String key(Mechanism mechanism, String user) {
    return mechanism.text() + ":" + user;
  }
}
