package io.fluxmqtt.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtherHashesTest {
  /** SHA-512 by Python's hashlib; Argon2 as its reference implementation tests itself. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "secret $6$AAECAwQFBgcICQoL$JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw==",
        "pässwörd€ $6$c2FsdHktc2FsdC0x$OiL0gN//YiwKK7mv1f8amlu9R343OpJ7+QIADQmyjcRx2eGQMc5ga4aX9MMGWT1DelJAoDI70tHetL4T04T5Ew==",
        "password $argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "password $argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
      })
  void hashFitsItsPasswordOnly(String password, String text) {
    PasswordHash hash = PasswordHash.parse(text);
    assertEquals(text, hash.toText());
    assertTrue(hash.verify(password.getBytes(StandardCharsets.UTF_8)));
    assertFalse(hash.verify((password + "x").getBytes(StandardCharsets.UTF_8)));
    assertFalse(hash.verify(new byte[0]));
    assertFalse(hash.toString().contains("$"), hash.toString());
  }

  @Test
  void newArgon2HashIsAsMosquittoWritesItAndReadBack() {
    byte[] password = {0, (byte) 0xFF, 7};
    Argon2Hash created = Argon2Hash.create(password, new Argon2Hash.Cost(64, 1, 2));
    assertTrue(created.toText().startsWith("$argon2id$v=19$m=64,t=1,p=2$"), created.toText());
    assertTrue(PasswordHash.parse(created.toText()).verify(password));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "m=7,t=1,p=1",
        "m=1048577,t=1,p=1",
        "m=99999999,t=1,p=1",
        "m=64,t=1001,p=1",
        "m=64,t=1,p=9",
        "m=0,t=1,p=1",
        "m=64,t=1,p=1,x=2",
        "t=1,m=64,p=1"
      })
  void costThatWouldHurtOrIsNoneIsRefused(String cost) {
    String text =
        "$argon2id$v=19$" + cost + "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    assertThrows(IllegalArgumentException.class, () -> PasswordHash.parse(text));
  }

  @Test
  void strongerIsWhatIsHarderToGuess() {
    byte[] password = {1};
    HashMaker pbkdf2 = new HashMaker(HashMaker.Kind.PBKDF2, 10);
    HashMaker argon2 = new HashMaker(HashMaker.Kind.ARGON2ID, 10);
    PasswordHash sha512 =
        PasswordHash.parse(
            "$6$AAECAwQFBgcICQoL$JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw==");
    PasswordHash little = Argon2Hash.create(password, new Argon2Hash.Cost(8, 1, 1));
    assertTrue(pbkdf2.isStrongerThan(sha512));
    assertTrue(pbkdf2.isStrongerThan(Pbkdf2Hash.create(password, 9, 12)));
    assertFalse(pbkdf2.isStrongerThan(Pbkdf2Hash.create(password, 10, 12)));
    assertFalse(pbkdf2.isStrongerThan(little));
    assertTrue(argon2.isStrongerThan(sha512));
    assertTrue(argon2.isStrongerThan(Pbkdf2Hash.create(password, 1000, 12)));
    assertTrue(argon2.isStrongerThan(little));
    assertEquals(10, ((Pbkdf2Hash) pbkdf2.make(password)).iterations());
  }
}
