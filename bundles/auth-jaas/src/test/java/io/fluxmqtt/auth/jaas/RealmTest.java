package io.fluxmqtt.auth.jaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealmTest {
  private static final Authentication ABSTAINED = new Authentication.Abstained();
  private static final Authentication WRONG =
      new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
  private static final Authentication UNAVAILABLE =
      new Authentication.Rejected(ReasonCode.SERVER_UNAVAILABLE);
  private static final PrincipalKinds USERS = new PrincipalKinds(List.of("*UserPrincipal"));
  private static final PrincipalKinds ROLES = new PrincipalKinds(List.of("*RolePrincipal"));

  @TempDir Path folder;
  private final Seldom seldom = new Seldom(System::nanoTime);

  @BeforeEach
  void setUp() throws IOException {
    TestModule.EVENTS.clear();
    write("plant");
  }

  @Test
  void rightPasswordIsAcceptedWithTheRolesAsGroups() {
    assertEquals(accepted("eve", "sensors"), login("eve", "secret"));
    assertEquals(WRONG, login("eve", "Secret"));
  }

  @Test
  void realmSaysWhatTheUserNameIs() {
    assertEquals(accepted("ann", "sensors"), login("Ann", "secret"));
    assertEquals(accepted("bob", "sensors"), login("bob", "secret"), "the one that it sent");
    assertEquals(accepted("nobody", "sensors"), login("nobody", "secret"), "an empty one is none");
    assertEquals(UNAVAILABLE, login("two", "secret"), "neither was sent");
  }

  @Test
  void groupsAreOfTheConfiguredClassesAndBearThePrefix() {
    String label = TestModule.TestLabel.class.getName();
    Realm realm = realm(new PrincipalKinds(List.of(label, "nowhere.Role")), "jaas.", false);
    assertEquals(accepted("eve", "jaas.label"), realm.login("eve", Payload.ofUtf8("secret")));
    Realm none = realm(new PrincipalKinds(List.of("Label", "RolePrincipal")), "", false);
    assertEquals(accepted("eve"), none.login("eve", Payload.ofUtf8("secret")));
  }

  @Test
  void everyLoginIsFollowedByALogoutWhichMayFail() {
    login("eve", "secret");
    assertEquals(accepted("sticky", "sensors"), login("sticky", "secret"));
    assertEquals(WRONG, login("eve", "wrong"));
    List<String> ends = TestModule.EVENTS.stream().filter(e -> !e.startsWith("login")).toList();
    assertEquals(List.of("logout eve", "logout sticky", "abort eve"), ends);
  }

  @Test
  void failuresAreToldApart() {
    assertEquals(WRONG, login("ignored", "secret"), "no module knows the user");
    assertEquals(WRONG, login("locked", "secret"));
    assertEquals(UNAVAILABLE, login("down", "secret"));
    assertEquals(UNAVAILABLE, login("refused", "secret"));
    assertEquals(UNAVAILABLE, login("broken", "secret"));
    assertEquals(UNAVAILABLE, login("chooser", "secret"));
  }

  @Test
  void whoIsNotKnownMayBeLeftToOthersButNotWhoIsBarred() {
    Realm realm = realm(ROLES, "", true);
    Payload secret = Payload.ofUtf8("secret");
    assertEquals(ABSTAINED, realm.failed());
    assertEquals(ABSTAINED, realm.login("eve", Payload.ofUtf8("wrong")));
    assertEquals(ABSTAINED, realm.login("ignored", secret));
    assertEquals(WRONG, realm.login("locked", secret));
    assertEquals(UNAVAILABLE, realm.login("down", secret));
    assertEquals(accepted("eve", "sensors"), realm.login("eve", secret));
    assertEquals(UNAVAILABLE, realm.overdue());
  }

  @Test
  void passwordThatIsNoTextIsWrong() {
    Payload binary = Payload.copyOf(new byte[] {(byte) 0xC0, 0});
    assertEquals(WRONG, realm(ROLES, "", false).login("eve", binary));
    Payload cut = Payload.copyOf(new byte[] {'a', (byte) 0xC3});
    assertEquals(WRONG, realm(ROLES, "", false).login("eve", cut));
    assertEquals(List.of(), TestModule.EVENTS);
  }

  @Test
  void modulesRunWithALoaderThatFindsThemAndTheCallersComesBack() {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    ClassLoader strange = new ClassLoader(null) {};
    Thread.currentThread().setContextClassLoader(strange);
    try {
      assertEquals(accepted("eve", "sensors"), login("eve", "secret"));
      assertSame(strange, Thread.currentThread().getContextClassLoader());
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    String event = TestModule.EVENTS.get(0);
    assertTrue(event.endsWith(ModuleLoader.class.toString()), event);
  }

  @Test
  void changedFileCountsForTheNextLogin() throws IOException {
    Realm realm = realm(ROLES, "", false);
    Payload secret = Payload.ofUtf8("secret");
    assertEquals(accepted("eve", "sensors"), realm.login("eve", secret));
    write("another-plant");
    assertEquals(UNAVAILABLE, realm.login("eve", secret));
    write("plant");
    assertEquals(accepted("eve", "sensors"), realm.login("eve", secret));
    Files.writeString(file(), "plant { this is none");
    assertEquals(UNAVAILABLE, realm.login("eve", secret));
    assertEquals(UNAVAILABLE, realm.login("eve", secret), "nor what it said before");
    Files.delete(file());
    assertEquals(UNAVAILABLE, realm.login("eve", secret));
  }

  private Path file() {
    return folder.resolve("login.conf");
  }

  private void write(String realm) throws IOException {
    Files.writeString(file(), realm + " { " + TestModule.class.getName() + " required; };\n");
  }

  private Authentication login(String user, String password) {
    return realm(ROLES, "", false).login(user, Payload.ofUtf8(password));
  }

  private Realm realm(PrincipalKinds groups, String prefix, boolean isAbstaining) {
    Realm.Terms terms = new Realm.Terms("plant", groups, USERS, prefix, isAbstaining);
    return new Realm("pid", terms, new LoginConfiguration(file()), new ModuleLoader(), seldom);
  }

  private static Authentication accepted(String user, String... groups) {
    return new Authentication.Accepted(new Principal(user, Set.of(groups)));
  }
}
