package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is done to a {@link SubscriptionTree} as a fuzzer's input says, and the same to a plain map
 * that is searched by {@link TopicReference}. Each line of the input is one step: what to do, which
 * subscriber, and a topic or filter.
 */
final class FuzzedRouting {
  private static final int STEPS_MAX = 40;
  private static final List<String> SUBSCRIBERS = List.of("ada", "bob", "eve");

  private record Key(String subscriber, TopicFilter filter) {}

  private final SubscriptionTree<String> tree = new SubscriptionTree<>();
  private final Map<Key, Grant> subscriptions = new HashMap<>();
  private int step;

  private FuzzedRouting() {}

  static void run(byte[] input) {
    FuzzedRouting routing = new FuzzedRouting();
    new String(input, StandardCharsets.UTF_8)
        .lines()
        .limit(STEPS_MAX)
        .filter(line -> line.length() > 2)
        .forEach(routing::step);
    routing.end();
  }

  private void step(String line) {
    step++;
    String subscriber = SUBSCRIBERS.get(line.charAt(1) % SUBSCRIBERS.size());
    String text = line.substring(2);
    boolean isTopic = TopicReference.isTopicName(text);
    assertEquals(isTopic, TopicFilter.isValidTopicName(text), text);
    assertEquals(TopicReference.isFilter(text), TopicFilter.isValidFilter(text), text);
    TopicFilter filter = parsed(text);
    switch (line.charAt(0)) {
      case '+' -> subscribe(subscriber, filter);
      case '-' -> unsubscribe(subscriber, filter);
      default -> {
        if (isTopic) {
          match(text);
        }
      }
    }
    assertEquals(subscriptions.size(), tree.size());
  }

  /** The filter that SUBSCRIBE asks for; null if it is none. */
  private static @Nullable TopicFilter parsed(String text) {
    String[] parts = text.split("/", 3);
    boolean shared = parts[0].equals("$share") && parts.length > 1;
    boolean valid =
        shared
            ? parts.length == 3
                && !parts[1].isEmpty()
                && TopicReference.isTopicName(parts[1])
                && TopicReference.isFilter(parts[2])
            : TopicReference.isFilter(text);
    try {
      TopicFilter filter = TopicFilter.parse(text);
      assertTrue(valid, () -> text + " was taken");
      assertEquals(text, filter.toString());
      assertEquals(shared ? parts[1] : null, filter.shareName());
      return filter;
    } catch (IllegalArgumentException e) {
      assertTrue(!valid, () -> text + " was refused");
      return null;
    }
  }

  private void subscribe(String subscriber, @Nullable TopicFilter filter) {
    if (filter != null) {
      Grant grant = new Grant(QoS.AT_MOST_ONCE, false, false, step);
      Grant before = subscriptions.put(new Key(subscriber, filter), grant);
      assertEquals(before == null, tree.add(filter, subscriber, grant));
    }
  }

  private void unsubscribe(String subscriber, @Nullable TopicFilter filter) {
    if (filter != null) {
      Grant before = subscriptions.remove(new Key(subscriber, filter));
      assertEquals(before, tree.remove(filter, subscriber));
    }
  }

  private void match(String topic) {
    List<String> wanted = new ArrayList<>();
    Set<String> groups = new HashSet<>();
    subscriptions.forEach(
        (key, grant) -> {
          boolean matches = TopicReference.matches(key.filter.filter(), topic);
          assertEquals(matches, key.filter.matches(topic), () -> key.filter + " and " + topic);
          if (matches) {
            boolean first = key.filter.isShared() && groups.add(key.filter.toString());
            wanted.add(key.filter.isShared() ? "member " + key : key.subscriber + " " + grant);
            wanted.addAll(first ? List.of("group " + key.filter) : List.of());
          }
        });
    List<String> found = new ArrayList<>();
    tree.match(topic, new Finder(found));
    assertEquals(wanted.stream().sorted().toList(), found.stream().sorted().toList());
  }

  /** Notes who is found, and of a Shared Subscription whose turn it is until all had theirs. */
  private record Finder(List<String> found) implements MatchVisitor<String> {
    @Override
    public void subscriber(String subscriber, Grant grant) {
      found.add(subscriber + " " + grant);
    }

    @Override
    public void group(SharedGroup<String> group) {
      found.add("group " + group);
      Set<String> had = new HashSet<>();
      Member<String> member = group.next(someone -> true);
      while (member != null && had.add(member.subscriber())) {
        TopicFilter filter = new TopicFilter(group.name(), group.filter());
        found.add("member " + new Key(member.subscriber(), filter));
        member = group.next(someone -> true);
      }
    }
  }

  /** When all is taken out, nothing is left. */
  private void end() {
    for (Key key : List.copyOf(subscriptions.keySet())) {
      unsubscribe(key.subscriber, key.filter);
    }
    assertEquals(0, tree.size());
    assertEquals(1, tree.nodes());
  }
}
