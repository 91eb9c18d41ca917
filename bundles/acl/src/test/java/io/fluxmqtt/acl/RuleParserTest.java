package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleParserTest {
  @Test
  void everyPartIsRead() {
    Rule rule =
        RuleParser.parse(
            "deny publish,subscribe topic=sensors/%c/# client=sensor_* user=a?a "
                + "from=loopback priority=-10");
    assertFalse(rule.allow());
    assertEquals(Set.of(Action.values()), rule.actions());
    assertTrue(rule.topic().covers("sensors/7/x", "7", null));
    assertEquals(
        List.of("client=sensor_*", "user=a?a", "from=loopback"),
        rule.who().stream().map(Condition::toString).toList());
    assertEquals(-10, rule.priority());
  }

  @Test
  void whatIsLeftOutMeansAnybody() {
    Rule rule = RuleParser.parse("allow publish topic=a");
    assertTrue(rule.allow());
    assertEquals(Set.of(Action.PUBLISH), rule.actions());
    assertEquals(List.of(), rule.who());
    assertEquals(Delivery.ANY, rule.delivery());
    assertNull(rule.priority());
  }

  @Test
  void bothIsBoth() {
    Rule rule = RuleParser.parse("allow\tboth   topic=a");
    assertEquals(Set.of(Action.values()), rule.actions());
  }

  @Test
  void quotesHoldBlanksAndSeparators() {
    Rule rule = RuleParser.parse("allow both topic=\"my house/a=b;c\"/# client='a b'");
    assertTrue(rule.topic().covers("my house/a=b;c/x", "", null));
    assertEquals(List.of(new Condition.ClientId(new Glob("a b"))), rule.who());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | 1 | begin with allow or deny",
        "permit both topic=a | 1 | 'permit' is neither allow nor deny",
        "allow | 6 | name publish, subscribe, receive or both",
        "allow read topic=a | 7 | 'read' is none of publish, subscribe, receive, both",
        "allow publish, topic=a | 7 | '' is none of",
        "allow both | 11 | lacks topic=",
        "allow both topic= | 12 | topic= lacks its value",
        "allow both topic=a# | 12 | topic 'a#' is not a valid Topic Filter",
        "allow both topic=a/%x | 12 | topic 'a/%x' has a %",
        "allow both topic=$share/g/a | 12 | Shared Subscription",
        "allow both topic=a topic=b | 20 | topic= stands twice",
        "allow both topic=a ip=1 | 20 | 'ip' is none of",
        "allow both topic=a attr.=1 | 20 | 'attr.' is none of",
        "allow both topic=a attr.x= | 20 | attr.x= lacks its value",
        "allow both topic=a attr.x=1 attr.x=2 | 29 | attr.x= stands twice",
        "allow both topic=a qos=3 | 20 | qos '3' is none of 0, 1, 2, <=1, >=1",
        "allow both topic=a qos=<1 | 20 | qos '<1' is none of",
        "allow both topic=a qos=<= | 20 | qos '<=' is none of",
        "deny receive topic=a qos=1 | 22 | qos= is about publish and subscribe",
        "deny publish,receive topic=a qos=1 | 30 | qos= is about publish and subscribe",
        "deny both topic=a retain=true | 19 | retain= is about publish only",
        "deny publish topic=a retain=yes | 22 | retain 'yes' is neither true nor false",
        "allow both topic=a user | 20 | user= lacks its value",
        "allow both topic=a from=lan | 20 | from 'lan' is none of any, loopback, unix",
        "allow both topic=a from=10.0.0.0/8,lan | 20 | from 'lan' is none of",
        "allow both topic=a priority=high | 20 | priority 'high' is not a whole number",
        "allow both topic=a priority=9999999999 | 20 | is not a whole number",
        "allow both topic=my house | 21 | 'house' is none of",
        "allow both topic=\"a | 18 | this quote is not closed",
        "deny both topic=a; | 18 | a semicolon must stand in quotes",
      })
  void badRuleIsRefusedWithItsPlace(String text, int at, String reason) {
    var e = assertThrows(RuleParser.RuleSyntaxException.class, () -> RuleParser.parse(text));
    assertTrue(e.getMessage().startsWith("at character " + at + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allow publish topic=a",
        "allow subscribe topic=a/%c/%u/50%%/+/#",
        "deny receive topic=*",
        "allow publish,receive topic=a",
        "deny both topic=a client=s_* user=- group=staff attr.cert.ou=Eng* attr.jwt.site=1 "
            + "from=loopback,unix,10.0.0.0/8,192.0.2.7,2001:db8:0:0:0:0:0:0/32 listener=wan "
            + "qos=<=1 priority=-7",
        "allow publish topic=a qos=>=1 retain=false priority=0",
        "allow both topic=\"my house\" \"attr.a b='c'\"",
      })
  void printedRuleIsTheSameRule(String text) {
    Rule rule = RuleParser.parse(text);
    assertEquals(rule, RuleParser.parse(rule.toString()));
    if (text.indexOf('"') < 0) {
      assertEquals(text, rule.toString());
    }
  }

  @Test
  void wordsThatAskNothingAndTheirOrderMakeNoDifference() {
    assertEquals(
        RuleParser.parse("allow all topic=a user=x client=y attr.b=1 attr.a=2"),
        RuleParser.parse(
            "allow subscribe,publish attr.a=2 attr.b=1 client=y topic=a user=x from=any,unix "
                + "listener=*"));
    assertEquals("allow both topic=a", RuleParser.parse("allow all topic=a client=*").toString());
  }

  @Test
  void rulesAreSplitOutsideQuotes() {
    assertEquals(
        List.of("allow a", "deny 'b;c'", "allow d"),
        RuleParser.split("allow a; deny 'b;c' ;;\r\n\n allow d;"));
    assertEquals(List.of(), RuleParser.split(" ; \n"));
    assertEquals(List.of("allow 'a;b", "deny c"), RuleParser.split("allow 'a;b\ndeny c"));
  }
}
