package io.fluxmqtt.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsersTest {
  private static final String HASH = Pbkdf2Hash.create(new byte[] {1}, 1, 12).toText();

  @Test
  void commentsBlanksAndLineEndsOfAnyKindAreFine() throws BadLineException {
    Users users =
        parse(
            "\uFEFF# users\r\n\r\nada:" + HASH + "\r\n  \nbjörn €:" + HASH + " \n#x\neva:" + HASH);
    assertEquals(3, users.count());
    assertTrue(users.find("ada").isPresent());
    assertTrue(users.find("björn €").isPresent());
    assertTrue(users.find("eva").isPresent());
    assertTrue(users.find("Ada").isEmpty());
  }

  @Test
  void emptyFileHasNoUsers() throws BadLineException {
    assertEquals(0, parse("").count());
    assertEquals(Optional.empty(), parse("").standIn("ada"));
  }

  @Test
  void standInIsAlwaysTheSameForAName() throws BadLineException {
    Users users = parse("ada:" + HASH + "\nbob:" + HASH);
    assertSame(users.standIn("eve").orElseThrow(), users.standIn("eve").orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({
    "ada, there is no colon",
    "ada:, the password is blank",
    "'ada:   ', the password is blank",
    ":HASH, the user name is empty",
    "ada:secret, the password is not hashed",
    "ok:HASH, this user stands on an earlier line",
    "ada:$5$AAAA$AAAA, the password is hashed in another way",
    "ada:$6$AAAA$AAAA, the hash has 3 bytes instead of 64",
    "ada:$6$$AAAA, the salt is empty",
    "ada:$argon2id$v=16$m=64$AAAA$AAAA, the password is not $argon2id$v=19$",
  })
  void badLineIsNamedByItsNumberOnly(String line, String reason) {
    String file = "# users\nok:" + HASH + "\n" + line.replace("HASH", HASH) + "\nx:" + HASH + "\n";
    var e = assertThrows(BadLineException.class, () -> parse(file));
    assertTrue(e.getMessage().startsWith("line 3: " + reason), e.getMessage());
    assertTrue(!e.getMessage().contains("ada") && !e.getMessage().contains("secret"));
  }

  @Test
  void nameMustBeUtf8() {
    byte[] file = ("a\n" + HASH).getBytes(StandardCharsets.UTF_8);
    file[0] = (byte) 0xFF;
    var e = assertThrows(BadLineException.class, () -> Users.parse(file));
    assertEquals("line 1: this is not UTF-8", e.getMessage());
  }

  /** Whatever is cut off a file that is still being written is an error or leaves whole lines. */
  @Test
  void cutLineIsNeverAUser() throws BadLineException {
    String line = "ada:" + HASH;
    for (int length = 1; length < line.length(); length++) {
      String cut = line.substring(0, length);
      assertThrows(BadLineException.class, () -> parse(cut), cut);
    }
  }

  private static Users parse(String text) throws BadLineException {
    return Users.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
