package io.fluxmqtt.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A password file as a fuzzer's input says. If the first byte of the input is odd, the rest is
 * damage done to a good file, four bytes each: what, where, and how much; else it is the file.
 */
final class FuzzedUsers {
  /** Users and passwords; hashed by Python's hashlib. */
  private static final Map<String, String> PASSWORDS =
      Map.of("ada", "secret", "bob", "hunter2", "eve", "");

  private static final String GOOD =
      """
      # users
      ada:$7$1$c2FsdC1vZi1hZGEh$vu+HlDHd3Ah8uueV9ZWeO3m5JH/IlKWDKenr5wWOHi4RbXe7Y7mb3TZpx+0QJ5gCFbkeA5hMr2GdRT9yPYv0Pw==
      bob:$7$2$c2FsdCBvZiBib2I=$UwLfOF4LyqzCBY+sNYaKDf5AjFCBNB7wxhhu9Yz4HPbvXIywyffa7UoFAcfyorJYIa0YD7IBFMP/OtQSa8rLKQ==

      eve:$7$1$cw==$tIGmIX16HkwEcVub2qdMDcBKECLkeJv4SGijib76MnHGvTdONZtby0ugNKfFS+H1b6ETxv8kZrw3OkDvJso95A==
      """;

  /** A user's line, as strictly as mosquitto_passwd writes it. */
  private static final Pattern LINE =
      Pattern.compile(
          "(?<user>[^:]+):(?<hash>\\$7\\$(?<rounds>[1-9][0-9]{0,7})\\$"
              + "(?=[^$])([A-Za-z0-9+/]{4})*"
              + "([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?\\$"
              + "[A-Za-z0-9+/]{85}[AQgw]==)");

  private static final String BASE64 =
      "(?=[^$])([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?";

  /** The same of old versions, and of 2.1. */
  private static final Pattern OTHER_LINE =
      Pattern.compile(
          "(?<user>[^:]+):(?<hash>\\$6\\$"
              + BASE64
              + "\\$[A-Za-z0-9+/]{85}[AQgw]==|\\$argon2id\\$v=19\\$m=(?<m>[1-9][0-9]{0,6}),"
              + "t=(?<t>[1-9][0-9]{0,2}),p=(?<p>[1-9][0-9]?)\\$"
              + BASE64.replace("=", "").replace("(?[", "(?=[")
              + "\\$(?<h>"
              + BASE64.replace("=", "").replace("(?[", "(?=[")
              + "))");

  private FuzzedUsers() {}

  static void run(byte[] input) {
    byte[] rest = input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);
    boolean damages = input.length > 0 && input[0] % 2 != 0;
    byte[] file = damages ? damaged(rest) : rest;
    Map<String, String> wanted = reference(file);
    Users users = parsed(file);
    assertEquals(wanted != null, users != null, "whether the file is taken");
    if (users != null && wanted != null) {
      assertEquals(wanted.size(), users.count());
      wanted.forEach(
          (user, hash) -> assertEquals(hash, users.find(user).orElseThrow().toText(), user));
      PASSWORDS.forEach((user, password) -> authenticate(file, users, user, password));
    }
  }

  /** Only a user whose line is as it was when the password was set. */
  private static void authenticate(byte[] file, Users users, String user, String password) {
    Optional<PasswordHash> hash = users.find(user);
    if (hash.isEmpty() || hash.get().toText().indexOf('$', 3) > 6) { // too many rounds to wait for
      return;
    }
    String good = GOOD.lines().filter(line -> line.startsWith(user)).findFirst().orElseThrow();
    String text = new String(file, StandardCharsets.UTF_8);
    boolean whole =
        Arrays.stream((text.startsWith("\uFEFF") ? text.substring(1) : text).split("\n"))
            .anyMatch(line -> line.stripTrailing().equals(good));
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    assertEquals(whole, hash.get().verify(bytes), user);
    assertTrue(!hash.get().verify((password + "x").getBytes(StandardCharsets.UTF_8)), user);
  }

  private static byte[] damaged(byte[] damage) {
    StringBuilder file = new StringBuilder(GOOD);
    for (int i = 0; i + 4 <= damage.length && file.length() > 0; i += 4) {
      int at = ((damage[i + 1] & 0xFF) << 8 | damage[i + 2] & 0xFF) % file.length();
      int value = damage[i + 3] & 0xFF;
      int end = Math.min(file.length(), at + 1 + value % 128);
      switch (damage[i] & 7) {
        case 0 -> file.setCharAt(at, (char) value);
        case 1 -> file.setCharAt(at, (char) (file.charAt(at) ^ 1 << value % 7));
        case 2 -> file.insert(at, (char) value);
        case 3 -> file.deleteCharAt(at);
        case 4 -> file.delete(at, end);
        case 5 -> file.setLength(at);
        case 6 -> file.insert(at, file.substring(at, end));
        default -> file.append(file.substring(at, end));
      }
    }
    return file.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static @Nullable Users parsed(byte[] file) {
    try {
      return Users.parse(file);
    } catch (BadLineException e) {
      return null;
    }
  }

  /** Users and the text of their hashes; null if there is anything else but blanks and comments. */
  private static @Nullable Map<String, String> reference(byte[] file) {
    Map<String, String> users = new HashMap<>();
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
    for (String line : (text.startsWith("\uFEFF") ? text.substring(1) : text).split("\n")) {
      Matcher user = LINE.matcher(line.stripTrailing());
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      } else if (isOther(users, line.stripTrailing())) {
        continue;
      } else if (!user.matches() || Long.parseLong(user.group("rounds")) > 10_000_000) {
        return null;
      } else if (users.putIfAbsent(user.group("user"), user.group("hash")) != null) {
        return null;
      }
    }
    return users;
  }

  private static boolean isOther(Map<String, String> users, String line) {
    Matcher user = OTHER_LINE.matcher(line);
    if (!user.matches()) {
      return false;
    }
    if (user.group("m") != null) {
      int hashBytes = user.group("h").length() * 3 / 4;
      int memory = Integer.parseInt(user.group("m"));
      if (hashBytes < 16
          || hashBytes > 64
          || memory < 8 * Integer.parseInt(user.group("p"))
          || memory > Argon2.memoryMaxKib()) {
        return false;
      }
    }
    return users.putIfAbsent(user.group("user"), user.group("hash")) == null;
  }
}
