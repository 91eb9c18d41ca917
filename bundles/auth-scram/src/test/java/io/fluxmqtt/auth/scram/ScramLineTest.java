package io.fluxmqtt.auth.scram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramLineTest {
  private static final Mechanism SHA_256 = Mechanism.SCRAM_SHA_256;

  /** The keys follow from the example of RFC 7677; the form is that of PostgreSQL. */
  private static final String PENCIL =
      ":SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
          + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

  private static String refusal(String line) {
    return assertThrows(IllegalArgumentException.class, () -> ScramLine.parse(line)).getMessage();
  }

  @Test
  void lineIsThatOfPostgresWithTheUserInFront() {
    byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    assertEquals("user" + PENCIL, ScramLine.of("user", "pencil", SHA_256, 4096, salt).toText());
  }

  @ParameterizedTest
  @EnumSource(Mechanism.class)
  void lineReadsAsItWasWritten(Mechanism mechanism) {
    for (String user : new String[] {"ann", "a:b", "a:SCRAM-SHA-256$4096:x", "a, b=c"}) {
      ScramLine line = ScramLine.of(user, "pencil", mechanism, 5_000);
      ScramLine read = ScramLine.parse(line.toText());
      assertTrue(read.isSameAs(line));
      assertEquals(user, read.user());
      assertEquals(mechanism, read.mechanism());
      assertEquals(5_000, read.iterations());
      assertEquals(16, read.saltBytes());
    }
  }

  @Test
  void saltIsAnotherOneEachTime() {
    ScramLine one = ScramLine.of("u", "p", SHA_256, 4096);
    assertNotEquals(one.salt(), ScramLine.of("u", "p", SHA_256, 4096).salt());
    assertFalse(one.isSameAs(ScramLine.of("u", "p", SHA_256, 4096)));
  }

  @Test
  void nothingSecretIsPrinted() {
    ScramLine line = ScramLine.of("user", "pencil", SHA_256, 4096);
    assertEquals("ScramLine[SCRAM-SHA-256, 4096 iterations]", line.toString());
  }

  @ParameterizedTest
  @CsvSource({"'', p", "u, ''", "u\u0007u, p", "u, p\u0007p", "#u, p", "\u00AD, p"})
  void userOrPasswordThatCannotBeUsedIsRefused(String user, String password) {
    assertThrows(IllegalArgumentException.class, () -> ScramLine.of(user, password, SHA_256, 4096));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 4095, 10_000_001})
  void iterationsOutOfBoundsAreRefused(int iterations) {
    assertThrows(IllegalArgumentException.class, () -> ScramLine.of("u", "p", SHA_256, iterations));
    assertTrue(
        refusal("u" + PENCIL.replace("$4096:", "$" + iterations + ":"))
            .contains("4096 to 10000000"));
  }

  @Test
  void otherLinesAreRefusedWithTheReason() {
    assertTrue(refusal("user").contains("user:SCRAM-SHA-256"));
    assertTrue(refusal("user:password").contains("user:SCRAM-SHA-256"));
    assertTrue(refusal(PENCIL).contains("user name"));
    assertTrue(refusal("u\u0007" + PENCIL).contains("SASLprep"));
    assertTrue(refusal("u" + PENCIL + ":").contains("user:SCRAM-SHA-256"));
    assertTrue(refusal("u" + PENCIL.replace("SHA-256", "SHA-1")).contains("neither"));
    assertTrue(refusal("u" + PENCIL.replace("SHA-256", "SHA-512")).contains("instead of 64"));
    assertTrue(refusal("u" + PENCIL.replace("4096", "04096")).contains("written"));
    assertTrue(refusal("u" + PENCIL.replace("4096", "x")).contains("iterations"));
    assertTrue(refusal("u" + PENCIL.replace("W22", "*22")).contains("the salt is not Base64"));
    assertTrue(refusal("u" + PENCIL.replace("WG5d", "")).contains("StoredKey has 29 bytes"));
    assertTrue(refusal("u" + PENCIL.replace("wfPL", "")).contains("ServerKey has 29 bytes"));
    assertTrue(refusal("u" + PENCIL.replace("gQ==", "gR==")).contains("written"));
    assertTrue(refusal("u" + PENCIL.replace("gQ==", "gQ")).contains("written"));
  }

  @Test
  void saltOfAnOddLengthIsRefused() {
    for (int bytes : new int[] {0, 7, 129}) {
      String salt = Base64.getEncoder().encodeToString(new byte[bytes]);
      String line = "u" + PENCIL.replace("W22ZaJ0SNY7soEsUEjb6gQ==", salt);
      assertTrue(refusal(line).contains("the salt has " + bytes + " bytes"));
    }
    for (int bytes : new int[] {8, 128}) {
      String salt = Base64.getEncoder().encodeToString(new byte[bytes]);
      ScramLine.parse("u" + PENCIL.replace("W22ZaJ0SNY7soEsUEjb6gQ==", salt));
    }
  }
}
