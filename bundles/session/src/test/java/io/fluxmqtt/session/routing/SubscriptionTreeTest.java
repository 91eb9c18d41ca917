package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubscriptionTreeTest {
  private static final Grant GRANT = new Grant(QoS.AT_LEAST_ONCE, false, false, 0);

  private final SubscriptionTree<String> tree = new SubscriptionTree<>();

  @ParameterizedTest
  @CsvSource({
    "sport/tennis/player1/#, sport/tennis/player1",
    "sport/tennis/player1/#, sport/tennis/player1/ranking",
    "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon",
    "sport/#, sport",
    "#, sport/tennis",
    "#, /",
    "sport/tennis/+, sport/tennis/player1",
    "sport/+, sport/",
    "+, sport",
    "+/tennis/#, sport/tennis",
    "sport/+/player1, sport/tennis/player1",
    "+/+, /finance",
    "/+, /finance",
    "$SYS/#, $SYS/broker",
    "$SYS/monitor/+, $SYS/monitor/Clients",
    "$share/#, $share/g/a",
    "a//b, a//b",
    "+//b, a//b"
  })
  void filterMatchesName(String filter, String name) {
    tree.add(new TopicFilter(null, filter), "s", GRANT);

    assertEquals(List.of("s " + GRANT), matches(name));
  }

  @ParameterizedTest
  @CsvSource({
    "sport/tennis/+, sport/tennis/player1/ranking",
    "sport/+, sport",
    "+, /finance",
    "#, $SYS/broker",
    "+/monitor/Clients, $SYS/monitor/Clients",
    "+, $SYS",
    "#, $share/g/a",
    "a/b, a/b/c",
    "a/b/c, a/b",
    "a/b/#, ab",
    "a/+/#, a",
    "ACCOUNTS, Accounts",
    "/finance, finance"
  })
  void filterDoesNotMatchName(String filter, String name) {
    tree.add(new TopicFilter(null, filter), "s", GRANT);

    assertEquals(List.of(), matches(name));
  }

  @Test
  void sameFilterReplacesTheGrant() {
    Grant later = new Grant(QoS.EXACTLY_ONCE, true, true, 7);

    assertTrue(add("a/+", "s", GRANT));
    assertFalse(add("a/+", "s", later));

    assertEquals(List.of("s " + later), matches("a/b"));
    assertEquals(1, tree.size());
    assertEquals(later, tree.remove(TopicFilter.parse("a/+"), "s"));
  }

  @Test
  void subscriberIsShownOncePerMatchingFilter() {
    add("a/b", "s", GRANT);
    add("a/+", "s", GRANT);
    add("a/#", "s", GRANT);
    add("a/c", "s", GRANT);

    assertEquals(3, matches("a/b").size());
  }

  @Test
  @SuppressWarnings("StringOperationCanBeSimplified") // equal but not the same
  void subscribersAreToldApartByIdentity() {
    assertTrue(add("a", new String("s"), GRANT));
    assertTrue(add("a", new String("s"), GRANT));
    assertTrue(add("$share/g/a", new String("s"), GRANT));
    assertTrue(add("$share/g/a", new String("s"), GRANT));

    assertEquals(4, tree.size());
  }

  @Test
  void removingWhatIsNotThereChangesNothing() {
    add("a/b", "s", GRANT);
    add("$share/g/a/b", "s", GRANT);
    long version = tree.version();

    assertNull(tree.remove(TopicFilter.parse("a"), "s"));
    assertNull(tree.remove(TopicFilter.parse("a/c"), "s"));
    assertNull(tree.remove(TopicFilter.parse("a/b"), "t"));
    assertNull(tree.remove(TopicFilter.parse("$share/h/a/b"), "s"));
    assertNull(tree.remove(TopicFilter.parse("$share/g/a/b"), "t"));

    assertEquals(2, tree.size());
    assertEquals(version, tree.version());
  }

  @Test
  void everyChangeChangesTheVersion() {
    long before = tree.version();
    add("a", "s", GRANT);
    long added = tree.version();
    add("a", "s", GRANT);
    long replaced = tree.version();
    tree.remove(TopicFilter.parse("a"), "s");

    assertNotEquals(before, added);
    assertNotEquals(added, replaced);
    assertNotEquals(replaced, tree.version());
  }

  @Test
  void groupIsShownOncePerShareNameAndFilter() {
    add("$share/g/a/+", "s", GRANT);
    add("$share/g/a/+", "t", GRANT);
    add("$share/h/a/+", "s", GRANT);
    add("$share/g/a/b", "s", GRANT);
    add("a/b", "u", GRANT);

    assertEquals(
        List.of("$share/g/a/+", "$share/g/a/b", "$share/h/a/+", "u " + GRANT), matches("a/b"));
    assertEquals(5, tree.size());
  }

  @Test
  void sharedFilterObeysTheDollarRule() {
    add("$share/g/#", "s", GRANT);
    add("$share/g/$SYS/#", "s", GRANT);

    assertEquals(List.of("$share/g/$SYS/#"), matches("$SYS/x"));
    assertEquals(List.of("$share/g/#"), matches("x"));
  }

  @Test
  void groupVanishesWithItsLastMember() {
    add("$share/g/a", "s", GRANT);
    add("$share/g/a", "t", GRANT);
    SharedGroup<String> group = group("a");

    tree.remove(TopicFilter.parse("$share/g/a"), "s");
    assertSame(group, group("a"));
    tree.remove(TopicFilter.parse("$share/g/a"), "t");

    assertEquals(List.of(), matches("a"));
    assertEquals(1, tree.nodes());
    assertNull(group.next(s -> true));
  }

  @Test
  void emptyBranchesAreCutOff() {
    List<String> filters =
        List.of("a/b/c", "a/b", "a/+/c", "a/#", "#", "+", "/", "$share/g/a/b/c", "$share/h/a/+/#");
    filters.forEach(filter -> add(filter, "s", GRANT));
    assertEquals(9, tree.nodes(), "'#' needs none");

    tree.remove(TopicFilter.parse("a/b/c"), "s");
    assertEquals(9, tree.nodes(), "the group still needs the node");
    tree.remove(TopicFilter.parse("$share/g/a/b/c"), "s");
    assertEquals(8, tree.nodes());
    assertEquals(4, matches("a/b").size());

    filters.forEach(filter -> tree.remove(TopicFilter.parse(filter), "s"));
    assertEquals(1, tree.nodes());
    assertEquals(0, tree.size());
  }

  @Test
  void filterOfTheMostLevelsIsFound() {
    String name = "/".repeat(TopicFilter.MAX_LEVELS - 1);
    add(name, "s", GRANT);
    add("+" + "/+".repeat(TopicFilter.MAX_LEVELS - 1), "t", GRANT);

    assertEquals(List.of("s " + GRANT, "t " + GRANT), matches(name));
  }

  @Test
  void matchingAllocatesNothing() {
    for (int i = 0; i < 1_000; i++) {
      add("a/b/" + i % 10, "s" + i, GRANT);
      add("a/+/#", "t" + i, GRANT);
      add("$share/g" + i % 10 + "/+/b/+", "u" + i, GRANT);
    }
    long[] seen = new long[2];
    MatchVisitor<String> counting =
        new MatchVisitor<>() {
          @Override
          public void subscriber(String subscriber, Grant grant) {
            seen[0]++;
          }

          @Override
          public void group(SharedGroup<String> group) {
            seen[1]++;
          }
        };
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    tree.match("a/b/3", counting);
    long before = threads.getCurrentThreadAllocatedBytes();

    for (int i = 0; i < 1_000; i++) {
      tree.match("a/b/3", counting);
    }

    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 1_000, () -> allocated + " bytes allocated by 1,000 matches");
    assertEquals(1_001L * 1_100, seen[0]);
    assertEquals(1_001L * 10, seen[1]);
  }

  /** The tree shows what ten plain lines say, through additions and removals. */
  @Test
  void treeAgreesWithTheReference() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      RandomTopics topics = new RandomTopics(random);
      SubscriptionTree<String> subject = new SubscriptionTree<>();
      String[] subscribers = {"s", "t", "u", "v", "w"};
      Map<TopicFilter, Map<String, Grant>> model = new HashMap<>();
      for (int step = 0; step < 200; step++) {
        TopicFilter filter =
            new TopicFilter(
                random.nextInt(4) == 0 ? "g" + random.nextInt(2) : null, topics.filter());
        String subscriber = subscribers[random.nextInt(subscribers.length)];
        Map<String, Grant> granted = model.computeIfAbsent(filter, f -> new HashMap<>());
        if (random.nextInt(3) > 0) {
          Grant grant = new Grant(QoS.of(random.nextInt(3)), false, false, step);
          assertEquals(
              granted.put(subscriber, grant) == null,
              subject.add(filter, subscriber, grant),
              "seed " + seed);
        } else {
          assertEquals(
              granted.remove(subscriber), subject.remove(filter, subscriber), "seed " + seed);
        }
        String name = topics.name();
        assertEquals(
            expected(model, name), matches(subject, name), "seed " + seed + ", name " + name);
      }
      assertEquals(model.values().stream().mapToLong(Map::size).sum(), subject.size());
      model.forEach((f, granted) -> granted.keySet().forEach(s -> subject.remove(f, s)));
      assertEquals(1, subject.nodes(), "seed " + seed);
    }
  }

  private static List<String> expected(Map<TopicFilter, Map<String, Grant>> model, String name) {
    List<String> expected = new ArrayList<>();
    model.forEach(
        (filter, granted) -> {
          if (filter.matches(name) && !granted.isEmpty()) {
            if (filter.isShared()) {
              expected.add(filter.toString());
            } else {
              granted.forEach((subscriber, grant) -> expected.add(subscriber + " " + grant));
            }
          }
        });
    Collections.sort(expected);
    return expected;
  }

  private boolean add(String filter, String subscriber, Grant grant) {
    return tree.add(TopicFilter.parse(filter), subscriber, grant);
  }

  private SharedGroup<String> group(String name) {
    List<SharedGroup<String>> found = new ArrayList<>();
    tree.match(
        name,
        new MatchVisitor<>() {
          @Override
          public void subscriber(String subscriber, Grant grant) {}

          @Override
          public void group(SharedGroup<String> group) {
            found.add(group);
          }
        });
    assertEquals(1, found.size());
    return found.get(0);
  }

  private List<String> matches(String name) {
    return matches(tree, name);
  }

  /** What a match shows, sorted: "subscriber grant" or the group's text. */
  static List<String> matches(SubscriptionTree<String> tree, String name) {
    List<String> found = new ArrayList<>();
    tree.match(
        name,
        new MatchVisitor<>() {
          @Override
          public void subscriber(String subscriber, Grant grant) {
            found.add(subscriber + " " + grant);
          }

          @Override
          public void group(SharedGroup<String> group) {
            found.add(group.toString());
          }
        });
    Collections.sort(found);
    return found;
  }
}
