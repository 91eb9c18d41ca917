package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Principal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rules as a fuzzer's input says, and a client whom they judge. The first three lines are the
 * Client Identifier, the user name (none if empty) and the topic or filter that is asked for; all
 * else is the text of rules.
 */
final class FuzzedRules {
  private static final int RULES_MAX = 4;
  private static final String DENIAL = "deny both topic=secret/# priority=3";

  private final String clientId;
  private final @Nullable String userName;
  private final String asked;
  private final String text;

  private FuzzedRules(String[] lines) {
    clientId = lines[0];
    userName = lines.length < 2 || lines[1].isEmpty() ? null : lines[1];
    asked = lines.length < 3 ? "" : lines[2];
    text = lines.length < 4 ? "" : lines[3];
  }

  static void run(byte[] input) {
    new FuzzedRules(new String(input, StandardCharsets.UTF_8).split("\n", 4)).run();
  }

  private void run() {
    List<String> each = RuleParser.split(text);
    each.stream().limit(RULES_MAX).forEach(this::alone);
    if (each.size() > 1) {
      alone(text.replace('\n', ' '));
    }
    amongOthers(each);
  }

  /** One rule: it is what it says, and no client's name makes more of it. */
  private void alone(String ruleText) {
    Rule rule;
    try {
      rule = RuleParser.parse(ruleText);
    } catch (RuleParser.RuleSyntaxException e) {
      return;
    }
    String printed = rule.toString();
    assertEquals(rule, RuleParser.parse(printed), () -> ruleText + " printed as " + printed);
    assertEquals(printed, RuleParser.parse("\n\t " + printed + " \n").toString());
    assertTrue(printed.length() <= 4 * ruleText.length() + 64, printed);
    if (TopicFilter.isValidFilter(asked)) {
      judged(rule.topic());
    }
  }

  private void judged(TopicPattern pattern) {
    boolean covers = pattern.covers(asked, clientId, userName);
    boolean overlaps = pattern.overlaps(asked, clientId, userName);
    for (String topic : topics(pattern)) {
      boolean granted = PatternReference.covers(pattern.toString(), topic, clientId, userName);
      boolean denied = PatternReference.overlaps(pattern.toString(), topic, clientId, userName);
      String about = pattern + " and " + topic;
      assertEquals(granted, pattern.covers(topic, clientId, userName), about);
      assertEquals(denied, pattern.overlaps(topic, clientId, userName), about);
      if (TopicFilter.matches(asked, topic)) {
        assertTrue(granted || !covers, () -> pattern + " covers " + asked + ", but not " + topic);
        assertTrue(overlaps || !denied, () -> about + ", which " + asked + " matches, overlap");
      }
    }
  }

  /** Some that the filter asked for matches, and some that the pattern is for. */
  private Set<String> topics(TopicPattern pattern) {
    Set<String> topics = new TreeSet<>();
    for (String level : List.of("x", "", clientId)) {
      for (String filter : List.of(asked, pattern.toString())) {
        String plain = filter.replace("+", level).replace("%c", clientId).replace("%u", level);
        topics.add(plain.replace("#", "x/" + level));
        topics.add(plain.replace("/#", ""));
      }
    }
    topics.add("$" + asked.replace("+", "x").replace("#", "x"));
    topics.removeIf(topic -> !TopicFilter.isValidTopicName(topic));
    return topics;
  }

  /** A rule among others is the same rule; and one more denial never allows anything. */
  private void amongOthers(List<String> texts) {
    Rule denial = RuleParser.parse(DENIAL);
    List<Rule> alone = read(Map.of("rules", text));
    List<Rule> around = read(Map.of("rules", text + "\n" + DENIAL + "\n" + text));
    if (text.indexOf(';') < 0) { // no quote goes on in the next line
      assertEquals(alone, read(keys(text.lines().filter(line -> !line.isBlank()).toList())));
    }
    if (alone == null) {
      assertEquals(null, around);
      return;
    }
    List<Rule> wanted = new ArrayList<>(alone);
    wanted.add(denial);
    wanted.addAll(alone);
    assertEquals(wanted, around);
    if (text.length() % 3 == 0) { // one way at a time, for speed
      assertEquals(wanted, read(Map.of("rules", new String[] {text, DENIAL, text})));
    } else if (text.length() % 3 == 1) {
      assertEquals(alone, read(keys(texts)));
    } else if (alone.size() == 1) {
      List<Rule> three = read(new TreeMap<>(Map.of("rule.a", text, "rule.b", DENIAL)));
      assertEquals(three == null ? null : List.of(alone.get(0), denial), three);
    }
    if (TopicFilter.isValidFilter(asked)) {
      assertNotWider(inForce(alone), inForce(wanted.subList(0, alone.size() + 1)));
    }
  }

  private static Map<String, String> keys(List<String> texts) {
    Map<String, String> keys = new TreeMap<>();
    for (String each : texts) {
      keys.put("rule.%05d".formatted(keys.size()), each);
    }
    return keys;
  }

  private static Rules inForce(List<Rule> rules) {
    return Rules.of(
        rules.stream().map(rule -> Entry.of(rule, 0, "io.fluxmqtt.acl~fuzz", "rule")).toList());
  }

  private void assertNotWider(Rules rules, Rules narrower) {
    InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    Principal principal = userName == null ? Principal.ANONYMOUS : Principal.user(userName);
    Client client = new Client(clientId, principal, "default", here);
    List<Access> wishes = new ArrayList<>();
    wishes.add(new Access.Subscribe(new TopicFilter(null, asked), QoS.AT_MOST_ONCE));
    if (TopicFilter.isValidTopicName(asked)) {
      wishes.add(new Access.Publish(asked, QoS.AT_MOST_ONCE, false));
      wishes.add(new Access.Receive(asked));
    }
    for (Access wish : wishes) {
      boolean allowed = rules.decide(client, wish) == Decision.ALLOW;
      assertTrue(allowed || narrower.decide(client, wish) != Decision.ALLOW, () -> "" + wish);
    }
  }

  /** The rules, or null if they are refused with the one exception for that. */
  private static @Nullable List<Rule> read(Map<String, ?> properties) {
    try {
      return RuleReader.read("io.fluxmqtt.acl~fuzz", properties).rules().stream()
          .map(Entry::rule)
          .toList();
    } catch (SettingException e) {
      return null;
    }
  }
}
