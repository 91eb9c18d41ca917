package io.fluxmqtt.acl;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of all configurations, merged into one snapshot that is replaced as a whole, so that a
 * decision sees the old rules or the new ones, never some of each.
 *
 * <p>A configuration with a bad rule keeps its last good rules. While one is bad and never was
 * good, everything is denied: its rules may hold a denial that others rely on.
 *
 * <p>{@link #decide} from any thread; {@link #replaceAll} from one thread at a time.
 */
final class RuleBook {
  private static final Logger LOG = LoggerFactory.getLogger(RuleBook.class);

  private Map<String, Page> pages = new TreeMap<>(); // by PID; owned by the caller of replaceAll
  private volatile Rules rules = Rules.NONE;

  /**
   * One configuration.
   *
   * @param source what it was read from
   * @param rules the last good rules, or empty if it never was good
   */
  private record Page(Map<String, Object> source, Optional<List<Rule>> rules) {}

  Decision decide(Client client, Access access) {
    return rules.decide(client, access);
  }

  /** Takes over the configurations that there are now, by PID. Logs what has changed. */
  void replaceAll(Map<String, ? extends Map<String, ?>> configurations) {
    Map<String, Page> next = new TreeMap<>();
    configurations.forEach((pid, properties) -> next.put(pid, page(pid, properties)));
    for (String pid : pages.keySet()) {
      if (!next.containsKey(pid)) {
        LOG.info("{}: configuration removed", pid);
      }
    }
    List<String> bad = keysWithoutRules(next);
    boolean newlyBad = !bad.isEmpty() && !bad.equals(keysWithoutRules(pages));
    boolean healed = bad.isEmpty() && !keysWithoutRules(pages).isEmpty();
    pages = next;
    rules =
        bad.isEmpty()
            ? Rules.of(next.values().stream().flatMap(p -> p.rules.orElseThrow().stream()).toList())
            : Rules.NONE;
    if (newlyBad) {
      LOG.error("acl denies everything until the rules of {} can be read", bad);
    } else if (healed) {
      LOG.info("acl decides by rules again");
    }
  }

  private Page page(String pid, Map<String, ?> properties) {
    Map<String, Object> source = comparable(properties);
    Page old = pages.get(pid);
    if (old != null && old.source.equals(source)) {
      return old;
    }
    try {
      List<Rule> read = RuleReader.read(pid, properties);
      warnOfUnknownKeys(pid, properties);
      LOG.info("{}: {} rules", pid, read.size());
      return new Page(source, Optional.of(read));
    } catch (SettingException e) {
      boolean kept = old != null && old.rules.isPresent();
      LOG.warn("{}{}", e.getMessage(), kept ? "; its last good rules stay in force" : "");
      return new Page(source, kept ? old.rules : Optional.empty());
    }
  }

  private static void warnOfUnknownKeys(String pid, Map<String, ?> properties) {
    Collection<String> unknown =
        new Settings(pid, properties, AclAuthorizer.Config.class).unknownKeys();
    unknown.removeIf(key -> key.startsWith(RuleReader.RULE_PREFIX));
    if (!unknown.isEmpty()) {
      LOG.warn("{}: unknown keys {} are ignored", pid, unknown);
    }
  }

  private static List<String> keysWithoutRules(Map<String, Page> pages) {
    return pages.entrySet().stream()
        .filter(entry -> entry.getValue().rules.isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Map<String, Object> comparable(Map<String, ?> properties) {
    Map<String, Object> copy = new HashMap<>(properties);
    copy.replaceAll((key, value) -> value instanceof Object[] a ? Arrays.asList(a.clone()) : value);
    return copy;
  }
}
