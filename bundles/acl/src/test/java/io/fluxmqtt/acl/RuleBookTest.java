package io.fluxmqtt.acl;

import static io.fluxmqtt.api.spi.access.Decision.ABSTAIN;
import static io.fluxmqtt.api.spi.access.Decision.ALLOW;
import static io.fluxmqtt.api.spi.access.Decision.DENY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RuleBookTest {
  private static final Client CLIENT = RulesTest.client("c", "u", "127.0.0.1");
  private static final Map<String, ?> ALLOW_ALL = Map.of("rule.1", "allow both topic=#");
  private static final Map<String, ?> BAD = Map.of("rule.1", "allow both topic=a#");

  private final RuleBook book = new RuleBook(Path.of(""));

  @Test
  void withoutConfigurationAllIsDenied() {
    assertEquals(DENY, publish("a"));
    book.replaceAll(Map.of());
    assertEquals(DENY, publish("a"));
  }

  @Test
  void configurationsFormOneSetOfRules() {
    book.replaceAll(
        Map.of("acl~a", ALLOW_ALL, "acl~b", Map.of("rules", "deny both topic=b priority=1")));
    assertEquals(ALLOW, publish("a"));
    assertEquals(DENY, publish("b"));
    book.replaceAll(Map.of("acl~b", Map.of("rules", "deny both topic=b priority=1")));
    assertEquals(ABSTAIN, publish("a"));
  }

  @Test
  void badChangeKeepsTheOldRulesOfItsConfigurationOnly() {
    book.replaceAll(Map.of("acl~a", ALLOW_ALL));
    book.replaceAll(Map.of("acl~a", BAD));
    assertEquals(ALLOW, publish("a"));
    book.replaceAll(Map.of("acl~a", BAD, "acl~b", Map.of("rule.1", "deny both topic=b")));
    assertEquals(ALLOW, publish("a"));
    assertEquals(DENY, publish("b"));
    book.replaceAll(Map.of("acl~a", Map.of("rule.1", "allow both topic=x")));
    assertEquals(ABSTAIN, publish("a"));
  }

  @Test
  void configurationThatNeverWasGoodDeniesAllUntilItIsGoodOrGone() {
    book.replaceAll(Map.of("acl~a", ALLOW_ALL, "acl~b", BAD));
    assertEquals(DENY, publish("a"));
    book.replaceAll(Map.of("acl~a", ALLOW_ALL, "acl~b", Map.of("rule.1", "deny both topic=b")));
    assertEquals(ALLOW, publish("a"));
    book.replaceAll(Map.of("acl~a", ALLOW_ALL, "acl~c", BAD));
    assertEquals(DENY, publish("a"));
    book.replaceAll(Map.of("acl~a", ALLOW_ALL));
    assertEquals(ALLOW, publish("a"));
  }

  @Test
  void rulesMayBeAnArrayAListOrText() {
    String allow = "allow publish,subscribe topic=a";
    String deny = "deny both topic=b";
    for (Object rules :
        List.of(new String[] {allow, deny}, List.of(allow, deny), allow + ";" + deny)) {
      book.replaceAll(Map.of("acl~a", Map.of("rules", rules)));
      assertEquals(ALLOW, publish("a"));
      assertEquals(DENY, publish("b"));
    }
  }

  @Test
  void errorNamesPidKeyRuleAndPlace() {
    assertError(
        Map.of("rule.x", "allow both topic=a#"),
        "acl~a: rule.x='allow both topic=a#' at character 12: topic 'a#' is not a valid");
    assertError(
        Map.of("rules", "allow both topic=a; allow"), "acl~a: rules[2]='allow' at character 6: ");
    assertError(Map.of("rule.1", " "), "acl~a: rule.1='' at character 1: begin with");
    assertError(Map.of("rule.1", "a\nb"), "acl~a: rule.1='a?b' at character 1: 'a' is neither");
  }

  @Test
  void misspeltRuleKeyIsRefusedSinceItCouldHoldADenial() {
    assertError(Map.of("rule1", "deny both topic=#"), "acl~a: rule1='deny both topic=#' is no key");
    assertError(Map.of("Rules", "deny both topic=#"), "acl~a: Rules='deny both topic=#' is no key");
  }

  @Test
  void shippedFileServesLoopback() throws IOException {
    Properties file = new Properties();
    try (Reader in = Files.newBufferedReader(Path.of("src/main/cfg/io.fluxmqtt.acl-default.cfg"))) {
      file.load(in);
    }
    Map<String, Object> properties = new HashMap<>();
    file.forEach((key, value) -> properties.put((String) key, value));
    book.replaceAll(Map.of("io.fluxmqtt.acl~default", properties));
    assertEquals(ALLOW, publish("a/b"));
    assertEquals(ABSTAIN, publish("$SYS/x"));
    assertEquals(ALLOW, book.decide(CLIENT, new Access.Receive("$SYS/x")));
    Client remote = RulesTest.client("c", "u", "192.0.2.1");
    assertEquals(ABSTAIN, book.decide(remote, new Access.Receive("a")));
  }

  @Test
  void decisionSeesOldRulesOrNewOnesNeverSomeOfEach() throws InterruptedException {
    // Either way "a" is denied; a mix of the two would allow it.
    Map<String, Map<String, ?>> one =
        Map.of("acl~a", ALLOW_ALL, "acl~b", Map.of("rule.1", "deny both topic=a"));
    Map<String, Map<String, ?>> other =
        Map.of("acl~a", Map.of("rule.1", "deny both topic=a"), "acl~b", ALLOW_ALL);
    book.replaceAll(one);
    AtomicBoolean done = new AtomicBoolean();
    Thread changer =
        new Thread(
            () -> {
              for (int i = 0; i < 2_000; i++) {
                book.replaceAll(i % 2 == 0 ? other : one);
              }
              done.set(true);
            });
    changer.start();
    do {
      assertEquals(DENY, publish("a"));
      assertEquals(ALLOW, publish("b"));
    } while (!done.get());
    changer.join();
  }

  private static void assertError(Map<String, ?> properties, String message) {
    var e = assertThrows(SettingException.class, () -> RuleReader.read("acl~a", properties));
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  private Decision publish(String topic) {
    return book.decide(CLIENT, new Access.Publish(topic, QoS.AT_MOST_ONCE, false));
  }
}
