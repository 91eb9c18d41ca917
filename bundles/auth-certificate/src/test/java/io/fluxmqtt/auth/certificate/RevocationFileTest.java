package io.fluxmqtt.auth.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationFileTest {
  @TempDir Path folder;
  private Pki pki;
  private Path lists;
  private RevocationFile.Place place;

  @BeforeEach
  void setUp() throws Exception {
    pki = new Pki(folder.resolve("root"), "Root");
    lists = folder.resolve("plant.crl");
    place = new RevocationFile.Place(lists, pki.authority());
    Files.write(lists, pki.list());
  }

  @Test
  void changedFileIsReadOnceItLooksTheSameTwice() throws Exception {
    RevocationFile file = file();
    assertEquals(0, count(file));
    pki.revoke(pki.issue("/CN=x"));
    Files.write(lists, pki.list());
    file.poll();
    assertEquals(0, count(file));
    file.poll();
    assertEquals(1, count(file));
    RevocationLists read = file.lists().orElseThrow();
    file.poll();
    file.poll();
    assertSame(read, file.lists().orElseThrow());
  }

  @Test
  void changedAuthoritiesAreReadToo() throws Exception {
    RevocationFile file = file();
    RevocationLists first = file.lists().orElseThrow();
    byte[] authority = Files.readAllBytes(pki.authority());
    Files.writeString(pki.authority(), "nobody");
    file.poll();
    file.poll();
    assertSame(first, file.lists().orElseThrow(), "the old lists stay");
    Files.write(pki.authority(), authority);
    file.poll();
    file.poll();
    assertTrue(first != file.lists().orElseThrow());
  }

  @Test
  void badFileLeavesTheOldListsAndIsTriedAgain() throws Exception {
    RevocationFile file = file();
    pki.revoke(pki.issue("/CN=x"));
    byte[] good = pki.list();
    Files.write(lists, java.util.Arrays.copyOf(good, good.length / 2));
    file.poll();
    file.poll();
    assertEquals(0, count(file));
    Files.delete(lists);
    file.poll();
    file.poll();
    assertEquals(0, count(file));
    Files.write(lists, good);
    file.poll();
    file.poll();
    assertEquals(1, count(file));
  }

  @Test
  void untilThereWasAGoodFileThereAreNoLists() throws Exception {
    byte[] good = Files.readAllBytes(lists);
    Files.delete(lists);
    RevocationFile file = file();
    assertTrue(file.lists().isEmpty());
    file.poll();
    assertTrue(file.lists().isEmpty());
    Files.write(lists, good);
    file.poll();
    file.poll();
    assertEquals(0, count(file));
  }

  @Test
  void anotherFileIsReadAtOnce() throws Exception {
    RevocationFile file = file();
    pki.revoke(pki.issue("/CN=x"));
    Path other = folder.resolve("other.crl");
    Files.write(other, pki.list());
    file.turnTo(new RevocationFile.Place(other, pki.authority()));
    assertEquals(1, count(file));
  }

  private RevocationFile file() {
    return new RevocationFile("pid", Clock.systemUTC(), place);
  }

  private static int count(RevocationFile file) {
    return file.lists().orElseThrow().count();
  }
}
