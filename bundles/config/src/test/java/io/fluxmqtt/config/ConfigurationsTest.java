package io.fluxmqtt.config;

import static io.fluxmqtt.api.admin.ConfigurationChange.deletion;
import static io.fluxmqtt.api.admin.ConfigurationChange.set;
import static io.fluxmqtt.api.admin.ConfigurationChange.unset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ChangeEffect;
import io.fluxmqtt.api.admin.ConfigurationChange;
import io.fluxmqtt.api.admin.ConfigurationEffect;
import io.fluxmqtt.api.admin.ConfigurationInfo;
import io.fluxmqtt.api.admin.ConfigurationKey;
import io.fluxmqtt.api.admin.ConfigurationProblem;
import io.fluxmqtt.api.admin.ConfigurationResult;
import io.fluxmqtt.api.admin.ConfigurationResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationsTest {
  private static final String ACCESS = "io.fluxmqtt.access";
  private static final String DEFAULT = "io.fluxmqtt.listener~default";
  private static final String STORE = "io.fluxmqtt.store";
  private static final String LAN = "io.fluxmqtt.listener~lan";

  @TempDir Path etc;
  private Given given;

  @BeforeEach
  void start() throws IOException {
    given = new Given(etc);
  }

  // --- describe ---

  @Test
  void everythingIsDescribedWithWhatTheFilesSay() throws IOException {
    List<ConfigurationInfo> all = given.configurations.describe();
    assertEquals(
        List.of(
            "io.fluxmqtt.access",
            "io.fluxmqtt.auth.file",
            "io.fluxmqtt.listener",
            DEFAULT,
            "io.fluxmqtt.store"),
        all.stream().map(ConfigurationInfo::pid).toList());
    assertTrue(all.get(2).isTemplate());
    assertNull(all.get(2).file());
    ConfigurationInfo listener = all.get(3);
    assertEquals("io.fluxmqtt.listener", listener.factoryPid());
    assertEquals("io.fluxmqtt.listener-default.cfg", listener.file());
    ConfigurationKey port = key(listener, "port");
    assertEquals("1883", port.value());
    assertEquals(ChangeEffect.MOVES_LISTENER, port.effect());
    assertFalse(key(listener, "host").isSet());
    assertEquals("127.0.0.1", key(listener, "host").fallback());
  }

  @Test
  void secretsAreNeverGivenOut() throws IOException {
    given.write("io.fluxmqtt.auth.file-x.cfg", ".token = planted\n.other = planted\nodd = 1\n");
    ConfigurationInfo info = info("io.fluxmqtt.auth.file~x");
    assertTrue(key(info, ".token").isSet());
    assertNull(key(info, ".token").value());
    assertEquals(List.of(".other", "odd"), names(info.unknownKeys()));
    assertNull(info.unknownKeys().get(0).value());
    assertFalse(given.configurations.describe().toString().contains("planted"));
    assertFalse(set("p", Map.of(".token", "planted")).toString().contains("planted"));
  }

  // --- check ---

  @Test
  void goodChangesHaveNoProblemAndChangeNothing() throws IOException {
    String before = given.files.read().stamp();
    assertEquals(List.of(), problems(set(DEFAULT, Map.of("port", "1884"))));
    assertEquals(before, given.files.read().stamp());
  }

  @Test
  void everyBadValueIsNamed() throws IOException {
    List<ConfigurationProblem> problems =
        problems(
            set(DEFAULT, Map.of("port", "x", "idle", "123456")), set(STORE, Map.of("bytes", "-")));
    assertEquals(
        List.of(
            DEFAULT + ": port=x is out of bounds; set 0 to 99999",
            DEFAULT + ": idle=123456 is out of bounds; set 0 to 99999",
            STORE + ": bytes=- is out of bounds; set 0 to 99999"),
        problems.stream().map(ConfigurationProblem::text).toList());
    assertEquals("idle", problems.get(1).key());
  }

  @Test
  void whatNobodyReadsIsRefused() throws IOException {
    assertProblem("check the spelling", set("io.fluxmqtt.sesion", Map.of("a", "1")));
    assertProblem("check the spelling", set(STORE, Map.of("bites", "1")));
    assertProblem("there may be several", set("io.fluxmqtt.listener", Map.of("port", "1")));
    assertProblem("there is only one", set(STORE + "~x", Map.of("bytes", "1")));
    assertProblem("names are letters", set("io.fluxmqtt.listener~../x", Map.of("port", "1")));
    assertProblem("cannot be deleted", deletion(LAN));
    assertProblem("a key is letters", set(STORE, Map.of("a\nb", "1")));
    assertProblem("holds ${", set(STORE, Map.of("engine", "${env:HOME}")));
    assertProblem("is of 70000 characters", set(STORE, Map.of("engine", "x".repeat(70_000))));
    assertEquals(List.of(), problems(set(STORE, Map.of("rule.x", "as an ACL has them"))));
  }

  @Test
  void twoListenersAtOneAddressAreRefused() throws IOException {
    assertProblem("port=1883 is that of listener default too", set(LAN, Map.of("port", "1883")));
    assertProblem(
        "is that of listener default too",
        set(LAN, Map.of("host", "0.0.0.0", "allowAnonymousRemote", "true")));
    assertEquals(List.of(), problems(set(LAN, Map.of("host", "127.0.0.2"))));
    assertEquals(
        List.of(),
        problems(set(LAN, Map.of("port", "1883")), set(DEFAULT, Map.of("port", "1884"))),
        "they change places");
    assertEquals(
        List.of(), problems(set(LAN, Map.of("port", "0")), set(DEFAULT, Map.of("port", "0"))));
  }

  @Test
  void authenticatorThatNobodyProvidesIsRefused() throws IOException {
    assertProblem("nobody provides file", set(ACCESS, Map.of("authenticators", "file, anonymous")));
    assertEquals(
        List.of(),
        problems(
            set(ACCESS, Map.of("authenticators", "file, anonymous")),
            set("io.fluxmqtt.auth.file~x", Map.of())),
        "it comes with the same changes");
    given.write("io.fluxmqtt.auth.file-x.cfg", "name = users\n");
    given.policies.add(new Container.Policy("authenticators", "users", false));
    given.write("io.fluxmqtt.access.cfg", "authenticators = users\n");
    assertProblem("nobody provides users", deletion("io.fluxmqtt.auth.file~x"));
    assertEquals(List.of(), problems(set(STORE, Map.of("bytes", "2"))));
  }

  @Test
  void listenerThatNamesWhatAccessDoesNotListIsRefused() throws IOException {
    assertProblem("does not list file", set(LAN, Map.of("port", "0", "authenticators", "file")));
  }

  @Test
  void anonymousClientsFromElsewhereAreRefusedUnlessThatIsWanted() throws IOException {
    assertProblem("reached from other machines", set(LAN, Map.of("port", "0", "host", "0.0.0.0")));
    assertProblem("reached from other", set(LAN, Map.of("port", "0", "proxyProtocol", "v2")));
    assertEquals(
        List.of(),
        problems(set(LAN, Map.of("port", "0", "host", "*", "allowAnonymousRemote", "true"))));
    given.write("io.fluxmqtt.listener-lan.cfg", "port = 0\nhost = *\nauthenticators = file\n");
    given.write("io.fluxmqtt.access.cfg", "authenticators = file, anonymous\n");
    given.policies.add(new Container.Policy("authenticators", "file", false));
    assertEquals(List.of(), problems(set(LAN, Map.of("idle", "7"))));
    assertProblem("reached from other machines", unset(LAN, Set.of("authenticators")));
  }

  @Test
  void effectSaysWhomAChangeDisturbs() throws IOException {
    List<ConfigurationEffect> effects =
        given
            .configurations
            .check(
                List.of(
                    set(DEFAULT, Map.of("idle", "7", "port", "1884")),
                    set(LAN, Map.of("port", "0")),
                    set(STORE, Map.of("engine", "memory", "bytes", "1")),
                    set(ACCESS, Map.of("authenticators", "anonymous"))))
            .effects();
    assertEquals(3, effects.size(), "access stays as it is");
    assertEquals(ChangeEffect.RESTARTS_LISTENER, effects.get(0).effect());
    assertEquals(List.of("idle", "port"), effects.get(0).keys());
    assertEquals(List.of("default"), effects.get(0).listeners());
    assertEquals(3, effects.get(0).clients());
    assertEquals("listener default restarts; 3 clients are disconnected", effects.get(0).text());
    assertEquals("listener lan opens; nobody is disconnected", effects.get(1).text());
    assertEquals("the broker restarts; 3 clients are disconnected", effects.get(2).text());
    assertEquals(List.of("engine"), effects.get(2).keys(), "bytes gets its default");
    assertEquals(
        "listener default closes; 3 clients are disconnected",
        given.configurations.check(List.of(deletion(DEFAULT))).effects().get(0).text());
  }

  @Test
  void twoChangesForOnePidAreAnError() {
    List<ConfigurationChange> twice =
        List.of(set(STORE, Map.of("bytes", "2")), unset(STORE, Set.of("bytes")));
    assertThrows(IllegalArgumentException.class, () -> given.configurations.check(twice));
    assertThrows(IllegalArgumentException.class, () -> apply(0, twice));
    assertThrows(IllegalArgumentException.class, () -> apply(601, List.of()));
  }

  // --- apply ---

  @Test
  void changesAreMadeTogetherAndCommentsStay() throws IOException {
    ConfigurationResult result =
        apply(
            5,
            List.of(
                set(DEFAULT, Map.of("port", "1884")),
                set(LAN, Map.of("port", "0")),
                unset(STORE, Set.of("engine"))));
    assertEquals(Outcome.APPLIED, result.outcome(), result::toString);
    assertEquals(List.of(), result.reasons());
    assertEquals("# where\nport = 1884\n", given.read("io.fluxmqtt.listener-default.cfg"));
    assertEquals("port = 0\n", given.read("io.fluxmqtt.listener-lan.cfg"));
    assertEquals("", given.read("io.fluxmqtt.store.cfg"));
    assertEquals(Outcome.APPLIED, apply(5, List.of(deletion(LAN), deletion(ACCESS))).outcome());
    assertFalse(Files.exists(etc.resolve("io.fluxmqtt.listener-lan.cfg")));
    assertEquals("# who\n", given.read("io.fluxmqtt.access.cfg"), "a PID has no more values");
  }

  @Test
  void oneBadChangeKeepsAllFromBeingMade() throws IOException {
    String before = given.files.read().stamp();
    ConfigurationResult result =
        apply(
            5,
            List.of(
                set(DEFAULT, Map.of("port", "1884")),
                set(LAN, Map.of("port", "0")),
                set(STORE, Map.of("bytes", "many"))));
    assertEquals(Outcome.REFUSED, result.outcome());
    assertEquals(
        List.of(STORE + ": bytes=many is out of bounds; set 0 to 99999"), result.reasons());
    assertEquals(before, given.files.read().stamp());
  }

  @Test
  void changesToWhatIsNotAsItWasSeenAreRefused() throws IOException {
    String stamp = given.configurations.check(List.of()).stamp();
    given.write("io.fluxmqtt.store.cfg", "engine = memory\n");
    ConfigurationResult result =
        join(
            given.configurations.apply(
                List.of(set(DEFAULT, Map.of("port", "1884"))), Optional.of(stamp), 5));
    assertEquals(Outcome.STALE, result.outcome());
    assertEquals("# where\nport = 1883\n", given.read("io.fluxmqtt.listener-default.cfg"));
    assertEquals(
        Outcome.APPLIED,
        join(given.configurations.apply(
                List.of(set(DEFAULT, Map.of("port", "1884"))),
                Optional.of(result.check().stamp()),
                5))
            .outcome());
  }

  @Test
  void whatTurnsRedIsTakenBack() throws IOException {
    String before = given.files.read().stamp();
    given.outages.add("it was red already");
    given.whenFollowed =
        () -> {
          given.outages.removeIf(line -> line.startsWith("listener"));
          if (Files.exists(etc.resolve("io.fluxmqtt.listener-lan.cfg"))) {
            given.outages.add("listener lan: port 7 is in use");
          }
        };
    ConfigurationResult result =
        apply(10, List.of(set(LAN, Map.of("port", "7")), set(DEFAULT, Map.of("port", "1884"))));
    assertEquals(Outcome.ROLLED_BACK, result.outcome());
    assertEquals(List.of("listener lan: port 7 is in use"), result.reasons());
    assertEquals(before, given.files.read().stamp());
    assertEquals(List.of("it was red already"), given.outages);
  }

  @Test
  void whatIsRedForAMomentOnlyIsNoReason() throws IOException {
    int[] pauses = {0};
    given.eachPause =
        () -> {
          given.outages.clear();
          if (++pauses[0] < 12) {
            given.outages.add("listener default: binding");
          }
        };
    assertEquals(
        Outcome.APPLIED, apply(10, List.of(set(DEFAULT, Map.of("port", "1884")))).outcome());
  }

  @Test
  void whatTurnsRedLateCountsUntilTheEnd() throws IOException {
    long end = given.nanos() + 9_000_000_000L;
    given.eachPause =
        () -> {
          if (given.nanos() - end > 0 && given.outages.isEmpty()) {
            given.outages.add("late");
          }
        };
    assertEquals(
        Outcome.ROLLED_BACK, apply(9, List.of(set(DEFAULT, Map.of("port", "1884")))).outcome());
  }

  @Test
  void brokerThatStartsAnewIsWaitedFor() throws IOException {
    int[] pauses = {0};
    given.eachPause = () -> given.brokerIsThere = ++pauses[0] < 5 || pauses[0] > 60;
    assertEquals(
        Outcome.APPLIED, apply(20, List.of(set(STORE, Map.of("engine", "memory")))).outcome());
    given.eachPause = () -> given.brokerIsThere = false;
    ConfigurationResult result = apply(60, List.of(set(STORE, Map.of("engine", "auto"))));
    assertEquals(List.of(VitalSigns.NO_BROKER), result.reasons());
    assertEquals("engine = memory\n", given.read("io.fluxmqtt.store.cfg"));
  }

  @Test
  void whatBringsTheBrokerBackIsNotTakenBackForWhatIsStillWrong() throws IOException {
    given.brokerIsThere = false;
    given.outages.add("authenticator x is missing");
    given.whenFollowed = () -> given.brokerIsThere = true;
    ConfigurationResult result = apply(5, List.of(set(STORE, Map.of("engine", "memory"))));
    assertEquals(Outcome.APPLIED, result.outcome());
    assertEquals(List.of("authenticator x is missing"), result.reasons());
  }

  @Test
  void withoutATimeNothingIsTakenBackAndWhatIsWrongIsSaid() throws IOException {
    given.whenFollowed = () -> given.outages.add("listener default: port 1884 is in use");
    given.problems.add("was there before");
    ConfigurationResult result = apply(0, List.of(set(DEFAULT, Map.of("port", "1884"))));
    assertEquals(Outcome.APPLIED, result.outcome());
    assertEquals(List.of("listener default: port 1884 is in use"), result.reasons());
  }

  @Test
  void whatNobodyFollowsIsTakenBack() throws IOException {
    String before = given.files.read().stamp();
    given.follows = false;
    ConfigurationResult result = apply(5, List.of(set(DEFAULT, Map.of("port", "1884"))));
    assertEquals(Outcome.ROLLED_BACK, result.outcome());
    assertTrue(result.reasons().get(0).contains("does it watch etc"), result::toString);
    assertEquals(before, given.files.read().stamp());
  }

  @Test
  void whatSomebodyElseHasChangedMeanwhileIsLeftSo() throws IOException {
    given.whenFollowed =
        () -> {
          given.outages.add("red");
          given.whenFollowed = () -> {};
          try {
            given.write("io.fluxmqtt.store.cfg", "engine = mine\n");
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        };
    ConfigurationResult result =
        apply(
            5,
            List.of(set(DEFAULT, Map.of("port", "1884")), set(STORE, Map.of("engine", "memory"))));
    assertEquals(Outcome.ROLLED_BACK, result.outcome());
    assertTrue(result.reasons().toString().contains("store.cfg was changed by somebody else"));
    assertEquals("engine = mine\n", given.read("io.fluxmqtt.store.cfg"));
    assertEquals("# where\nport = 1883\n", given.read("io.fluxmqtt.listener-default.cfg"));
  }

  @Test
  void onlyOneTransactionRunsAtATime() throws IOException {
    Outcome[] second = new Outcome[1];
    given.whenFollowed =
        () -> second[0] = apply(0, List.of(set(STORE, Map.of("bytes", "2")))).outcome();
    assertEquals(
        Outcome.APPLIED, apply(0, List.of(set(DEFAULT, Map.of("port", "1884")))).outcome());
    assertEquals(Outcome.BUSY, second[0]);
    given.whenFollowed = () -> {};
    assertEquals(Outcome.APPLIED, apply(0, List.of(set(STORE, Map.of("bytes", "2")))).outcome());
  }

  @Test
  void changesThatChangeNothingWriteNothing() throws IOException {
    given.follows = false;
    assertEquals(
        Outcome.APPLIED, apply(5, List.of(set(DEFAULT, Map.of("port", "1883")))).outcome());
  }

  // --- help ---

  private ConfigurationResult apply(int seconds, List<ConfigurationChange> changes) {
    return join(given.configurations.apply(changes, Optional.empty(), seconds));
  }

  private static ConfigurationResult join(CompletionStage<ConfigurationResult> result) {
    return result.toCompletableFuture().join();
  }

  private List<ConfigurationProblem> problems(ConfigurationChange... changes) throws IOException {
    return given.configurations.check(List.of(changes)).problems();
  }

  private void assertProblem(String part, ConfigurationChange change) throws IOException {
    List<ConfigurationProblem> problems = problems(change);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.get(0).text().contains(part), problems::toString);
  }

  private ConfigurationInfo info(String pid) throws IOException {
    return given.configurations.describe().stream()
        .filter(each -> each.pid().equals(pid))
        .findFirst()
        .orElseThrow();
  }

  private static ConfigurationKey key(ConfigurationInfo info, String name) {
    return info.keys().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<String> names(List<ConfigurationKey> keys) {
    return keys.stream().map(ConfigurationKey::name).toList();
  }
}
