package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.CLIENT;
import static io.fluxmqtt.session.access.Given.authorizer;
import static io.fluxmqtt.session.access.Given.deciding;
import static io.fluxmqtt.session.access.Given.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is asked about messages, and what is known of them at once. */
class ReceivingTest {
  private final HandTime time = new HandTime();
  private final AccessSettings two = settings(List.of(), List.of("first", "second"));
  private final AccessControl control = new AccessControl(two, time);

  private void put(@Nullable Decision first, @Nullable Decision second) {
    control.putAuthorizer(authorizer("first", 1, deciding(first)));
    control.putAuthorizer(authorizer("second", 2, deciding(second)).receiving());
  }

  private boolean denied() {
    return control.deniesReceive(CLIENT, "t");
  }

  @Test
  void oneWhoWantsToBeAskedIsEnough() {
    put(Decision.ALLOW, Decision.ALLOW);
    assertTrue(control.asksReceive());
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.ALLOW)));
    assertFalse(control.asksReceive());
  }

  @Test
  void whoIsAwayIsAskedIfItWantedToBeOrNobodyKnows() {
    assertTrue(control.asksReceive(), "nobody knows");
    put(Decision.ALLOW, Decision.ALLOW);
    control.removeAuthorizer(new Given.Ref(2));
    assertTrue(control.asksReceive());
    control.configure(Given.withGrace(two, Duration.ZERO));
    assertTrue(control.asksReceive());
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.ALLOW)));
    control.removeAuthorizer(new Given.Ref(1));
    assertFalse(control.asksReceive());
    control.close();
    assertTrue(control.asksReceive(), "and it is unavailable");
  }

  @Test
  void firstThatDoesNotAbstainDecides() {
    Object[][] table = {
      {Decision.ALLOW, Decision.DENY, false},
      {Decision.DENY, Decision.ALLOW, true},
      {Decision.ABSTAIN, Decision.ALLOW, false},
      {Decision.ABSTAIN, Decision.DENY, true},
      {Decision.ABSTAIN, Decision.ABSTAIN, true},
      {null, Decision.DENY, false}, // it failed: not known at once
      {Decision.ABSTAIN, null, false},
    };
    for (Object[] row : table) {
      put((Decision) row[0], (Decision) row[1]);
      assertEquals(row[2], denied(), () -> List.of(row).toString());
    }
  }

  @Test
  void whatAnAuthorizerOnItsOwnThreadWouldSayIsNotKnownAtOnce() {
    put(Decision.ABSTAIN, Decision.DENY);
    assertTrue(denied());
    control.configure(two.withInline(Set.of()));
    assertFalse(denied());
    control.close();
  }

  @Test
  void itIsAskedAboutTheMessage() {
    List<Access> asked = new ArrayList<>();
    Authorizer noting =
        (client, access) -> {
          asked.add(access);
          return Decision.ALLOW;
        };
    control.putAuthorizer(authorizer("first", 1, noting));
    control.putAuthorizer(authorizer("second", 2, noting).receiving().lasting());
    assertFalse(denied());
    assertEquals(List.of(new Access.Receive("t")), asked);
  }
}
