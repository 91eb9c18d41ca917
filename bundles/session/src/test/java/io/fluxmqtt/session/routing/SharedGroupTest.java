package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SharedGroupTest {
  private static final Grant GRANT = new Grant(QoS.AT_LEAST_ONCE, false, false, 0);

  private final SharedGroup<String> group = new SharedGroup<>("g", "a/#");

  @Test
  void knowsItsNameAndFilter() {
    assertEquals("g", group.name());
    assertEquals("a/#", group.filter());
    assertEquals("$share/g/a/#", group.toString());
  }

  @Test
  void emptyGroupHasNobody() {
    assertNull(group.next(s -> true));
  }

  @Test
  void membersTakeTurns() {
    join("a", "b", "c");

    assertEquals("abcabc", turns(6, s -> true));
  }

  @Test
  void turnsOfAbsentMembersAreSharedByAll() {
    join("a", "b", "c", "d");

    // not "acdd": the turn of "b" must not always fall to "c"
    assertEquals("acdacdacd", turns(9, s -> !s.equals("b")));
    assertNull(group.next(s -> false));
    assertEquals("abcd", turns(4, s -> true));
  }

  @Test
  void turnOfAnAbsentLastMemberFallsToTheFirst() {
    join("a", "b", "c");

    assertEquals("abab", turns(4, s -> !s.equals("c")));
  }

  @Test
  void joiningAgainReplacesTheGrant() {
    Grant later = new Grant(QoS.EXACTLY_ONCE, false, true, 9);
    assertTrue(group.put("a", GRANT));
    assertFalse(group.put("a", later));

    assertEquals(new Member<>("a", later), group.next(s -> true));
    assertEquals("aa", turns(2, s -> true));
  }

  @Test
  void leavingKeepsTheTurnsOfOthers() {
    join("a", "b", "c", "d");
    assertEquals("ab", turns(2, s -> true));

    assertEquals(GRANT, group.remove("a"));
    assertNull(group.remove("a"));

    assertEquals("cdbcdb", turns(6, s -> true));
    group.remove("d");
    group.remove("c");
    assertEquals("bb", turns(2, s -> true));
    group.remove("b");
    assertTrue(group.isEmpty());
    assertNull(group.next(s -> true));
  }

  @Test
  @Timeout(30)
  void turnsAreFairAmongManyThreads() throws Exception {
    join("a", "b", "c", "d", "e");
    Map<String, Integer> counts = new ConcurrentHashMap<>();
    Callable<Boolean> taker =
        () -> {
          for (int i = 0; i < 20_000; i++) {
            Member<String> member = group.next(s -> !s.equals("c"));
            counts.merge(member.subscriber(), 1, Integer::sum);
          }
          return true;
        };
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<Boolean> done : threads.invokeAll(List.of(taker, taker, taker, taker))) {
        assertTrue(done.get());
      }
    } finally {
      threads.shutdownNow();
    }

    assertEquals(Map.of("a", 20_000, "b", 20_000, "d", 20_000, "e", 20_000), counts);
  }

  private void join(String... subscribers) {
    for (String subscriber : subscribers) {
      group.put(subscriber, GRANT);
    }
  }

  private String turns(int count, Predicate<String> eligible) {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(group.next(eligible).subscriber());
    }
    return String.join("", taken);
  }
}
