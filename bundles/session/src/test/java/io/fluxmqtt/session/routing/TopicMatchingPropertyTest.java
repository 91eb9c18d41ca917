package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Topic matching for all names and filters that meet often; the same ones in every build. */
class TopicMatchingPropertyTest {
  private static final String SEED = "20260101";
  private static final Grant GRANT = new Grant(QoS.AT_MOST_ONCE, false, false, 0);

  @Property(tries = 5_000, seed = SEED)
  void matchesAsTheReferenceDoes(@ForAll("filters") String filter, @ForAll("names") String name) {
    assertEquals(TopicReference.matches(filter, name), TopicFilter.matches(filter, name));
  }

  /** Without a reference: what a name was made into must match it. */
  @Property(tries = 2_000, seed = SEED)
  void nameMatchesWhatItIsGeneralisedTo(
      @ForAll("names") String name, @ForAll int plusses, @ForAll("cuts") int cut) {
    String[] levels = name.split("/", -1);
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < levels.length && i < cut; i++) {
      boolean keeps = (plusses >> i & 1) == 0 || (i == 0 && name.startsWith("$"));
      wanted.add(keeps ? levels[i] : "+");
    }
    if (cut <= levels.length && !(wanted.isEmpty() && name.startsWith("$"))) {
      wanted.add("#");
    }
    String filter = String.join("/", wanted);
    boolean complete = cut > levels.length || filter.endsWith("#");
    assertTrue(!complete || TopicFilter.matches(filter, name), filter + " and " + name);
  }

  @Property(tries = 1_000, seed = SEED)
  void treeFindsWhatTheReferenceFinds(
      @ForAll("manyFilters") Set<String> filters, @ForAll("names") String name) {
    SubscriptionTree<String> tree = new SubscriptionTree<>();
    filters.forEach(filter -> tree.add(new TopicFilter(null, filter), filter, GRANT));
    Set<String> found = new TreeSet<>();
    tree.match(
        name,
        new MatchVisitor<>() {
          @Override
          public void subscriber(String filter, Grant grant) {
            assertTrue(found.add(filter), () -> filter + " was found twice");
          }

          @Override
          public void group(SharedGroup<String> group) {
            throw new AssertionError(group);
          }
        });
    Set<String> wanted = new TreeSet<>(filters);
    wanted.removeIf(filter -> !TopicReference.matches(filter, name));
    assertEquals(wanted, found);
  }

  @Provide
  Arbitrary<String> names() {
    return levels("", "a", "b", "aa", "a-", "$", "$a", "\u0001", "\uFFFD", "ä")
        .filter(TopicFilter::isValidTopicName);
  }

  @Provide
  Arbitrary<String> filters() {
    Arbitrary<String> plain = levels("", "a", "b", "aa", "$", "$a", "ä", "+", "+", "+");
    return Arbitraries.oneOf(
            plain, plain.map(filter -> filter + "/#"), Arbitraries.of("#", "+", "+/#", "$a/#"))
        .filter(TopicFilter::isValidFilter);
  }

  @Provide
  Arbitrary<Set<String>> manyFilters() {
    return filters().set().ofMaxSize(30);
  }

  @Provide
  Arbitrary<Integer> cuts() {
    return Arbitraries.integers().between(0, 6);
  }

  private static Arbitrary<String> levels(String... of) {
    return Arbitraries.of(of).list().ofMinSize(1).ofMaxSize(5).map(all -> String.join("/", all));
  }
}
