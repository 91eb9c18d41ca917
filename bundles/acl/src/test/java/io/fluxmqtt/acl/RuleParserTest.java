package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleParserTest {
  @Test
  void everyPartIsRead() {
    Rule rule =
        RuleParser.parse(
            "deny publish,subscribe topic=sensors/%c/# client=sensor_* user=a?a "
                + "from=loopback priority=-10");
    assertFalse(rule.allow());
    assertTrue(rule.publish());
    assertTrue(rule.subscribe());
    assertTrue(rule.topic().covers("sensors/7/x", "7", null));
    assertEquals(new Glob("sensor_*"), rule.client());
    assertEquals(new UserPattern("a?a"), rule.user());
    assertTrue(rule.loopbackOnly());
    assertEquals(-10, rule.priority());
  }

  @Test
  void whatIsLeftOutMeansAnybody() {
    Rule rule = RuleParser.parse("allow publish topic=a");
    assertTrue(rule.allow());
    assertFalse(rule.subscribe());
    assertEquals(Glob.ANY, rule.client());
    assertEquals(UserPattern.EVERYONE, rule.user());
    assertFalse(rule.loopbackOnly());
    assertEquals(0, rule.priority());
  }

  @Test
  void bothIsBoth() {
    Rule rule = RuleParser.parse("allow\tboth   topic=a");
    assertTrue(rule.publish() && rule.subscribe());
  }

  @Test
  void quotesHoldBlanksAndSeparators() {
    Rule rule = RuleParser.parse("allow both topic=\"my house/a=b;c\"/# client='a b'");
    assertTrue(rule.topic().covers("my house/a=b;c/x", "", null));
    assertEquals(new Glob("a b"), rule.client());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | 1 | begin with allow or deny",
        "permit both topic=a | 1 | 'permit' is neither allow nor deny",
        "allow | 6 | name publish, subscribe or both",
        "allow read topic=a | 7 | 'read' is none of publish, subscribe, both",
        "allow publish, topic=a | 7 | '' is none of",
        "allow both | 11 | lacks topic=",
        "allow both topic= | 12 | topic= lacks its value",
        "allow both topic=a# | 12 | topic 'a#' is not a valid Topic Filter",
        "allow both topic=a/%x | 12 | topic 'a/%x' has a %",
        "allow both topic=$share/g/a | 12 | Shared Subscription",
        "allow both topic=a topic=b | 20 | topic= stands twice",
        "allow both topic=a qos=1 | 20 | 'qos' is none of",
        "allow both topic=a user | 20 | user= lacks its value",
        "allow both topic=a from=lan | 20 | from 'lan' is neither loopback nor any",
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

  @Test
  void rulesAreSplitOutsideQuotes() {
    assertEquals(
        List.of("allow a", "deny 'b;c'", "allow d"),
        RuleParser.split("allow a; deny 'b;c' ;;\r\n\n allow d;"));
    assertEquals(List.of(), RuleParser.split(" ; \n"));
    assertEquals(List.of("allow 'a;b", "deny c"), RuleParser.split("allow 'a;b\ndeny c"));
  }
}
