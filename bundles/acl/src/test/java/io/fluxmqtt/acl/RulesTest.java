package io.fluxmqtt.acl;

import static io.fluxmqtt.api.spi.access.Decision.ABSTAIN;
import static io.fluxmqtt.api.spi.access.Decision.ALLOW;
import static io.fluxmqtt.api.spi.access.Decision.DENY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Principal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RulesTest {
  private static final Client ADA = client("sensor_1", "ada", "192.0.2.1");
  private static final Client LOCAL = client("local", null, "127.0.0.1");

  @Test
  void withoutRulesAllIsDenied() {
    assertEquals(DENY, publish(Rules.NONE, ADA, "a"));
    assertEquals(DENY, subscribe(Rules.of(List.of()), ADA, "a"));
  }

  @Test
  void withoutAFittingRuleItAbstains() {
    Rules rules = rules("allow publish topic=a");
    assertEquals(ABSTAIN, publish(rules, ADA, "b"));
    assertEquals(ABSTAIN, subscribe(rules, ADA, "a"));
  }

  @Test
  void actionsAreApart() {
    Rules rules = rules("allow publish topic=in/#", "allow subscribe topic=out/#");
    assertEquals(ALLOW, publish(rules, ADA, "in/1"));
    assertEquals(ABSTAIN, publish(rules, ADA, "out/1"));
    assertEquals(ALLOW, subscribe(rules, ADA, "out/#"));
    assertEquals(ABSTAIN, subscribe(rules, ADA, "in/1"));
    assertEquals(ALLOW, receive(rules, ADA, "out/1"));
    assertEquals(ABSTAIN, receive(rules, ADA, "in/1"));
  }

  @Test
  void clientAndUserAndAddressAreConditions() {
    Rules rules = rules("allow publish topic=a client=sensor_* user=ada from=loopback");
    assertEquals(ALLOW, publish(rules, client("sensor_1", "ada", "127.0.0.1"), "a"));
    assertEquals(ALLOW, publish(rules, client("sensor_1", "ada", "::1"), "a"));
    assertEquals(ABSTAIN, publish(rules, client("sensor_1", "ada", "192.0.2.1"), "a"));
    assertEquals(ABSTAIN, publish(rules, client("other", "ada", "127.0.0.1"), "a"));
    assertEquals(ABSTAIN, publish(rules, client("sensor_1", "bob", "127.0.0.1"), "a"));
    assertEquals(ABSTAIN, publish(rules, client("sensor_1", null, "127.0.0.1"), "a"));
    assertEquals(ABSTAIN, publish(rules, client("sensor_1", "ada", null), "a"));
  }

  @Test
  void higherPriorityDecides() {
    Rules rules =
        rules(
            "allow both topic=secret/public priority=20",
            "allow both topic=#",
            "deny both topic=secret/# priority=10");
    assertEquals(ALLOW, publish(rules, ADA, "a"));
    assertEquals(DENY, publish(rules, ADA, "secret/x"));
    assertEquals(ALLOW, publish(rules, ADA, "secret/public"));
    assertEquals(ALLOW, subscribe(rules, ADA, "secret/public"));
    assertEquals(DENY, subscribe(rules, ADA, "#"));
    assertEquals(DENY, subscribe(rules, ADA, "+"));
    assertEquals(ALLOW, subscribe(rules, ADA, "a/#"));
  }

  @Test
  void ofTheSamePriorityDenialsCountFirstInWhateverOrder() {
    assertEquals(DENY, publish(rules("allow both topic=a", "deny both topic=#"), ADA, "a"));
    assertEquals(DENY, publish(rules("deny both topic=#", "allow both topic=a"), ADA, "a"));
  }

  @Test
  void sharedSubscriptionCountsAsItsPlainFilter() {
    Rules rules = rules("allow subscribe topic=a/b");
    assertEquals(ALLOW, subscribe(rules, ADA, "$share/g/a/b"));
    assertEquals(ABSTAIN, subscribe(rules, ADA, "$share/g/#"));
    assertEquals(ABSTAIN, subscribe(rules("allow subscribe topic=#"), ADA, "$share/g/$SYS/#"));
  }

  @Test
  void broadSubscriptionNeedsABroadRule() {
    Rules rules = rules("allow subscribe topic=a/b");
    for (String filter : List.of("#", "+/#", "a/#", "a/+", "+/b", "$share/g/#")) {
      assertEquals(ABSTAIN, subscribe(rules, ADA, filter), filter);
    }
  }

  @Test
  void shippedRulesLetLoopbackDoAllButPublishToDollar() {
    Rules rules =
        rules("allow publish topic=# from=loopback", "allow subscribe topic=* from=loopback");
    assertEquals(ALLOW, publish(rules, LOCAL, "a/b"));
    assertEquals(ABSTAIN, publish(rules, LOCAL, "$SYS/x"));
    assertEquals(ALLOW, subscribe(rules, LOCAL, "#"));
    assertEquals(ALLOW, subscribe(rules, LOCAL, "$SYS/#"));
    assertEquals(ALLOW, receive(rules, LOCAL, "$SYS/x"));
    assertEquals(ABSTAIN, publish(rules, ADA, "a/b"));
    assertEquals(ABSTAIN, subscribe(rules, ADA, "a/b"));
  }

  @Test
  void emptyTopicIsDenied() {
    assertEquals(DENY, publish(rules("allow both topic=*"), ADA, ""));
  }

  /** A granted filter promises every topic under it, whatever the rules are. */
  @Test
  void grantedFilterHoldsOnlyAllowedTopics() {
    List<String> levels = List.of("a", "sensor_1", "$x");
    List<String> topics =
        Stream.concat(
                levels.stream(),
                levels.stream().flatMap(l -> levels.stream().map(m -> l + "/" + m)))
            .toList();
    List<String> filters =
        Stream.of("#", "+", "a", "a/#", "a/+", "+/a", "+/+", "+/#", "$x/#", "$x/+", "sensor_1/#")
            .toList();
    List<String> patterns =
        Stream.concat(filters.stream(), Stream.of("%c/#", "a/%c", "%u/#", "+/%c", "*")).toList();
    Random random = new Random(7);
    int granted = 0;
    for (int i = 0; i < 3_000; i++) {
      String[] texts =
          IntStream.range(0, 4)
              .mapToObj(
                  n ->
                      "%s subscribe topic=%s priority=%d"
                          .formatted(
                              random.nextInt(3) == 0 ? "deny" : "allow",
                              patterns.get(random.nextInt(patterns.size())),
                              random.nextInt(3)))
              .toArray(String[]::new);
      Rules rules = rules(texts);
      for (Client client : List.of(ADA, client("+", null, null), client("#", "a/b", null))) {
        for (String filter : filters) {
          if (subscribe(rules, client, filter) != ALLOW) {
            continue;
          }
          granted++;
          for (String topic : topics) {
            if (TopicFilter.matches(filter, topic)) {
              assertEquals(
                  ALLOW,
                  receive(rules, client, topic),
                  () -> String.join("; ", texts) + ": " + filter + ", " + topic);
            }
          }
        }
      }
    }
    assertTrue(granted > 1_000, "the test must see grants");
  }

  static Rules rules(String... texts) {
    return Rules.of(Stream.of(texts).map(RulesTest::entry).toList());
  }

  private static Entry entry(String text) {
    return Entry.of(RuleParser.parse(text), 0, "io.fluxmqtt.acl~test", "rule.x");
  }

  static Client client(String id, @Nullable String user, @Nullable String address) {
    Principal principal = user == null ? Principal.ANONYMOUS : Principal.user(user);
    try {
      return new Client(
          id,
          principal,
          "default",
          address == null ? null : new InetSocketAddress(InetAddress.getByName(address), 4711));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static Decision publish(Rules rules, Client client, String topic) {
    return rules.decide(client, new Access.Publish(topic, QoS.AT_MOST_ONCE, false));
  }

  private static Decision subscribe(Rules rules, Client client, String filter) {
    return rules.decide(client, new Access.Subscribe(TopicFilter.parse(filter), QoS.AT_MOST_ONCE));
  }

  private static Decision receive(Rules rules, Client client, String topic) {
    return rules.decide(client, new Access.Receive(topic));
  }
}
