package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.CLIENT;
import static io.fluxmqtt.session.access.Given.authorizer;
import static io.fluxmqtt.session.access.Given.deciding;
import static io.fluxmqtt.session.access.Given.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PublishVerdictsTest {
  private static final AccessSettings ONE = settings(List.of(), List.of("rules"));
  private static final AccessSettings TWO = settings(List.of(), List.of("rules", "more"));

  private final AccessControl control = new AccessControl(ONE, new HandTime());
  private final PublishVerdicts verdicts = new PublishVerdicts(control);
  private final List<Access> asked = new ArrayList<>();

  @ParameterizedTest
  @EnumSource(
      value = Decision.class,
      names = {"ALLOW", "DENY", "ABSTAIN"})
  void verdictOfThoseWhoPromiseIsAskedForOnce(Decision decision) {
    control.putAuthorizer(promising("rules", 1, decision));
    assertNull(known("t"));
    Verdict first = publish("t");
    for (int i = 0; i < 1_000; i++) {
      assertEquals(first, publish("t"));
    }
    assertEquals(decision == Decision.ALLOW ? Verdict.ALLOWED : Verdict.DENIED, first);
    assertEquals(1, asked.size());
    assertEquals(1, control.statistics().get(0).calls(), "what is kept is no call");
  }

  @Test
  void whoPromisesNothingIsAskedEveryTime() {
    control.putAuthorizer(authorizer("rules", 1, noting(Decision.ALLOW)));
    publish("t");
    publish("t");
    assertEquals(2, asked.size());
  }

  @Test
  void allWhoWereAskedMustHavePromised() {
    control.configure(TWO);
    control.putAuthorizer(authorizer("rules", 1, noting(Decision.ABSTAIN)));
    control.putAuthorizer(promising("more", 2, Decision.ALLOW));
    publish("t");
    assertNull(known("t"));
    control.putAuthorizer(promising("rules", 1, Decision.ABSTAIN));
    control.putAuthorizer(authorizer("more", 2, noting(Decision.ALLOW)));
    publish("t");
    assertNull(known("t"));
    control.putAuthorizer(promising("more", 2, Decision.ALLOW));
    publish("t");
    assertEquals(Verdict.ALLOWED, known("t"));
  }

  @Test
  void whoWasNotAskedNeedNotHavePromised() {
    control.configure(TWO);
    control.putAuthorizer(promising("rules", 1, Decision.DENY));
    control.putAuthorizer(authorizer("more", 2, deciding(Decision.ALLOW)));
    publish("t");
    assertEquals(Verdict.DENIED, known("t"));
  }

  @Test
  void failureIsNotKept() {
    control.putAuthorizer(authorizer("rules", 1, deciding(null)).lasting());
    assertEquals(Verdict.DENIED, publish("t"));
    assertNull(known("t"));
  }

  @Test
  void answerFromAThreadOfItsOwnIsNotKept() {
    control.configure(ONE.withInline(Set.of()));
    control.putAuthorizer(promising("rules", 1, Decision.ALLOW));
    assertNull(verdicts.ask(CLIENT, access("t", QoS.AT_MOST_ONCE, false), verdict -> {}));
    assertNull(known("t"));
    control.close();
  }

  @Test
  void everyChangeOfPolicyEndsWhatIsKept() {
    List<Runnable> changes =
        List.of(
            () -> control.putAuthorizer(promising("rules", 1, Decision.DENY)), // new revision
            () -> control.putAuthorizer(promising("rules", 2, Decision.DENY)), // better service
            () -> control.removeAuthorizer(new Given.Ref(1)),
            () -> control.configure(TWO),
            control::close);
    for (Runnable change : changes) {
      control.putAuthorizer(promising("rules", 1, Decision.ALLOW));
      publish("t");
      assertEquals(Verdict.ALLOWED, known("t"));
      change.run();
      assertNull(known("t"));
      control.removeAuthorizer(new Given.Ref(2));
      control.configure(ONE);
    }
  }

  @Test
  void answerThatIsOvertakenByAChangeDoesNotCount() {
    Authorizer changing =
        (client, access) -> {
          control.putAuthorizer(promising("rules", 1, Decision.DENY));
          return Decision.ALLOW;
        };
    control.putAuthorizer(authorizer("rules", 1, changing).lasting());
    assertEquals(Verdict.ALLOWED, publish("t"), "it was asked before");
    assertEquals(Verdict.DENIED, publish("t"));
  }

  @Test
  void whoAuthenticatesAnewIsJudgedAnew() {
    control.putAuthorizer(promising("rules", 1, Decision.ALLOW));
    publish("t");
    Client anew = new Client(CLIENT.clientId(), CLIENT.principal(), "default", null);
    assertNull(verdicts.known(anew, "t", QoS.AT_MOST_ONCE, false));
    verdicts.ask(anew, access("t", QoS.AT_MOST_ONCE, false), verdict -> {});
    assertEquals(Verdict.ALLOWED, verdicts.known(anew, "t", QoS.AT_MOST_ONCE, false));
    assertNull(known("t"), "nor does what is kept for the new one hold for the old");
  }

  @Test
  void topicQosAndRetainAreJudgedEachOnItsOwn() {
    control.putAuthorizer(
        authorizer(
                "rules",
                1,
                (client, access) ->
                    access.equals(access("t", QoS.AT_LEAST_ONCE, true))
                        ? Decision.ALLOW
                        : Decision.DENY)
            .lasting());
    for (int round = 0; round < 2; round++) {
      for (QoS qos : QoS.values()) {
        for (boolean retain : new boolean[] {false, true}) {
          for (String topic : List.of("t", "u", "tt")) {
            boolean meant = topic.equals("t") && qos == QoS.AT_LEAST_ONCE && retain;
            assertEquals(
                meant ? Verdict.ALLOWED : Verdict.DENIED, publish(topic, qos, retain), topic);
          }
        }
      }
    }
  }

  @Test
  void fewTopicsFindRoomBesideEachOther() {
    control.putAuthorizer(promising("rules", 1, Decision.ALLOW));
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 8; i++) {
        publish("sensor/" + i);
      }
    }
    assertEquals(8, asked.size(), "each was asked for once");
  }

  @Test
  void manyTopicsDoNotAddUp() {
    control.putAuthorizer(promising("rules", 1, Decision.ALLOW));
    for (int i = 0; i < 1_000; i++) {
      publish("sensor/" + i);
    }
    long kept = 0;
    for (int i = 0; i < 1_000; i++) {
      kept += known("sensor/" + i) == null ? 0 : 1;
    }
    assertEquals(16, kept);
  }

  @Test
  void longTopicIsNotKept() {
    control.putAuthorizer(promising("rules", 1, Decision.ALLOW));
    publish("t".repeat(256));
    publish("u".repeat(257));
    assertEquals(Verdict.ALLOWED, known("t".repeat(256)));
    assertNull(known("u".repeat(257)));
  }

  private @Nullable Verdict known(String topic) {
    return verdicts.known(CLIENT, topic, QoS.AT_MOST_ONCE, false);
  }

  private @Nullable Verdict publish(String topic) {
    return publish(topic, QoS.AT_MOST_ONCE, false);
  }

  private @Nullable Verdict publish(String topic, QoS qos, boolean retain) {
    Verdict known = verdicts.known(CLIENT, topic, qos, retain);
    return known != null ? known : verdicts.ask(CLIENT, access(topic, qos, retain), later -> {});
  }

  private static Access.Publish access(String topic, QoS qos, boolean retain) {
    return new Access.Publish(topic, qos, retain);
  }

  private Plugin<Authorizer> promising(String name, int rank, Decision decision) {
    return authorizer(name, rank, noting(decision)).lasting();
  }

  private Authorizer noting(Decision decision) {
    return (client, access) -> {
      asked.add(access);
      return decision;
    };
  }
}
