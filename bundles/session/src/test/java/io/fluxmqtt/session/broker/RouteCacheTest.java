package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.session.routing.Grant;
import io.fluxmqtt.session.routing.MatchVisitor;
import io.fluxmqtt.session.routing.SharedGroup;
import io.fluxmqtt.session.routing.SubscriptionTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouteCacheTest {
  private static final Grant GRANT = new Grant(QoS.AT_MOST_ONCE, false, false, 0);

  private final SubscriptionTree<String> tree = new SubscriptionTree<>();
  private final RouteCache<String> cache = new RouteCache<>(tree);

  @BeforeEach
  void treeIsLargeEnough() {
    for (int i = 0; i < RouteCache.SUBSCRIPTIONS_MIN; i++) {
      subscribe("somewhere/else/" + i, "other");
    }
  }

  @Test
  void routeIsWhatTheTreeHasShown() {
    subscribe("a/+", "one");
    subscribe("a/#", "two");
    subscribe("$share/g/a/b", "three");
    calm();
    List<Object> shown = route("a/b");
    assertEquals(5, shown.size());
    assertNotNull(cache.find("a/b"));
    assertEquals(shown, route("a/b"));
    assertTrue(cache.find("a/b").isDistinct());
    assertNull(cache.find("a/c"));
  }

  @Test
  void topicThatLeadsNowhereIsKeptToo() {
    calm();
    assertEquals(List.of(), route("nobody"));
    assertEquals(0, cache.find("nobody").targets().length);
  }

  @Test
  void subscriberThatComesTwiceIsSaidToDoSo() {
    subscribe("a/+", "one");
    subscribe("a/#", "one");
    calm();
    route("a/b");
    assertFalse(cache.find("a/b").isDistinct());
  }

  @Test
  void everyChangeOfASubscriptionEndsWhatIsKept() {
    List<Runnable> changes =
        List.of(
            () -> subscribe("b", "new"),
            () ->
                tree.add(TopicFilter.parse("b"), "new", new Grant(QoS.EXACTLY_ONCE, true, true, 1)),
            () -> tree.remove(TopicFilter.parse("b"), "new"),
            () -> subscribe("$share/g/b", "member"),
            () -> tree.remove(TopicFilter.parse("$share/g/b"), "member"));
    for (Runnable change : changes) {
      calm();
      route("b");
      assertNotNull(cache.find("b"));
      change.run();
      assertNull(cache.find("b"));
      assertEquals(0, cache.count());
      assertEquals(0, cache.bytes());
    }
  }

  @Test
  void nothingIsHeldAfterAChangeThoughNothingIsPublished() {
    subscribe("b", "leaving");
    calm();
    route("b");
    tree.remove(TopicFilter.parse("b"), "leaving");
    assertEquals(1, cache.count());
    cache.forgetIfOutdated();
    assertEquals(0, cache.count());
  }

  @Test
  void whileSubscriptionsChangeNothingIsKept() {
    for (int i = 0; i < 10; i++) {
      subscribe("b/" + i, "new");
      for (int j = 0; j < RouteCache.CALM; j++) {
        route("b");
        assertEquals(0, cache.count());
      }
    }
    route("b");
    assertEquals(1, cache.count());
  }

  @Test
  void smallTreeIsAskedItself() {
    tree.remove(TopicFilter.parse("somewhere/else/0"), "other");
    calm();
    route("b");
    assertEquals(0, cache.count());
    subscribe("b", "one");
    calm();
    route("b");
    assertEquals(1, cache.count());
  }

  @Test
  void manyTopicsHaveRoomBesideEachOther() {
    calm();
    int all = 2_000;
    for (int i = 0; i < all; i++) {
      route("sensor/" + i + "/state");
    }
    assertTrue(cache.count() > all * 9 / 10, () -> "" + cache.count());
    for (int i = 0; i < all; i++) {
      RouteCache.Route route = cache.find("sensor/" + i + "/state");
      assertSame(route, cache.find("sensor/" + i + "/state"));
    }
  }

  @Test
  void staysWithinItsBoundsAndTakesInNewTopicsAllTheSame() {
    calm();
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      route("sensor/" + random.nextInt(50_000) + "/state");
      assertTrue(cache.count() <= RouteCache.CELLS_MAX);
      assertTrue(cache.bytes() <= RouteCache.BYTES_MAX);
    }
    assertTrue(cache.count() > RouteCache.CELLS_MAX / 2);
    for (int i = 0; i < 200 && cache.find("late") == null; i++) {
      route("late");
    }
    assertNotNull(cache.find("late"));
  }

  @Test
  void bytesBoundItWhereTopicsAreLong() {
    calm();
    String longest = "t".repeat(500);
    for (int i = 0; i < 5_000; i++) {
      route(longest + i);
      assertTrue(cache.bytes() <= RouteCache.BYTES_MAX);
    }
    assertTrue(cache.bytes() > RouteCache.BYTES_MAX * 9 / 10);
    route("t".repeat(513));
    assertNull(cache.find("t".repeat(513)));
  }

  @Test
  void largeRouteIsLeftToTheTree() {
    for (int i = 0; i < 4_096; i++) {
      subscribe("full", "s" + i);
      subscribe("over", "s" + i);
    }
    subscribe("over", "last");
    calm();
    assertEquals(8_192, route("full").size());
    assertEquals(8_194, route("over").size());
    assertNotNull(cache.find("full"));
    assertNull(cache.find("over"));
  }

  @Test
  void agreesWithTheTreeWhateverChanges() {
    Random random = new Random(20_262);
    String[] filters = {"a/b", "a/+", "a/#", "#", "+/b", "$share/g/a/b", "$share/g/#", "c"};
    String[] topics = {"a/b", "a", "a/c", "c", "b/b", "$x/b"};
    for (int step = 0; step < 50_000; step++) {
      if (random.nextInt(200) == 0) {
        TopicFilter filter = TopicFilter.parse(filters[random.nextInt(filters.length)]);
        String subscriber = "s" + random.nextInt(3);
        if (random.nextBoolean()) {
          tree.add(filter, subscriber, new Grant(QoS.AT_MOST_ONCE, false, false, step));
        } else {
          tree.remove(filter, subscriber);
        }
      }
      String topic = topics[random.nextInt(topics.length)];
      List<Object> shown = new ArrayList<>();
      tree.match(topic, new Noting(shown));
      assertEquals(shown, route(topic));
    }
  }

  private void subscribe(String filter, String subscriber) {
    tree.add(TopicFilter.parse(filter), subscriber.intern(), GRANT);
  }

  /** The version of the tree has been the same for long enough. */
  private void calm() {
    for (int i = 0; i < RouteCache.CALM; i++) {
      route("calm");
    }
  }

  private List<Object> route(String topic) {
    RouteCache.Route route = cache.find(topic);
    if (route != null) {
      return List.of(route.targets());
    }
    List<Object> shown = new ArrayList<>();
    cache.match(topic, new Noting(shown));
    return shown;
  }

  private record Noting(List<Object> shown) implements MatchVisitor<String> {
    @Override
    public void subscriber(String subscriber, Grant grant) {
      shown.add(subscriber);
      shown.add(grant);
    }

    @Override
    public void group(SharedGroup<String> group) {
      shown.add(group);
    }
  }
}
