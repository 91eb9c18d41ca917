package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FilterTableTest {
  private final FilterTable table = new FilterTable();

  private static StoredSubscription subscription(TopicFilter filter, int identifier) {
    return new StoredSubscription(filter, QoS.AT_LEAST_ONCE, false, false, 0, identifier);
  }

  @Test
  void tableHoldsWhatAMapHolds() {
    for (long seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      RandomTopics topics = new RandomTopics(random);
      FilterTable subject = new FilterTable();
      Map<TopicFilter, StoredSubscription> model = new HashMap<>();
      for (int step = 0; step < 300; step++) {
        String share = random.nextBoolean() ? "g" + random.nextInt(2) : null;
        TopicFilter filter = new TopicFilter(share, topics.filter());
        assertEquals(model.get(filter), subject.get(filter), "seed " + seed);
        if (random.nextInt(3) > 0) {
          StoredSubscription next = subscription(filter, step);
          assertEquals(model.put(filter, next), subject.put(next), "seed " + seed);
        } else {
          assertEquals(model.remove(filter), subject.remove(filter), "seed " + seed);
        }
        assertEquals(model.size(), subject.size(), "seed " + seed);
      }
      List<StoredSubscription> all = subject.all();
      assertEquals(model.size(), all.size());
      assertEquals(Set.copyOf(model.values()), Set.copyOf(all), "seed " + seed);
    }
  }

  @Test
  void sameFilterIsFoundWhoeverMadeIt() {
    StoredSubscription kept = subscription(TopicFilter.parse("$share/g/a/+"), 1);
    table.put(kept);

    assertSame(kept, table.get(new TopicFilter("g", "a/+")));
    assertNull(table.get(new TopicFilter(null, "a/+")));
    assertNull(table.get(new TopicFilter("h", "a/+")));
    assertNull(table.get(new TopicFilter("a/+".substring(0, 1), "g")));
  }

  @Test
  void groupsOfOneFilterDoNotCollide() {
    for (int i = 0; i < 1_000; i++) {
      table.put(subscription(new TopicFilter("g" + i, "a"), 0));
    }
    int hashes = (int) table.all().stream().mapToInt(table::hash).distinct().count();
    assertEquals(1_000, hashes, 1);
  }
}
