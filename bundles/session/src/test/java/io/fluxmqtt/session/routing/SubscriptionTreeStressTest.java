package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SubscriptionTreeStressTest {
  private static final Grant GRANT = new Grant(QoS.AT_MOST_ONCE, false, false, 0);

  /** Few and nested, so that one's addition meets another's pruning. */
  private static final String[] FILTERS = {
    "a", "a/b", "a/b/c", "a/+/c", "a/b/#", "+/b", "#", "$share/g/a/b/c", "$share/h/a/b", "x/y/z"
  };

  private static final String[] NAMES = {"a", "a/b", "a/b/c", "a/c/c", "x/y/z", "q/b"};

  private final SubscriptionTree<String> tree = new SubscriptionTree<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  /** What one thread has subscribed; each has subscribers of its own. */
  private Map<String, Set<String>> addAndRemove(int writer, int rounds) {
    Random random = new Random(writer);
    String[] subscribers = {"s0-" + writer, "s1-" + writer};
    Map<String, Set<String>> mine = new HashMap<>();
    for (int round = 0; round < rounds; round++) {
      String filter = FILTERS[random.nextInt(FILTERS.length)];
      String subscriber = subscribers[random.nextInt(subscribers.length)];
      Set<String> there = mine.computeIfAbsent(filter, f -> new HashSet<>());
      TopicFilter parsed = TopicFilter.parse(filter);
      if (there.add(subscriber)) {
        assertTrue(tree.add(parsed, subscriber, GRANT), filter);
      } else {
        there.remove(subscriber);
        assertEquals(GRANT, tree.remove(parsed, subscriber), filter + " was lost");
      }
    }
    return mine;
  }

  @Test
  void nothingIsLostWhileBranchesComeAndGo() throws Exception {
    List<Callable<Map<String, Set<String>>>> writers = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      int number = writer;
      writers.add(() -> addAndRemove(number, 100_000));
    }
    AtomicBoolean ended = new AtomicBoolean();
    tree.add(TopicFilter.parse("a/b"), "stable", GRANT);
    tree.add(TopicFilter.parse("$share/stable/a/+"), "stable", GRANT);
    Future<Long> matching = threads.submit(() -> matchUntil(ended));

    Map<String, Set<String>> model = new HashMap<>();
    model.put("a/b", new HashSet<>(Set.of("stable")));
    model.put("$share/stable/a/+", new HashSet<>(Set.of("stable")));
    for (Future<Map<String, Set<String>>> writer : threads.invokeAll(writers)) {
      writer
          .get()
          .forEach((f, mine) -> model.computeIfAbsent(f, x -> new HashSet<>()).addAll(mine));
    }
    ended.set(true);

    assertTrue(matching.get() > 0);
    assertEquals(model.values().stream().mapToLong(Set::size).sum(), tree.size());
    for (String name : NAMES) {
      assertEquals(expected(model, name), SubscriptionTreeTest.matches(tree, name), name);
    }
    model.forEach(
        (f, there) ->
            there.forEach(s -> assertEquals(GRANT, tree.remove(TopicFilter.parse(f), s), f)));
    assertEquals(1, tree.nodes());
    assertEquals(0, tree.size());
  }

  /** Every match shows what is there all the while exactly once. */
  private long matchUntil(AtomicBoolean ended) {
    long matches = 0;
    while (!ended.get()) {
      List<String> found = SubscriptionTreeTest.matches(tree, "a/b");
      assertEquals(1, found.stream().filter(text -> text.startsWith("stable ")).count());
      assertEquals(1, found.stream().filter(text -> text.startsWith("$share/stable/")).count());
      matches++;
    }
    return matches;
  }

  private static List<String> expected(Map<String, Set<String>> model, String name) {
    List<String> expected = new ArrayList<>();
    model.forEach(
        (text, there) -> {
          TopicFilter filter = TopicFilter.parse(text);
          if (filter.matches(name) && !there.isEmpty()) {
            if (filter.isShared()) {
              expected.add(text);
            } else {
              there.forEach(subscriber -> expected.add(subscriber + " " + GRANT));
            }
          }
        });
    expected.sort(null);
    return expected;
  }

  /** A match on another thread sees a subscription as soon as its addition has returned. */
  @Test
  void manySubscribersOfOneFilterCanComeAtOnce() throws Exception {
    int each = 12_500;
    TopicFilter filter = TopicFilter.parse("news");
    List<Callable<Boolean>> writers = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      String prefix = writer + "-";
      writers.add(
          () -> {
            for (int i = 0; i < each; i++) {
              assertTrue(tree.add(filter, prefix + i, GRANT));
            }
            return true;
          });
    }
    for (Future<Boolean> writer : threads.invokeAll(writers)) {
      assertTrue(writer.get());
    }

    List<String> found = SubscriptionTreeTest.matches(tree, "news");
    assertEquals(4 * each, found.size());
    assertEquals(4 * each, new HashSet<>(found).size());
    assertEquals(found.size(), tree.size());
  }
}
