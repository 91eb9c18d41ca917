package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.LOCAL;
import static io.fluxmqtt.session.access.Given.REMOTE;
import static io.fluxmqtt.session.access.Given.REMOTE_OPEN;
import static io.fluxmqtt.session.access.Given.accepting;
import static io.fluxmqtt.session.access.Given.listener;
import static io.fluxmqtt.session.access.Given.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExposureTest {
  private final HandTime time = new HandTime();
  private final AccessControl control =
      new AccessControl(settings(List.of("anonymous"), List.of("acl")), time);

  @Test
  void anonymousOnLoopbackMayOpen() {
    assertEquals(Optional.empty(), control.refusal(LOCAL));
    assertEquals("anonymous, loopback only", control.note(LOCAL));
  }

  @Test
  void anonymousBeyondLoopbackIsRefusedEvenBeforeItsServiceIsThere() {
    assertEquals(
        "listener default: it can be reached from other machines and anonymous clients are"
            + " accepted; set authenticators=file in io.fluxmqtt.access.cfg (and a password file),"
            + " or allowAnonymousRemote=true in io.fluxmqtt.listener-default.cfg to accept anyone",
        control.refusal(REMOTE).orElseThrow());
  }

  @Test
  void refusalNamesTheAuthenticatorsThatCouldServeInstead() {
    control.configure(settings(List.of("file", "anonymous", "jwt"), List.of()));
    String refusal = control.refusal(REMOTE).orElseThrow();
    assertTrue(
        refusal.contains("set authenticators=file,jwt in io.fluxmqtt.listener-default.cfg"),
        refusal);
    assertEquals(Optional.empty(), control.refusal(listener(false, false, "file", "jwt")));
    assertEquals("file, jwt", control.note(listener(false, false, "file", "jwt")));
  }

  @Test
  void serviceThatSaysItIsAnonymousCountsAndIsRememberedWhenItLeaves() {
    control.configure(settings(List.of("guests"), List.of()));
    assertEquals(Optional.empty(), control.refusal(REMOTE));
    control.putAuthenticator(new Plugin<>("guests", "inline", true, new Given.Ref(1), accepting()));
    assertTrue(control.refusal(REMOTE).isPresent());
    control.removeAuthenticator(new Given.Ref(1));
    assertTrue(control.refusal(REMOTE).isPresent());
    control.putAuthenticator(
        new Plugin<>("guests", "inline", false, new Given.Ref(2), accepting()));
    assertEquals(Optional.empty(), control.refusal(REMOTE));
  }

  @Test
  void serviceThatIsNotNamedDoesNotMatter() {
    control.configure(settings(List.of("file"), List.of()));
    control.putAuthenticator(new Plugin<>("guests", "inline", true, new Given.Ref(1), accepting()));
    assertEquals(Optional.empty(), control.refusal(REMOTE));
  }

  @Test
  void wantedAnonymousOpensAndIsAProblemUntilTheListenerGoes() {
    assertEquals(Optional.empty(), control.refusal(REMOTE_OPEN));
    assertEquals("anonymous", control.note(REMOTE_OPEN));
    assertTrue(hasProblem("listener default: anyone who can reach it is accepted"));
    assertTrue(control.outages().stream().noneMatch(line -> line.startsWith("listener")));
    control.forgetListener("default");
    assertFalse(hasProblem("listener default"));
  }

  @Test
  void listenerThatAcceptsNobodyIsAProblem() {
    assertEquals(Optional.empty(), control.refusal(listener(true, false, "file")));
    assertTrue(hasProblem("listener default: authenticators=file is ignored"));
    assertTrue(hasProblem("listener default: every client is refused"));
    assertEquals(
        List.of("listener default: every client is refused, no authenticator counts there"),
        control.outages().stream().filter(line -> line.startsWith("listener")).toList());
    assertEquals("nobody is accepted, loopback only", control.note(listener(true, false, "file")));
  }

  private boolean hasProblem(String text) {
    return control.problems().stream().anyMatch(line -> line.startsWith(text));
  }
}
