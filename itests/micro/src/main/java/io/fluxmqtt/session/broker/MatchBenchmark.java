package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.session.routing.Grant;
import io.fluxmqtt.session.routing.MatchVisitor;
import io.fluxmqtt.session.routing.SharedGroup;
import io.fluxmqtt.session.routing.SubscriptionTree;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The search for who gets a message, with filters as in the scenario "wildcards" of bench. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MatchBenchmark {
  private static final int CLIENTS = 100;
  private static final int GROUPS = 1_000;
  private static final int TOPICS = 10_000;

  @Param({"1000", "100000", "1000000"})
  public int filters;

  private final SubscriptionTree<Object> tree = new SubscriptionTree<>();
  private final String[] topics = new String[TOPICS];
  private final Found found = new Found();
  private int turn;

  /** The tree, and names of which each matches one filter. */
  @Setup
  public void subscribe() {
    Grant grant = new Grant(QoS.AT_MOST_ONCE, false, false, 0);
    Object[] clients = new Object[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
      clients[i] = new Object();
    }
    for (int i = 0; i < filters; i++) {
      Object client = clients[i / Math.max(1, filters / CLIENTS) % CLIENTS];
      tree.add(TopicFilter.parse(path("+", i) + "/#"), client, grant);
    }
    Random random = new Random(1); // the same names in every run
    for (int i = 0; i < TOPICS; i++) {
      topics[i] = path("site", random.nextInt(filters)) + "/state";
    }
  }

  private static String path(String site, int device) {
    return "%s/group%04d/device%07d".formatted(site, device % GROUPS, device);
  }

  @Benchmark
  public int match() {
    turn = turn + 1 == TOPICS ? 0 : turn + 1;
    found.count = 0;
    tree.match(topics[turn], found);
    if (found.count != 1) {
      throw new IllegalStateException(found.count + " filters match " + topics[turn]);
    }
    return found.count;
  }

  private static final class Found implements MatchVisitor<Object> {
    int count;

    @Override
    public void subscriber(Object subscriber, Grant grant) {
      count++;
    }

    @Override
    public void group(SharedGroup<Object> group) {
      throw new IllegalStateException(group + " was not subscribed to");
    }
  }
}
