package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sizes that must fit into the heap of a test. The limit of time is a wide one. */
@Timeout(60)
class RoutingCapacityTest {
  private static final Grant GRANT = new Grant(QoS.AT_LEAST_ONCE, false, false, 0);

  @Test
  void aHundredThousandSubscribersOfOneFilter() {
    SubscriptionTree<Object> tree = new SubscriptionTree<>();
    TopicFilter filter = TopicFilter.parse("news/#");
    List<Object> subscribers = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      Object subscriber = new Object();
      subscribers.add(subscriber);
      tree.add(filter, subscriber, GRANT);
    }

    assertEquals(100_000, count(tree, "news/today"));
    for (Object subscriber : subscribers) {
      tree.remove(filter, subscriber);
    }
    assertEquals(1, tree.nodes());
  }

  @Test
  void aMillionFilters() {
    SubscriptionTree<Object> tree = new SubscriptionTree<>();
    Object subscriber = new Object();
    for (int i = 0; i < 1_000_000; i++) {
      tree.add(filter(i), subscriber, GRANT);
    }

    assertEquals(1_000_000, tree.size());
    assertEquals(1, count(tree, "site/7/device/700007/state"));
    for (int i = 0; i < 1_000_000; i++) {
      tree.remove(filter(i), subscriber);
    }
    assertEquals(1, tree.nodes());
  }

  private static TopicFilter filter(int i) {
    return new TopicFilter(null, "site/" + i % 100 + "/device/" + i + "/state");
  }

  private static int count(SubscriptionTree<Object> tree, String name) {
    int[] count = new int[1];
    tree.match(
        name,
        new MatchVisitor<>() {
          @Override
          public void subscriber(Object subscriber, Grant grant) {
            count[0]++;
          }

          @Override
          public void group(SharedGroup<Object> group) {}
        });
    return count[0];
  }
}
