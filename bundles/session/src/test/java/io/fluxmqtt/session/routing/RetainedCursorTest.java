package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.session.routing.RetainedMessages.Entry;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetainedCursorTest {
  private final RetainedMessages<String> messages = new RetainedMessages<>(String::length);

  @Test
  void showsTheMessageOfTheMomentAfterARest() {
    messages.put("a/1", "old");
    messages.put("a/2", "old");
    messages.put("a/3", "old");
    messages.put("a/4", "old");
    RetainedCursor<String> cursor = messages.cursor("a/#");
    assertEquals("a/1", cursor.next().topic());

    messages.put("a/2", "new");
    messages.remove("a/3");
    messages.put("a/0", "new");
    messages.put("a/5", "new");

    Entry<String> second = cursor.next();
    assertEquals("a/2", second.topic());
    assertEquals("new", second.message());
    assertEquals("a/4", cursor.next().topic());
    assertEquals("a/5", cursor.next().topic());
    assertFalse(cursor.isExhausted());
    assertNull(cursor.next());
    assertTrue(cursor.isExhausted());
    messages.put("a/6", "new");
    assertNull(cursor.next());
  }

  @Test
  void entryKeepsWhatItWasTakenFor() {
    messages.put("a/1", "old");
    Entry<String> taken = messages.cursor("#").next();

    messages.put("a/1", "new");
    assertEquals("new", taken.message());
    messages.remove("a/1");
    assertEquals("new", taken.message(), "the last there was");
    messages.put("a/1", "newer");
    assertEquals("new", taken.message());
    assertEquals("newer", messages.get("a/1"));
  }

  @Test
  void messageThatLeavesAndReturnsIsShownOnce() {
    messages.put("a/1", "old");
    messages.put("a/2", "old");
    RetainedCursor<String> cursor = messages.cursor("+/+");
    cursor.next();

    messages.remove("a/1");
    messages.put("a/1", "new");
    messages.remove("a/2");
    messages.put("a/2", "new");

    assertEquals("new", cursor.next().message());
    assertNull(cursor.next());
  }

  @Test
  void filterWithoutWildcardIsLookedUpWhenAsked() {
    RetainedCursor<String> cursor = messages.cursor("a/b");
    messages.put("a/b", "m");
    messages.put("a/b/c", "m");

    assertEquals("m", cursor.next().message());
    assertNull(cursor.next());
    assertTrue(cursor.isExhausted());
  }

  @Test
  void limitedStepsGoOnWhereTheyEnded() {
    for (int i = 0; i < 1_000; i++) {
      messages.put("d" + i + "/a", "m");
    }
    messages.put("d500/z", "m");
    RetainedCursor<String> cursor = messages.cursor("+/z");

    Entry<String> entry = cursor.next(10);
    assertNull(entry);
    assertFalse(cursor.isExhausted());
    int calls = 1;
    while (entry == null) {
      entry = cursor.next(10);
      calls++;
    }
    assertEquals("d500/z", entry.topic());
    assertTrue(calls > 10, "only " + calls + " calls");
    assertNull(cursor.next());
    assertTrue(cursor.isExhausted());
  }

  /** By count: branches that cannot match are jumped over, not walked through. */
  @Test
  void branchesThatCannotMatchAreJumpedOver() {
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j < 1_000; j++) {
        messages.put("d" + i + "/a/" + j, "m");
      }
      messages.put("d" + i + "/b", "m");
    }
    RetainedCursor<String> cursor = messages.cursor("+/b");

    int steps = 0;
    int found = 0;
    while (!cursor.isExhausted()) {
      steps++;
      found += cursor.next(1) == null ? 0 : 1;
    }

    assertEquals(10, found);
    assertTrue(steps < 50, "took " + steps + " steps");
  }

  /** As above, for each of the ways in which a topic can be out of the question. */
  @ParameterizedTest
  @CsvSource({
    "+/x, d%d/a/, d%d/x", // a level too early in the order
    "+/a, d%d/b/, d%d/a", // a level too late
    "+/a, d%d/a/, d%d/a", // below what matches
    "+/+/x, d%d/a/, d%d/b/x", // two wildcards, the second to be jumped over
    "+/z, $SYS/%d/, d%d/z", // what a wildcard never matches
    "x/+/y/z, x/%d/w/, x/%d/y/z"
  })
  void nothingIsWalkedThroughThatCannotMatch(String filter, String below, String match) {
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 1_000; j++) {
        messages.put(below.formatted(i) + j, "m");
      }
      messages.put(match.formatted(i), "m");
    }
    RetainedCursor<String> cursor = messages.cursor(filter);

    int steps = 0;
    int found = 0;
    while (!cursor.isExhausted()) {
      steps++;
      found += cursor.next(1) == null ? 0 : 1;
    }

    assertEquals(5, found);
    assertTrue(steps < 60, "took " + steps + " steps");
  }

  @Test
  void oneStepLooksAtOneTopic() {
    messages.put("a/x", "m");
    messages.put("b/z", "m");
    RetainedCursor<String> cursor = messages.cursor("+/z");

    assertNull(cursor.next(1));
    assertEquals("b/z", cursor.next(1).topic());
    assertNull(cursor.next(0));
    assertFalse(cursor.isExhausted());
    assertNull(cursor.next(1));
    assertTrue(cursor.isExhausted());
  }

  @Test
  void messageThatLeftInTheMeantimeEndsNoCall() {
    messages.put("a/1", "m");
    messages.put("a/2", "m");
    messages.put("a/3", "m");
    RetainedCursor<String> cursor = messages.cursor("a/+");
    assertEquals("a/1", cursor.next(1).topic());

    messages.remove("a/2");

    assertEquals("a/3", cursor.next(2).topic());
  }

  @Test
  void messageOfAPlainFilterThatIsNotThereEndsTheWalk() {
    RetainedCursor<String> cursor = messages.cursor("a/b");

    assertNull(cursor.next(10));
    assertTrue(cursor.isExhausted());
  }

  @Test
  @Timeout(60)
  void walkIsTrueWhileOthersChangeTheMessages() throws Exception {
    Set<String> stable = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      stable.add("s/" + i + "/x");
      messages.put("s/" + i + "/x", "m");
    }
    AtomicBoolean ended = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<?> first = threads.submit(() -> churn(ended, 1));
      Future<?> second = threads.submit(() -> churn(ended, 2));
      for (int round = 0; round < 50; round++) {
        walk(stable);
      }
      ended.set(true);
      first.get();
      second.get();
    } finally {
      ended.set(true);
      threads.shutdownNow();
    }
    messages.match("+/+/y", (topic, message) -> messages.remove(topic, message));
    assertEquals(stable.size(), messages.count());
    assertEquals(stable.size(), messages.bytes());
    Set<String> topics = new HashSet<>();
    messages.from("").forEachRemaining(entry -> topics.add(entry.topic()));
    assertEquals(stable, topics, "topics without a message");
  }

  private void walk(Set<String> stable) {
    Set<String> seen = new HashSet<>();
    RetainedCursor<String> cursor = messages.cursor("s/+/+");
    for (Entry<String> entry = cursor.next(); entry != null; entry = cursor.next()) {
      assertTrue(seen.add(entry.topic()), "twice " + entry.topic());
      assertNotNull(entry.message());
    }
    assertTrue(seen.containsAll(stable));
  }

  private void churn(AtomicBoolean ended, long seed) {
    Random random = new Random(seed);
    while (!ended.get()) {
      int number = random.nextInt(2_000);
      switch (random.nextInt(3)) {
        case 0 -> messages.put("s/" + number + "/y", "yy");
        case 1 -> messages.remove("s/" + number + "/y");
        default -> messages.put("s/" + number + "/x", "m");
      }
    }
  }
}
