package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LevelsTest {
  @Test
  void levelEqualsOnlyThePartThatIsTheSame() {
    assertTrue(Levels.equal("ab", "x/ab/y", 2, 4));
    assertFalse(Levels.equal("ab", "x/abc", 2, 5));
    assertFalse(Levels.equal("ab", "x/a", 2, 3));
    assertFalse(Levels.equal("ab", "x/ac", 2, 4));
  }

  @Test
  void hashDependsOnTheLevelAloneAndNotOnWhereItStands() {
    assertEquals(Levels.hash("room", 0, 4), Levels.hash("x/room/y", 2, 6));
  }

  /** Of 4,096 balls in 4,096 urns, 63 % of the urns get one. */
  @Test
  void namesThatDifferLittleAreSpreadOverTheSlots() {
    Set<Integer> slots = new HashSet<>();
    Set<Integer> high = new HashSet<>();
    for (int i = 0; i < 4_096; i++) {
      String name = "device" + i;
      int hash = Levels.hash(name, 0, name.length());
      slots.add(hash & 4_095);
      high.add(hash >>> 20);
    }
    assertTrue(slots.size() > 2_400, () -> slots.size() + " slots by the low bits");
    assertTrue(high.size() > 2_400, () -> high.size() + " slots by the high bits");
  }

  @Test
  void orderOfCharactersCountsInTheHash() {
    Set<Integer> hashes = new HashSet<>();
    for (String name : List.of("abc", "acb", "bac", "bca", "cab", "cba", "a", "aa", "aaa", "")) {
      hashes.add(Levels.hash(name, 0, name.length()));
    }
    assertEquals(10, hashes.size());
  }

  @Test
  void everyCharacterCountsInTheHash() {
    String text = "\uFFFD".repeat(8);
    Set<Integer> hashes = new HashSet<>(Set.of(Levels.hash(text, 0, 8)));
    for (int i = 0; i < 8; i++) {
      hashes.add(Levels.hash(text.substring(0, i) + '\uFFFC' + text.substring(i + 1), 0, 8));
      hashes.add(Levels.hash(text, 0, i));
    }
    assertEquals(17, hashes.size());
  }

  @Test
  void levelsOfTheSameHashAreToldApart() {
    List<String> twins = twins();
    SubscriptionTree<String> tree = new SubscriptionTree<>();
    Grant grant = new Grant(QoS.AT_MOST_ONCE, false, false, 0);
    tree.add(TopicFilter.parse(twins.get(0)), "s", grant);
    assertEquals(List.of(), SubscriptionTreeTest.matches(tree, twins.get(1)));

    tree.add(TopicFilter.parse(twins.get(1)), "t", grant);

    assertEquals(List.of("s " + grant), SubscriptionTreeTest.matches(tree, twins.get(0)));
    assertEquals(List.of("t " + grant), SubscriptionTreeTest.matches(tree, twins.get(1)));
  }

  /** Two names with the same hash; among so many there are some, whatever the seed. */
  private static List<String> twins() {
    Map<Integer, String> names = new HashMap<>();
    for (int i = 0; i < 1_000_000; i++) {
      String name = Long.toString(i * 0x5851_F42D_4C95_7F2DL, Character.MAX_RADIX);
      String other = names.put(Levels.hash(name, 0, name.length()), name);
      if (other != null) {
        return List.of(other, name);
      }
    }
    throw new AssertionError("no two of a million names have the same hash");
  }

  @Test
  void namesOfLevelsAreShared() {
    LevelNames names = new LevelNames();
    String first = names.name("a/room/b", 2, 6, 7);

    assertEquals("room", first);
    assertSame(first, names.name("room", 0, 4, 7));
  }

  @Test
  void longestNameThatIsSharedHas64Characters() {
    LevelNames names = new LevelNames();
    String shared = "x".repeat(64);
    String longer = "x".repeat(65);

    assertSame(names.name("a/" + shared, 2, 66, 7), names.name("b/" + shared, 2, 66, 7));
    assertEquals(longer, names.name("a/" + longer, 2, 67, 8));
    assertNotSame(names.name("a/" + longer, 2, 67, 8), names.name("b/" + longer, 2, 67, 8));
  }

  @Test
  void namesOfOneSlotTakeTurns() {
    LevelNames names = new LevelNames();
    String first = names.name("x/one", 2, 5, 7);

    assertEquals("two", names.name("x/two", 2, 5, 7));
    assertEquals("one", names.name("x/one", 2, 5, 7 + 4_096));
    assertNotSame(first, names.name("x/one", 2, 5, 7));
  }
}
