package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which rule is for whom. */
class QueuePoliciesTest {
  private static final QueueLimits GENERAL =
      new QueueLimits(Overflow.DROP_OLDEST, 4, 1 << 20, 1 << 22);

  private static QueueRule rule(String name, int priority, String client, String... topics) {
    return new QueueRule(
        name, priority, List.of(client), List.of(topics), null, name.charAt(0), 0, 0);
  }

  private static QueuePolicy policy(String clientId, QueueRule... rules) {
    return QueuePolicies.of(Fixture.SETTINGS.with(List.of(rules))).forClient(clientId);
  }

  private static int most(QueuePolicy policy, String topic) {
    return policy.of(topic).maxMessages();
  }

  @Test
  void clientsWithoutARuleShareOnePolicy() {
    QueuePolicies policies =
        QueuePolicies.of(Fixture.SETTINGS.with(List.of(rule("a", 0, "x*"), rule("b", 1, "?"))));
    assertSame(policies.forClient("yy"), policies.forClient("zz"));
    assertEquals(GENERAL, policies.forClient("yy").of("t"));
  }

  @Test
  void highestPriorityDecidesAndThenTheName() {
    assertEquals('b', most(policy("c", rule("a", 1, "*"), rule("b", 2, "*")), "t"));
    assertEquals('a', most(policy("c", rule("b", 1, "*"), rule("a", 1, "*")), "t"));
  }

  @Test
  void ruleForTopicsLeavesTheOthersToTheNext() {
    QueuePolicy policy =
        policy("c", rule("a", 1, "c"), rule("b", 2, "c", "x/#", "y"), rule("d", 0, "c", "z"));
    assertEquals('b', most(policy, "x/1"));
    assertEquals('b', most(policy, "y"));
    assertEquals('a', most(policy, "z"), "the rule for all decides before");
    assertEquals('a', policy.general().maxMessages());
  }

  @Test
  void patternsAreOfTheWholeIdentifier() {
    assertEquals('a', most(policy("a.1", rule("a", 0, "a.?")), "t"));
    assertEquals(4, most(policy("ab1", rule("a", 0, "a.?")), "t"));
    assertEquals(4, most(policy("a.12", rule("a", 0, "a.?")), "t"));
    assertEquals('a', most(policy("\n", rule("a", 0, "*")), "t"));
    assertEquals('a', most(policy("x\uD83D\uDE00y", rule("a", 0, "x?y")), "t"));
  }

  @Test
  void whatARuleDoesNotSayIsAsForEverybody() {
    QueueRule all = new QueueRule("a", 0, List.of("*"), List.of(), null, 0, 0, 0);
    assertEquals(GENERAL, all.over(GENERAL));
    QueueRule own = new QueueRule("a", 0, List.of("*"), List.of(), Overflow.SPILL, 1, 2, 3);
    assertEquals(new QueueLimits(Overflow.SPILL, 1, 2, 3), own.over(GENERAL));
  }

  @Test
  void wrongFilterIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> rule("a", 0, "*", "a#"));
  }
}
