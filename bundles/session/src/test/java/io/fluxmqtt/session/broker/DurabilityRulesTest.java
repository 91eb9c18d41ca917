package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.Durability;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DurabilityRulesTest {
  private static final Durability INTERVAL = Durability.interval(10);
  private static final Durability MEMORY = Durability.memory(10);

  @Test
  void whatNoFilterMatchesIsSynced() {
    DurabilityRules rules = new DurabilityRules(Map.of("a/b", MEMORY, "c/+", MEMORY));
    assertSame(Durability.SYNC, rules.find("a"));
    assertSame(Durability.SYNC, rules.find("a/b/c"));
    assertSame(Durability.SYNC, rules.find("c"));
    assertSame(MEMORY, rules.find("a/b"));
    assertSame(MEMORY, rules.find("c/"));
    assertSame(Durability.SYNC, DurabilityRules.NONE.find("a"));
    assertTrue(DurabilityRules.NONE.isEmpty());
    assertFalse(rules.isEmpty());
  }

  @Test
  void nameIsMoreSpecificThanOneLevelAndThatThanAll() {
    DurabilityRules rules =
        new DurabilityRules(
            Map.of("#", MEMORY, "a/#", INTERVAL, "a/+", Durability.SYNC, "a/b", MEMORY));
    assertSame(MEMORY, rules.find("x/y"));
    assertSame(INTERVAL, rules.find("a"));
    assertSame(INTERVAL, rules.find("a/b/c"));
    assertSame(Durability.SYNC, rules.find("a/c"));
    assertSame(MEMORY, rules.find("a/b"));
  }

  @Test
  void firstLevelThatDiffersDecides() {
    DurabilityRules rules = new DurabilityRules(Map.of("a/+/+", MEMORY, "+/b/c", INTERVAL));
    assertSame(MEMORY, rules.find("a/b/c"));
    assertSame(INTERVAL, rules.find("z/b/c"));
  }

  @Test
  void moreSpecificBeginningThatLeadsNowhereDoesNotCount() {
    DurabilityRules rules = new DurabilityRules(Map.of("a/b/c", MEMORY, "a/+/d", INTERVAL));
    assertSame(INTERVAL, rules.find("a/b/d"));
    assertSame(Durability.SYNC, rules.find("a/b"));
  }

  @Test
  void wildcardAtTheBeginningDoesNotMatchDollarTopics() {
    DurabilityRules rules = new DurabilityRules(Map.of("#", MEMORY, "+/x", MEMORY));
    assertSame(Durability.SYNC, rules.find("$SYS/x"));
    rules = new DurabilityRules(Map.of("$SYS/#", INTERVAL, "#", MEMORY));
    assertSame(INTERVAL, rules.find("$SYS/x"));
    assertSame(MEMORY, rules.find("a/$b"));
  }

  @Test
  void findsWhatAListInOrderWouldFind() {
    Random random = new Random(11);
    for (int round = 0; round < 300; round++) {
      Map<String, Durability> byFilter = new HashMap<>();
      for (int i = random.nextInt(12); i >= 0; i--) {
        String filter = levels(random, "a", "b", "+", "");
        filter = random.nextInt(3) == 0 ? filter + "/#" : filter;
        byFilter.put(filter.isEmpty() ? "#" : filter, Durability.interval(1 + i));
      }
      DurabilityRules rules = new DurabilityRules(byFilter);
      DurabilityCache cache = new DurabilityCache();
      for (int i = 0; i < 50; i++) {
        String topic = levels(random, "a", "b", "c", "", "$x");
        if (topic.isEmpty()) {
          continue;
        }
        Optional<String> best =
            byFilter.keySet().stream()
                .filter(filter -> TopicFilter.matches(filter, topic))
                .min(Comparator.comparing(DurabilityRulesTest::rank));
        Durability expected = best.map(byFilter::get).orElse(Durability.SYNC);
        assertSame(expected, rules.find(topic), () -> topic + " in " + byFilter);
        assertSame(expected, cache.find(rules, topic));
        assertSame(expected, cache.find(rules, topic));
      }
    }
  }

  @Test
  void cacheForgetsWhenTheRulesChange() {
    DurabilityCache cache = new DurabilityCache();
    String longTopic = "t".repeat(300);
    for (Durability durability : new Durability[] {MEMORY, INTERVAL, MEMORY}) {
      DurabilityRules rules = new DurabilityRules(Map.of("#", durability));
      for (int i = 0; i < 1_000; i++) {
        assertSame(durability, cache.find(rules, "t" + i % 600));
      }
      assertSame(durability, cache.find(rules, longTopic));
    }
    assertEquals(Durability.SYNC, cache.find(DurabilityRules.NONE, "t1"));
  }

  /** Sorts as the text says: names, then one level, then all. */
  private static String rank(String filter) {
    StringBuilder rank = new StringBuilder();
    for (String level : filter.split("/", -1)) {
      rank.append(level.equals("+") ? "2" : level.equals("#") ? "3" : "1").append(level);
      rank.append(' ');
    }
    return rank.toString();
  }

  private static String levels(Random random, String... names) {
    StringBuilder text = new StringBuilder(names[random.nextInt(names.length)]);
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append('/').append(names[random.nextInt(names.length)]);
    }
    return text.toString();
  }
}
