package io.fluxmqtt.auth.scram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UsersTest {
  private static final Mechanism SHA_256 = Mechanism.SCRAM_SHA_256;
  private static final Mechanism SHA_512 = Mechanism.SCRAM_SHA_512;
  private static final byte[] SECRET = {9};

  private static Users users(String... lines) throws BadLineException {
    return Users.parse(Given.bytes(String.join("\n", lines)));
  }

  private static String refusal(String text) {
    return assertThrows(BadLineException.class, () -> Users.parse(Given.bytes(text))).getMessage();
  }

  @Test
  void userIsFoundByNameAndMechanism() throws BadLineException {
    Users users = users(Given.line("ann", SHA_256), Given.line("bob", SHA_512));
    assertEquals(2, users.count());
    assertEquals("ann", users.find(SHA_256, "ann").orElseThrow().user());
    assertTrue(users.find(SHA_512, "ann").isEmpty());
    assertTrue(users.find(SHA_256, "bob").isEmpty());
  }

  @Test
  void markCommentsBlankLinesAndCarriageReturnsAreFine() throws BadLineException {
    String file = "\uFEFF# users\r\n\r\n" + Given.line("ann", SHA_256) + "\r\n \n";
    assertEquals(1, Users.parse(Given.bytes(file)).count());
    assertEquals(0, Users.parse(new byte[0]).count());
    assertEquals(1, Users.parse(Given.bytes(Given.line("#x".substring(1), SHA_256))).count());
  }

  @Test
  void badLineRefusesTheFileAndIsNamed() {
    String good = Given.line("ann", SHA_256);
    assertTrue(refusal(good + "\nbob:secret").startsWith("line 2: "));
    assertTrue(refusal("\n#\n" + good + "\n" + good).startsWith("line 4: this user stands"));
    BadLineException noText =
        assertThrows(BadLineException.class, () -> Users.parse(new byte[] {'\n', (byte) 0xFF}));
    assertEquals("line 2: this is not UTF-8", noText.getMessage());
  }

  @Test
  void standInsTakeAfterThoseThatAreThere() throws BadLineException {
    Users users =
        users(
            ScramLine.of("a", "x", SHA_256, 4_096, new byte[8]).toText(),
            ScramLine.of("b", "x", SHA_256, 5_000, new byte[100]).toText());
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      ScramLine standIn = users.standIn(SHA_256, "u" + i, SECRET);
      seen.add(standIn.iterations() + " " + standIn.saltBytes());
      assertEquals(SHA_256, standIn.mechanism());
    }
    assertEquals(Set.of("4096 8", "5000 100"), seen);
  }

  @Test
  void standInDependsOnNameAndSecretAndNothingElse() throws BadLineException {
    Users users = users(ScramLine.of("a", "x", SHA_256, 4_096, new byte[100]).toText());
    String salt = users.standIn(SHA_256, "eve", SECRET).salt();
    assertEquals(
        salt,
        users("# again", ScramLine.of("b", "x", SHA_256, 4_096, new byte[100]).toText())
            .standIn(SHA_256, "eve", SECRET)
            .salt());
    assertNotEquals(salt, users.standIn(SHA_256, "eva", SECRET).salt());
    assertNotEquals(salt, users.standIn(SHA_256, "eve", new byte[] {8}).salt());
    assertNotEquals(salt.substring(0, 40), salt.substring(88, 128), "no part is repeated");
  }

  @Test
  void withoutUsersStandInsAreAsTheToolMakesThem() throws BadLineException {
    ScramLine standIn = users("").standIn(SHA_512, "eve", SECRET);
    assertEquals(4_096, standIn.iterations());
    assertEquals(16, standIn.saltBytes());
    assertEquals(64, standIn.serverSignature(new byte[0]).length);
  }

  @Test
  void groupsAreReadAndBadOnesRefused() throws BadLineException {
    Groups groups = Groups.parse(Given.bytes("# c\nops: ann , bob,\n ops :cy\nall:ann\nnone:\n"));
    assertEquals(Set.of("ops", "all"), groups.of("ann"));
    assertEquals(Set.of("ops"), groups.of("cy"));
    assertEquals(Set.of(), groups.of("eve"));
    assertEquals(3, groups.count());
    for (String bad : new String[] {"ops", ":ann", " : ann", "ops: a\u0007"}) {
      assertThrows(BadLineException.class, () -> Groups.parse(Given.bytes(bad)), bad);
    }
  }
}
