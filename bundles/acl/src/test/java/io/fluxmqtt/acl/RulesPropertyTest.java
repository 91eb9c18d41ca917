package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Principal;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/** Rules of all kinds and clients with any names; the same ones in every build. */
class RulesPropertyTest {
  private static final String SEED = "20260102";

  /** What clients call themselves to get more than their own. */
  private static final List<String> PIECES =
      List.of(
          "#",
          "+",
          "/",
          "%u",
          "%c",
          ".*",
          "*",
          "?",
          "",
          "\0",
          "e\u0301",
          "\u00e9",
          "\uD83D",
          "\uD83D\uDE00",
          "a",
          "$",
          "$x",
          " ",
          "\u202e");

  @Property(tries = 3_000, seed = SEED)
  void decidesAsPlainWordsDo(
      @ForAll("rules") List<PlainRule> rules,
      @ForAll("clients") Client client,
      @ForAll("filters") String filter,
      @ForAll QoS qos) {
    List<String> world = world(client);
    Rules compiled = RulesTest.rules(rules.stream().map(PlainRule::text).toArray(String[]::new));
    for (String shared : List.of(filter, "$share/g/" + filter)) {
      Access subscribe = new Access.Subscribe(TopicFilter.parse(shared), qos);
      Decision granted = compiled.decide(client, subscribe);
      assertEquals(
          PlainRule.decide(rules, client, subscribe, world),
          granted,
          () -> rules + ": " + subscribe + " of " + client);
      assertEquals(granted, compiled.explain(client, subscribe).decision());
      Statistics.collect(granted);
    }
    for (Decision each : Decision.values()) { // the test must see all three
      Statistics.coverage(seen -> seen.check(each).percentage(share -> share > 3));
    }
    for (String topic : world) {
      for (Access access :
          List.of(new Access.Publish(topic, qos, false), new Access.Receive(topic))) {
        Decision decided = compiled.decide(client, access);
        assertEquals(
            PlainRule.decide(rules, client, access, world), decided, () -> rules + ": " + access);
      }
    }
  }

  /** No name makes more of a placeholder than one level that is, or holds, this very name. */
  @Property(tries = 3_000, seed = SEED)
  void nameGetsItsOwnLevelAtMost(
      @ForAll("patternsOfNames") String pattern,
      @ForAll("names") String clientId,
      @ForAll("names") String userName,
      @ForAll("filters") String filter) {
    for (TopicPattern compiled :
        List.of(TopicPattern.parse(pattern), TopicPattern.mosquittoPattern(pattern))) {
      for (String asked : List.of(filter, own(pattern, clientId, userName), "x/" + clientId)) {
        if (!TopicFilter.isValidFilter(asked) || !compiled.covers(asked, clientId, userName)) {
          continue;
        }
        String[] levels = asked.split("/", -1);
        String[] wanted = pattern.split("/", -1);
        for (int i = 0; i < wanted.length && i < levels.length; i++) {
          String level = own(wanted[i], clientId, userName);
          assertTrue(
              wanted[i].equals("+") || wanted[i].equals("#") || level.equals(levels[i]),
              () -> pattern + " covers " + asked);
          if (wanted[i].equals("#")) {
            break;
          }
        }
      }
    }
  }

  private static String own(String pattern, String clientId, String userName) {
    StringBuilder own = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char kind = pattern.charAt(i) == '%' ? pattern.charAt(++i) : 0;
      own.append(kind == 0 ? pattern.charAt(i) + "" : kind == 'c' ? clientId : userName);
    }
    return own.toString();
  }

  /** All topics of up to four levels that patterns and filters of up to three can tell apart. */
  private static List<String> world(Client client) {
    Set<String> levels = new LinkedHashSet<>(List.of("a", "b", "", "$x"));
    String id = client.clientId();
    String user = String.valueOf(client.userName());
    for (String name : List.of(id, user, "dev-" + id, id + user)) {
      if (!name.contains("/") && TopicFilter.isValidTopicName(name)) {
        levels.add(name);
      }
    }
    List<String> all = new ArrayList<>();
    List<String> longest = List.copyOf(levels);
    for (int i = 0; i < 3; i++) {
      all.addAll(longest);
      List<String> heads = longest;
      longest = levels.stream().flatMap(l -> heads.stream().map(head -> head + "/" + l)).toList();
    }
    longest.stream().filter(topic -> topic.endsWith("/a")).forEach(all::add);
    all.removeIf(topic -> topic.isEmpty());
    return all;
  }

  @Provide
  Arbitrary<List<PlainRule>> rules() {
    Arbitrary<PlainRule> rule =
        Combinators.combine(
                Arbitraries.of("allow", "allow", "deny"),
                Arbitraries.of("publish", "subscribe", "receive", "both", "both"),
                patterns(),
                conditions(),
                Arbitraries.integers().between(0, 3))
            .as(
                (verb, action, topic, asked, priority) ->
                    new PlainRule(
                        verb,
                        action,
                        topic,
                        asked.get1(),
                        asked.get2(),
                        asked.get3(),
                        asked.get4(),
                        action.equals("receive") ? null : asked.get5(),
                        priority));
    return rule.list().ofMinSize(1).ofMaxSize(6);
  }

  private static Arbitrary<
          Tuple.Tuple5<
              @Nullable String,
              @Nullable String,
              @Nullable String,
              @Nullable String,
              @Nullable Integer>>
      conditions() {
    return Combinators.combine(
            Arbitraries.of("*", "-", "?*", "a").injectNull(0.5),
            Arbitraries.of("g", "h").injectNull(0.7),
            Arbitraries.of("s", "t").injectNull(0.7),
            Arbitraries.of("loopback", "unix", "192.0.2.0/24").injectNull(0.7),
            Arbitraries.of(0, 1).injectNull(0.7))
        .as(Tuple::of);
  }

  @Provide
  Arbitrary<String> patterns() {
    Arbitrary<String> level =
        Arbitraries.of("a", "b", "", "$x", "+", "+", "%c", "%u", "dev-%c", "%c%u");
    return level
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .flatMap(levels -> Arbitraries.of("", "/#", "#", "*").map(end -> joined(levels, end)))
        .filter(RulesPropertyTest::isPattern);
  }

  @Provide
  Arbitrary<String> patternsOfNames() {
    return patterns().filter(pattern -> pattern.indexOf('%') >= 0);
  }

  @Provide
  Arbitrary<String> filters() {
    return Arbitraries.of("a", "b", "", "$x", "+", "+")
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .flatMap(levels -> Arbitraries.of("", "/#", "#").map(end -> joined(levels, end)))
        .filter(TopicFilter::isValidFilter)
        .filter(RulesPropertyTest::hasParent);
  }

  /** {@code *} and {@code #} stand alone. */
  private static String joined(List<String> levels, String end) {
    return end.length() == 1 ? end : String.join("/", levels) + end;
  }

  private static boolean isPattern(String text) {
    try {
      TopicPattern.parse(text);
      return hasParent(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Not {@code /#}: its parent is no topic, being empty; comparing errs to the safe side. */
  private static boolean hasParent(String filter) {
    return !filter.equals("/#");
  }

  @Provide
  Arbitrary<String> names() {
    Arbitrary<String> pieces =
        Arbitraries.of(PIECES).list().ofMaxSize(3).map(parts -> String.join("", parts));
    return Arbitraries.frequencyOf(
        Tuple.of(3, pieces), Tuple.of(1, Arbitraries.strings().ofMaxLength(4)));
  }

  @Provide
  Arbitrary<Client> clients() {
    return Combinators.combine(
            names(),
            Arbitraries.oneOf(names(), Arbitraries.just("a")).injectNull(0.3),
            Arbitraries.of("g", "h").set().ofMaxSize(2),
            Arbitraries.of("s", "t").list().ofMinSize(1).ofMaxSize(2).injectNull(0.4),
            Arbitraries.of("127.0.0.1", "::1", "192.0.2.9").injectNull(0.3))
        .as(
            (id, user, groups, sites, address) ->
                new Client(
                    id,
                    new Principal(user, groups)
                        .withAttributes(sites == null ? Map.of() : Map.of("jwt.site", sites)),
                    "default",
                    address == null ? null : new InetSocketAddress(address, 1)));
  }
}
