package io.fluxmqtt.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Pbkdf2HashTest {
  private static final String SALT = "EKG2DhG3ytlyctCc";
  private static final String HASH =
      "vegt1OgP1C88QnlwOeXQTY4iYlXTpjx42J5EGFG3qY90qJ0jkQVnNvHpVMPKQQj69Kpbw/YHw0e6tiw4Mu/oxw==";

  /** Hashes made by mosquitto_passwd 2.0.11. */
  @ParameterizedTest
  @CsvSource({
    "secret, $7$101$EKG2DhG3ytlyctCc$vegt1OgP1C88QnlwOeXQTY4iYlXTpjx42J5EGFG3qY90qJ0jkQVnNvHpVMPKQQj69Kpbw/YHw0e6tiw4Mu/oxw==",
    "pässwörd€, $7$101$VMO6ROco0C0xplqz$oyaERrTkEfj30aWgOqA0PaDJN3Z9G5LH2HERjrIeQ9tC+fUDrzA7J+FOpiIPvVupEcfJZTJNwJXLPO6gTn92qg==",
    "'', $7$101$4P4d0G/sCWhsHORk$yg/41XHkUwTcU+ysLksTeXLLrkirWwCflUTfVCRYbhcxTfBEUyJ9OEf7wCLfzBFPGrUOSP94OtbOfBKXUlLGVw==",
  })
  void mosquittosHashesFit(String password, String text) {
    assertOnlyFits(text, password.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void passwordIsBytesNotCharacters() {
    assertOnlyFits(
        "$7$101$+jLpXXUF7SeRP3+B$hI17W0LXNxgv3/N7s0nBzUcjrjAJY7+hMa4sUgUt4KGMjarAjshjnT1peb2g8nh"
            + "/nH+Hc9ewNjkmXNRWcq/Kgw==",
        HexFormat.of().parseHex("fffe01802078"));
  }

  @Test
  void passwordLongerThanABlockFits() {
    assertOnlyFits(
        "$7$101$pSE26Dnk4jE6tMIl$OG4qFpiwrxjd7FNP8/HqFZeZPAC9t9mkADieVBHdjUoaNKsCyKIJZLjUm8rCo9u"
            + "HlEegzOxLaY9BjhA/jKXqKg==",
        "x".repeat(200).getBytes(StandardCharsets.UTF_8));
  }

  /** Made by Python's hashlib: what mosquitto 2.1 writes, the shortest of all, and a NUL inside. */
  @Test
  void otherSaltsAndIterationsFit() {
    assertOnlyFits(
        "$7$1000$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo"
            + "7PD0+Pw==$djYVMTordRL8tYO8HQ1PMSJ4K2Hcubzw5ksrV3XJnNCqOCzC3R2mIJzKs3WYZKvnZaBKSb/59"
            + "n+RBMTZ5zz72g==",
        "pässwörd€".getBytes(StandardCharsets.UTF_8));
    assertOnlyFits(
        "$7$1$cw==$cB2BVg5T2fv2/218qES5+cayEeSNmchx4oyTXtnpCiNY4djOW6b5FSNN1/MkYxZ0aMyItuG79MUhwt"
            + "pMv9K5Vw==",
        "x".getBytes(StandardCharsets.UTF_8));
    assertOnlyFits(
        "$7$101$c2FsdHNhbHRzYWx0$xstcTZjj7YpqX0KOCEEQtyRvMAPu+SnHBJfki2rnD2j29105T067PkOfIdac0NY"
            + "UY8spLAhNVF0oRLg12zgA5Q==",
        HexFormat.of().parseHex("610062ff"));
  }

  @Test
  void createdHashIsReadBack() {
    byte[] password = {0, (byte) 0xFF, 7};
    for (int saltBytes : new int[] {1, 12, 64}) {
      Pbkdf2Hash created = Pbkdf2Hash.create(password, 3, saltBytes);
      assertTrue(created.toText().startsWith("$7$3$"));
      assertOnlyFits(created.toText(), password);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret",
        "secret$7$",
        "$",
        "$7$",
        "$7$101",
        "$7$101$" + SALT,
        "$7$101$" + SALT + "$",
        "$7$101$$" + HASH,
        "$7$0$" + SALT + "$" + HASH,
        "$7$-1$" + SALT + "$" + HASH,
        "$7$10000001$" + SALT + "$" + HASH,
        "$7$99999999999$" + SALT + "$" + HASH,
        "$7$x$" + SALT + "$" + HASH,
        "$7$101$!!!!$" + HASH,
        "$7$101$" + SALT + "$AAAA",
        "$7$101$" + SALT + "$" + HASH + "$",
        "$7$101$" + SALT + "$" + HASH + "AAAA",
        "$6$" + SALT + "$" + HASH,
        "$argon2id$v=19$m=47104,t=1,p=1$AAAA$AAAA",
      })
  void badTextIsRefusedWithoutQuotingIt(String text) {
    var e = assertThrows(IllegalArgumentException.class, () -> Pbkdf2Hash.parse(text));
    assertFalse(text.length() > 3 && e.getMessage().contains(text), e.getMessage());
    assertFalse(e.getMessage().contains("secret") || e.getMessage().contains(SALT));
  }

  @Test
  void interruptEndsALongHash() {
    Pbkdf2Hash costly =
        Pbkdf2Hash.parse("$7$" + Pbkdf2Hash.ITERATIONS_MAX + "$" + SALT + "$" + HASH);
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> costly.verify(new byte[1]));
    assertTrue(Thread.interrupted());
  }

  @Test
  void hashStaysOutOfLogs() {
    assertEquals(
        "Pbkdf2Hash[101 iterations]", Pbkdf2Hash.parse("$7$101$" + SALT + "$" + HASH).toString());
  }

  private static void assertOnlyFits(String text, byte[] password) {
    Pbkdf2Hash hash = Pbkdf2Hash.parse(text);
    assertEquals(text, hash.toText());
    assertTrue(hash.verify(password));
    byte[] longer = Arrays.copyOf(password, password.length + 1);
    longer[password.length] = 'x';
    assertFalse(hash.verify(longer));
    if (password.length > 0) {
      byte[] other = password.clone();
      other[0] ^= 1;
      assertFalse(hash.verify(other));
      assertFalse(hash.verify(new byte[0]));
    }
  }
}
