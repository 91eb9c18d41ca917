package io.fluxmqtt.acl;

import io.fluxmqtt.api.spi.access.Client;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules about one action in the order in which they are asked. Rules for one user only are kept
 * by user, so that a file with a section for each of many users costs each of them its own section.
 * Immutable; finding allocates nothing.
 */
final class RuleList {
  private static final Ranked[] NONE = new Ranked[0];

  private final Ranked[] forAll;
  private final Map<String, Ranked[]> byUser;

  /** An entry and its place among all. */
  private record Ranked(int rank, Entry entry) {}

  /** A list of those entries that are about an action. */
  RuleList(Collection<Entry> entries, Action action) {
    List<Ranked> common = new ArrayList<>();
    Map<String, List<Ranked>> own = new HashMap<>();
    int rank = 0;
    for (Entry entry : entries.stream().sorted(Entry.ORDER).toList()) {
      if (entry.rule().isAbout(action)) {
        String user = entry.rule().onlyUser();
        List<Ranked> list =
            user == null ? common : own.computeIfAbsent(user, u -> new ArrayList<>());
        list.add(new Ranked(rank++, entry));
      }
    }
    forAll = common.toArray(NONE);
    byUser = new HashMap<>();
    own.forEach((user, list) -> byUser.put(user, list.toArray(NONE)));
  }

  /** The first entry that applies, or null. */
  @Nullable Entry find(Client client, String topicOrFilter, int asked) {
    Ranked[] own = own(client.userName());
    int o = 0;
    for (Ranked common : forAll) {
      for (; o < own.length && own[o].rank < common.rank; o++) {
        if (own[o].entry.rule().appliesTo(client, topicOrFilter, asked)) {
          return own[o].entry;
        }
      }
      if (common.entry.rule().appliesTo(client, topicOrFilter, asked)) {
        return common.entry;
      }
    }
    for (; o < own.length; o++) {
      if (own[o].entry.rule().appliesTo(client, topicOrFilter, asked)) {
        return own[o].entry;
      }
    }
    return null;
  }

  private Ranked[] own(@Nullable String user) {
    return user == null || byUser.isEmpty() ? NONE : byUser.getOrDefault(user, NONE);
  }
}
