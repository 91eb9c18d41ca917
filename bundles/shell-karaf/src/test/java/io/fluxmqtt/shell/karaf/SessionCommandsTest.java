package io.fluxmqtt.shell.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code mqtt:session-list} and {@code mqtt:session-purge} on a fake broker. */
class SessionCommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final FakeKaraf karaf = new FakeKaraf(broker);
  private final SessionListCommand list = new SessionListCommand();
  private final SessionPurgeCommand purge = new SessionPurgeCommand();

  @BeforeEach
  void someSessions() {
    broker.client("meter-1", null, true);
    broker.client("lamp", null, false);
    broker.session("lamp", 90L, 1);
    broker.session("meter-1", null, 0);
    broker.session("meter-2", 3_700L, 4);
  }

  @Test
  void listShowsWhatEachSessionHolds() throws Exception {
    List<String> lines = karaf.run(list).lines().toList();
    assertEquals(5, lines.size());
    assertEquals(
        "Client,Connected,Durable,Subscriptions,Queued,Bytes,In flight,Away,Ends in,Will in",
        String.join(",", cells(lines.get(0))));
    assertEquals("lamp,no,yes,2,1,70,3,1m 30s,2h 0m,1m 30s", String.join(",", cells(lines.get(2))));
    assertEquals("meter-1,yes,yes,2,0,0,3,-,-,-", String.join(",", cells(lines.get(3))));
    assertEquals(
        "meter-2,no,yes,2,4,280,3,1h 1m,2h 0m,1m 30s", String.join(",", cells(lines.get(4))));
  }

  private static List<String> cells(String line) {
    return List.of(line.strip().split("\\s*\\|\\s*"));
  }

  @Test
  void scriptsGetSeconds() throws Exception {
    list.noFormat = true;
    list.pattern = "lamp";
    assertEquals("lamp,no,yes,2,1,70,3,90,7200,90", values(karaf.run(list)));
  }

  /** Of the one line for a script. */
  private static String values(String shown) {
    return String.join(",", shown.strip().split(" *\t *"));
  }

  @Test
  void sessionThatNeverEndsSaysSo() throws Exception {
    broker.sessions.add(
        new io.fluxmqtt.api.admin.SessionInfo("ever", false, true, 0, 0, 0, 0, 1L, null, null));
    list.noFormat = true;
    list.pattern = "ever";
    assertEquals("ever,no,yes,0,0,0,0,1,never,-", values(karaf.run(list)));
  }

  @Test
  void listIsNarrowedByWhatIsAskedFor() throws Exception {
    list.connected = true;
    assertEquals(List.of("meter-1"), listed());
    list.connected = false;
    list.disconnected = true;
    assertEquals(List.of("lamp", "meter-2"), listed());
    list.disconnected = false;
    list.disconnectedFor = "1h";
    assertEquals(List.of("meter-2"), listed());
    list.disconnectedFor = "3700s";
    assertEquals(List.of("meter-2"), listed());
    list.disconnectedFor = "3701s";
    assertEquals(List.of(), listed());
    list.disconnectedFor = null;
    list.queued = true;
    assertEquals(List.of("lamp", "meter-2"), listed());
    list.pattern = "meter*";
    assertEquals(List.of("meter-2"), listed());
    list.queued = false;
    assertEquals(List.of("meter-1", "meter-2"), listed());
  }

  @Test
  void emptyListSaysSo() throws Exception {
    list.pattern = "ghost";
    assertTrue(karaf.run(list).contains("No such sessions"));
  }

  @Test
  void listRefusesWhatMakesNoSense() {
    list.connected = true;
    list.disconnected = true;
    assertEquals("--connected excludes --disconnected: leave out one of them", failure(list));
    list.disconnected = false;
    list.disconnectedFor = "1h";
    assertEquals("--connected excludes --disconnected: leave out one of them", failure(list));
    list.connected = false;
    list.disconnectedFor = "soon";
    assertEquals(
        "--disconnected-for soon is no duration: a number of seconds, minutes, hours, days or"
            + " weeks, such as 30s, 10m, 12h, 7d or 4w",
        failure(list));
  }

  @Test
  void purgeAsksAndThenEndsTheSession() throws Exception {
    purge.clientId = "lamp";
    karaf.answer = "yes";
    assertEquals("Purged the session of client lamp", karaf.run(purge).strip());
    assertEquals(
        List.of("End the session of client lamp (away, 4 messages wait)? (yes/no): "),
        karaf.questions);
    assertEquals(List.of("lamp"), broker.purged);
  }

  @Test
  void purgeDoesNothingUnlessTheUserMeansIt() throws Exception {
    purge.clientId = "meter-1";
    karaf.answer = "y";
    assertEquals("Nothing was purged", karaf.run(purge).strip());
    assertEquals(
        List.of("End the session of client meter-1 (connected, 4 messages wait)? (yes/no): "),
        karaf.questions);
    purge.disconnectedFor = "1s";
    purge.clientId = null;
    assertEquals("Nothing was purged", again(purge, "no"));
    assertEquals(List.of(), broker.purged);
  }

  @Test
  void purgeWithoutTerminalNeedsYes() throws Exception {
    purge.clientId = "lamp";
    assertEquals(
        "Nothing was done, since nobody can be asked here; --yes does it without asking",
        failure(purge));
    assertEquals(List.of(), broker.purged);
    purge.yes = true;
    assertEquals("Purged the session of client lamp", new FakeKaraf(broker).run(purge).strip());
  }

  @Test
  void purgeOfUnknownClientFailsClearly() {
    purge.clientId = "ghost";
    purge.yes = true;
    String unknown = "No session of client ghost; mqtt:client-list lists them";
    assertEquals(unknown, failure(purge));
    broker.client("ghost", null, false);
    broker.back.add("ghost"); // it ended between the question and the answer
    assertEquals(unknown, failure(purge));
  }

  @Test
  void purgeNeedsToKnowWhat() {
    assertEquals("Name a client, or --disconnected-for and how long", failure(purge));
  }

  @Test
  void purgeOfManySparesWhoIsConnectedOrNotAwayForSoLong() throws Exception {
    purge.disconnectedFor = "2m";
    karaf.answer = "yes";
    assertEquals("Purged 1 session", karaf.run(purge).strip());
    assertEquals(
        List.of("End 1 session away for 2m and more (4 messages wait)? (yes/no): "),
        karaf.questions);
    assertEquals(List.of("meter-2 if away for 120"), broker.purged);
  }

  @Test
  void purgeOfManyTellsWhoWasSpared() throws Exception {
    purge.disconnectedFor = "1m";
    broker.back.add("lamp");
    karaf.answer = "yes";
    assertEquals("Purged 1 session; 1 came back or ended meanwhile", karaf.run(purge).strip());
    assertEquals(
        List.of("End 2 sessions away for 1m and more (5 messages wait)? (yes/no): "),
        karaf.questions);
  }

  @Test
  void purgeOfManyTakesAPattern() throws Exception {
    purge.disconnectedFor = "1s";
    purge.clientId = "l?mp";
    karaf.answer = "YES";
    assertEquals("Purged 1 session", karaf.run(purge).strip());
    assertEquals(List.of("lamp if away for 1"), broker.purged);
    assertEquals(
        List.of("End 1 session away for 1s and more (1 message waits)? (yes/no): "),
        karaf.questions);
    purge.disconnectedFor = "1h";
    assertEquals("No such session is away for 1h", again(purge, "yes"));
  }

  @Test
  void purgeOfVeryManyLeavesNobodyOut() throws Exception {
    int many = 2 * SessionPurgeCommand.AT_A_TIME + 1;
    broker.sessions.clear();
    IntStream.range(0, many).forEach(i -> broker.session("c" + i, 10L, 0));
    purge.disconnectedFor = "10s";
    purge.yes = true;
    assertEquals("Purged " + many + " sessions", karaf.run(purge).strip());
    assertEquals(many, broker.purged.stream().distinct().count());
  }

  @Test
  void storeThatCannotRemoveThemIsTold() {
    purge.disconnectedFor = "1s";
    purge.yes = true;
    broker.refusal = new IOException("the disk is full");
    assertEquals("The broker failed to answer: the disk is full", failure(purge));
  }

  @Test
  void hostileClientIdIsShownEscaped() throws Exception {
    broker.session("a\u001b[2Jb", 90L, 1);
    String shown = karaf.run(list);
    assertTrue(shown.contains("a\\u001b[2Jb"), shown);
    assertFalse(shown.contains("\u001b[2J"), shown);
  }

  private List<String> listed() throws Exception {
    list.noFormat = true;
    return new FakeKaraf(broker)
        .run(list)
        .lines()
        .map(line -> line.split("\t")[0].strip())
        .toList();
  }

  private String again(ServiceCommand<?> command, String answer) throws Exception {
    FakeKaraf other = new FakeKaraf(broker);
    other.answer = answer;
    return other.run(command).strip();
  }

  private String failure(ServiceCommand<?> command) {
    return assertThrows(IllegalStateException.class, () -> karaf.run(command)).getMessage();
  }
}
