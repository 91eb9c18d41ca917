package io.fluxmqtt.acl;

import static io.fluxmqtt.api.spi.access.Decision.ABSTAIN;
import static io.fluxmqtt.api.spi.access.Decision.ALLOW;
import static io.fluxmqtt.api.spi.access.Decision.DENY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.access.Ruling;
import io.fluxmqtt.api.spi.auth.Principal;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a rule may ask beside client, user and topic. */
class ConditionsTest {
  private static final Client ADA =
      client(Set.of("staff", "night shift"), Map.of("cert.ou", List.of("Ops", "Eng")));
  private static final Client NOBODY = client(Set.of(), Map.of());

  @Test
  void groupIsOneOfTheClients() {
    for (String rule : List.of("group=staff", "group=st?ff", "group='night *'", "group=*")) {
      assertEquals(ALLOW, publish("allow publish topic=a " + rule, ADA), rule);
      assertEquals(ABSTAIN, publish("allow publish topic=a " + rule, NOBODY), rule);
      assertEquals(DENY, publish("deny publish topic=a " + rule, ADA), rule);
      assertEquals(ABSTAIN, publish("deny publish topic=a " + rule, NOBODY), rule);
    }
    assertEquals(ABSTAIN, publish("allow publish topic=a group=sta", ADA));
    assertEquals(ABSTAIN, publish("allow publish topic=a group=sta?", ADA));
  }

  @Test
  void attributeIsOneOfItsValues() {
    for (String rule : List.of("attr.cert.ou=Eng", "attr.cert.ou=E*", "attr.cert.ou=Ops")) {
      assertEquals(ALLOW, publish("allow publish topic=a " + rule, ADA), rule);
      assertEquals(DENY, publish("deny publish topic=a " + rule, ADA), rule);
    }
    assertEquals(ABSTAIN, publish("allow publish topic=a attr.cert.ou=Sales", ADA));
    assertEquals(ABSTAIN, publish("deny publish topic=a attr.cert.ou=Sales", ADA));
  }

  @Test
  void missingAttributeAllowsNothingAndEscapesNoDenial() {
    Client empty = client(Set.of(), Map.of("cert.ou", List.of()));
    for (Client client : List.of(NOBODY, empty)) {
      assertEquals(ABSTAIN, publish("allow publish topic=a attr.cert.ou=*", client));
      assertEquals(DENY, publish("deny publish topic=a attr.cert.ou=Guests", client));
    }
    assertEquals(DENY, publish("deny publish topic=a attr.cert.o=Guests", ADA));
  }

  @Test
  void everyConditionMustHold() {
    String rule = "allow publish topic=a group=staff attr.cert.ou=Eng listener=w* user=ada";
    assertEquals(ALLOW, publish(rule, ADA));
    assertEquals(ABSTAIN, publish(rule.replace("ada", "bob"), ADA));
    assertEquals(ABSTAIN, publish(rule.replace("w*", "lan"), ADA));
    assertEquals(ABSTAIN, publish(rule.replace("Eng", "x"), ADA));
    assertEquals(ABSTAIN, publish(rule.replace("staff", "x"), ADA));
  }

  @Test
  void addressIsInTheRange() {
    assertEquals(ALLOW, publish("allow publish topic=a from=192.0.2.0/24,loopback", ADA));
    assertEquals(ABSTAIN, publish("allow publish topic=a from=10.0.0.0/8", ADA));
    Client local = new Client("c", Principal.ANONYMOUS, "wan", null);
    assertEquals(ALLOW, publish("allow publish topic=a from=unix", local));
    assertEquals(ABSTAIN, publish("allow publish topic=a from=loopback", local));
    assertEquals(ABSTAIN, publish("deny publish topic=a from=0.0.0.0/0,::/0", local));
    assertEquals(ALLOW, publish("allow publish topic=a from=any", local));
  }

  @Test
  void qosAndRetainAreOfTheRequest() {
    Rules rules =
        RulesTest.rules(
            "allow both topic=a",
            "deny publish topic=a qos=2 priority=1",
            "deny publish topic=a qos=>=1 retain=true priority=1",
            "deny subscribe topic=a qos=<=0 priority=1");
    for (QoS qos : QoS.values()) {
      assertEquals(
          qos == QoS.EXACTLY_ONCE ? DENY : ALLOW,
          rules.decide(ADA, new Access.Publish("a", qos, false)));
      assertEquals(
          qos == QoS.AT_MOST_ONCE ? ALLOW : DENY,
          rules.decide(ADA, new Access.Publish("a", qos, true)));
      assertEquals(
          qos == QoS.AT_MOST_ONCE ? DENY : ALLOW,
          rules.decide(ADA, new Access.Subscribe(TopicFilter.parse("a"), qos)));
    }
  }

  @Test
  void retainAloneIsToldApart() {
    Rules rules = RulesTest.rules("allow publish topic=a retain=false");
    assertEquals(ALLOW, rules.decide(ADA, new Access.Publish("a", QoS.AT_LEAST_ONCE, false)));
    assertEquals(ABSTAIN, rules.decide(ADA, new Access.Publish("a", QoS.AT_LEAST_ONCE, true)));
    rules = RulesTest.rules("allow publish topic=a retain=true");
    assertEquals(ABSTAIN, rules.decide(ADA, new Access.Publish("a", QoS.EXACTLY_ONCE, false)));
    assertEquals(ALLOW, rules.decide(ADA, new Access.Publish("a", QoS.EXACTLY_ONCE, true)));
  }

  /** Who may subscribe with QoS 0 only is sent what comes; who may not with QoS 2 is too. */
  @Test
  void qosOfASubscriptionSaysNothingOfMessages() {
    Access message = new Access.Receive("a");
    assertEquals(ALLOW, RulesTest.rules("allow subscribe topic=a qos=0").decide(ADA, message));
    assertEquals(ABSTAIN, RulesTest.rules("deny subscribe topic=a qos=2").decide(ADA, message));
    assertEquals(DENY, RulesTest.rules("deny subscribe topic=a").decide(ADA, message));
  }

  @Test
  void isAskedAboutMessagesOnlyWhereARuleDeniesReceivingAlone() {
    List<String> asking =
        List.of("deny receive topic=a", "deny publish,receive topic=a client=x priority=3");
    for (String rule : asking) {
      assertTrue(RulesTest.rules("allow both topic=#", rule).asksReceive(), rule);
    }
    List<String> others =
        List.of(
            "deny subscribe topic=a",
            "deny both topic=a",
            "deny publish topic=a",
            "allow receive topic=a",
            "deny subscribe topic=a qos=2",
            "deny subscribe,receive topic=a");
    for (String rule : others) {
      assertFalse(RulesTest.rules("allow both topic=#", rule).asksReceive(), rule);
    }
    assertFalse(Rules.NONE.asksReceive());
  }

  @Test
  void receivingMayBeDecidedByItself() {
    Rules rules = RulesTest.rules("allow subscribe topic=#", "deny receive topic=secret/#");
    Access all = new Access.Subscribe(TopicFilter.parse("#"), QoS.AT_MOST_ONCE);
    assertEquals(ALLOW, rules.decide(ADA, all));
    assertEquals(ALLOW, rules.decide(ADA, new Access.Receive("a")));
    assertEquals(DENY, rules.decide(ADA, new Access.Receive("secret/a")));
    rules = RulesTest.rules("allow receive topic=a");
    assertEquals(ALLOW, rules.decide(ADA, new Access.Receive("a")));
    assertEquals(
        ABSTAIN, rules.decide(ADA, new Access.Subscribe(TopicFilter.parse("a"), QoS.AT_MOST_ONCE)));
    assertEquals(ABSTAIN, rules.decide(ADA, new Access.Publish("a", QoS.AT_MOST_ONCE, false)));
  }

  /** Rules of one user are kept apart; the order among all stays. */
  @Test
  void ruleOfAUserKeepsItsPlace() {
    Rules rules =
        RulesTest.rules(
            "allow both topic=a user=ada priority=3",
            "deny both topic=# priority=2",
            "allow both topic=b user=ada priority=1",
            "deny both topic=c user=ada priority=4",
            "allow both topic=c priority=4",
            "allow both topic=a user=bob priority=9");
    assertEquals(ALLOW, publish(rules, ADA, "a"));
    assertEquals(DENY, publish(rules, ADA, "b"));
    assertEquals(DENY, publish(rules, ADA, "c"));
    assertEquals(ALLOW, publish(rules, NOBODY, "c"));
    assertEquals(DENY, publish(rules, NOBODY, "a"));
  }

  @Test
  void rulingNamesTheConfigurationAndTheRule() {
    RuleBook book = new RuleBook(Path.of(""));
    Access access = new Access.Publish("secret/x", QoS.AT_MOST_ONCE, false);
    assertEquals(new Ruling(DENY, "there are no rules: all is denied"), book.explain(ADA, access));
    book.replaceAll(
        Map.of(
            "io.fluxmqtt.acl~b",
            Map.of("rule.all", "allow all topic=#"),
            "io.fluxmqtt.acl~a",
            Map.of("priority", "5", "rules", "allow both topic=b; deny all topic=secret/#")));
    assertEquals(
        new Ruling(DENY, "io.fluxmqtt.acl~a: rules[2]: deny both topic=secret/#"),
        book.explain(ADA, access));
    assertEquals(
        new Ruling(ALLOW, "io.fluxmqtt.acl~b: rule.all: allow both topic=#"),
        book.explain(ADA, new Access.Receive("a")));
    assertEquals(
        new Ruling(ABSTAIN, "no rule applies: denied by default"),
        book.explain(ADA, new Access.Receive("$SYS/a")));
    assertEquals(DENY, book.explain(ADA, new Access.Receive("")).decision());
    book.replaceAll(Map.of("io.fluxmqtt.acl~c", Map.of("rules", "nonsense")));
    assertEquals(
        new Ruling(DENY, "all is denied until the rules of [io.fluxmqtt.acl~c] can be read"),
        book.explain(ADA, access));
  }

  private static Decision publish(String rule, Client client) {
    return publish(RulesTest.rules(rule), client, "a");
  }

  private static Decision publish(Rules rules, Client client, String topic) {
    return rules.decide(client, new Access.Publish(topic, QoS.AT_MOST_ONCE, false));
  }

  private static Client client(Set<String> groups, Map<String, List<String>> attributes) {
    return new Client(
        "sensor_1",
        new Principal(groups.isEmpty() ? null : "ada", groups).withAttributes(attributes),
        "wan",
        new InetSocketAddress("192.0.2.1", 4711));
  }
}
