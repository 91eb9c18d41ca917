package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.CLIENT;
import static io.fluxmqtt.session.access.Given.PUBLISH;
import static io.fluxmqtt.session.access.Given.accepting;
import static io.fluxmqtt.session.access.Given.authenticator;
import static io.fluxmqtt.session.access.Given.authorizer;
import static io.fluxmqtt.session.access.Given.deciding;
import static io.fluxmqtt.session.access.Given.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fluxmqtt.api.spi.access.Decision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyChangeTest {
  private final HandTime time = new HandTime();
  private final AccessControl control =
      new AccessControl(settings(List.of("file"), List.of("acl")), time);
  private final List<Long> epochs = new ArrayList<>();

  @Test
  void everyChangeThatCountsIsAnEpoch() {
    control.onChange(change -> epochs.add(control.epoch()));
    assertEquals(1, control.epoch());
    control.putAuthenticator(authenticator("file", 1, accepting()));
    control.putAuthorizer(authorizer("acl", 2, deciding(Decision.ALLOW)));
    control.putAuthorizer(authorizer("acl", 2, deciding(Decision.ALLOW))); // its properties changed
    control.removeAuthorizer(new Given.Ref(2));
    control.configure(settings(List.of("file"), List.of("acl", "rules")));
    assertEquals(List.of(2L, 3L, 4L, 5L, 6L), epochs);
  }

  @Test
  void changeThatCountsForNobodyIsNone() {
    control.onChange(change -> epochs.add(control.epoch()));
    control.putAuthenticator(authenticator("other", 1, accepting()));
    control.removeAuthenticator(new Given.Ref(1));
    control.putAuthorizer(authorizer("acl", 9, deciding(Decision.ALLOW)));
    control.putAuthorizer(authorizer("acl", 1, deciding(Decision.ALLOW))); // in its shadow
    control.removeAuthorizer(new Given.Ref(1));
    control.removeAuthorizer(new Given.Ref(77));
    control.configure(settings(List.of("file"), List.of("acl")));
    assertEquals(List.of(2L), epochs);
  }

  @Test
  void newPolicyCountsBeforeItIsTold() {
    List<Verdict> verdicts = new ArrayList<>();
    control.onChange(
        change -> verdicts.add(control.decide(CLIENT, PUBLISH, verdict -> fail("not at once"))));
    control.putAuthorizer(authorizer("acl", 1, deciding(Decision.ALLOW)));
    assertEquals(List.of(Verdict.ALLOWED), verdicts);
  }

  @Test
  void oneListenerNeitherStopsTheOthersNorStaysForever() {
    control.onChange(
        change -> {
          throw new IllegalStateException("not ours");
        });
    Runnable end = control.onChange(change -> epochs.add(control.epoch()));
    control.putAuthenticator(authenticator("file", 1, accepting()));
    assertEquals(List.of(2L), epochs);
    end.run();
    control.removeAuthenticator(new Given.Ref(1));
    assertEquals(List.of(2L), epochs);
  }

  @Test
  void missingNameIsAProblemOnceItsGraceIsOver() {
    assertEquals(List.of(), control.problems());
    time.advanceMillis(2000);
    assertTrue(control.problems().get(0).startsWith("authenticator file is missing"));
    assertTrue(control.problems().get(1).startsWith("authorizer acl is missing"));
    assertEquals(control.problems(), control.outages());
    control.putAuthenticator(authenticator("file", 1, accepting()));
    control.putAuthorizer(authorizer("acl", 2, deciding(Decision.ALLOW)));
    assertEquals(List.of(), control.problems());
  }

  @Test
  void configurationHeldBackIsAProblemUntilAGoodOneComes() {
    control.holdBack("io.fluxmqtt.access: policyGraceMillis=x is not a whole number");
    assertTrue(control.problems().get(0).contains("policyGraceMillis=x"));
    assertEquals(List.of(), control.outages(), "the old one serves");
    control.configure(settings(List.of("file"), List.of("acl")));
    assertEquals(List.of(), control.problems());
  }

  @Test
  void emptyListsAreProblems() {
    control.configure(settings(List.of(), List.of()));
    assertEquals(2, control.problems().size());
    assertEquals(control.problems(), control.outages());
  }

  @Test
  void nameGivenTwiceCountsOnce() {
    AccessSettings settings = settings(List.of("file", "file"), List.of("acl", "b", "acl"));
    assertEquals(List.of("file"), settings.authenticators());
    assertEquals(List.of("acl", "b"), settings.authorizers());
  }

  @Test
  void countersOutliveAnUpdate() {
    for (int i = 0; i < 3; i++) {
      control.putAuthorizer(authorizer("acl", i, deciding(Decision.ALLOW)));
      control.decide(CLIENT, PUBLISH, verdict -> fail("not at once"));
      control.removeAuthorizer(new Given.Ref(i));
    }
    assertEquals(3, control.statistics().get(0).calls());
    assertFalse(control.statistics().get(0).failures() > 0);
  }
}
