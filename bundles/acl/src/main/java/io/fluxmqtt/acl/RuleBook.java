package io.fluxmqtt.acl;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.access.Ruling;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of all configurations and of the files that they name, merged into one snapshot that is
 * replaced as a whole, so that a decision sees the old rules or the new ones, never some of each.
 *
 * <p>A configuration with a bad rule, or a file with a bad line, keeps its last good rules. While
 * one is bad and never was good, everything is denied: its rules may hold a denial that others rely
 * on.
 *
 * <p>{@link #decide} and {@link #explain} from any thread; the rest from one thread at a time, and
 * it blocks where there are files.
 */
final class RuleBook {
  private static final Logger LOG = LoggerFactory.getLogger(RuleBook.class);

  private final Path etc; // where relative paths begin
  private Map<String, Page> pages = new TreeMap<>(); // by PID; owned by the caller of replaceAll
  private volatile Rules rules = Rules.NONE;

  RuleBook(Path etc) {
    this.etc = etc;
  }

  /**
   * One configuration.
   *
   * @param source what it was read from
   * @param own the rules that its keys have, if they could be read
   * @param file the file that it names, if it does and its keys could be read
   * @param rules the last good rules, or empty if it never was good
   */
  private record Page(
      Map<String, Object> source,
      List<Entry> own,
      @Nullable AclFile file,
      Optional<List<Entry>> rules) {
    Page with(Optional<List<Entry>> others) {
      return new Page(source, own, file, others);
    }

    /** Its rules and these of its file. */
    Optional<List<Entry>> joined(List<Entry> ofFile) {
      return Optional.of(Stream.concat(own.stream(), ofFile.stream()).toList());
    }
  }

  Decision decide(Client client, Access access) {
    return rules.decide(client, access);
  }

  Ruling explain(Client client, Access access) {
    return rules.explain(client, access);
  }

  /** As {@link Rules#asksReceive}. */
  boolean asksReceive() {
    return rules.asksReceive();
  }

  /** Whether any configuration names a file, so that {@link #poll} has something to do. */
  boolean hasFiles() {
    return pages.values().stream().anyMatch(page -> page.file != null);
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
    turnTo(next);
  }

  /** Looks whether files have changed; returns whether other rules are in force since. */
  boolean poll() {
    Map<String, Page> next = new TreeMap<>(pages);
    boolean changed = false;
    for (Map.Entry<String, Page> each : next.entrySet()) {
      Page page = each.getValue();
      Optional<List<Entry>> read = page.file == null ? Optional.empty() : page.file.poll();
      if (read.isPresent()) {
        each.setValue(page.with(page.joined(read.get())));
        changed = true;
      }
    }
    if (changed) {
      turnTo(next);
    }
    return changed;
  }

  private void turnTo(Map<String, Page> next) {
    List<String> bad = keysWithoutRules(next);
    boolean newlyBad = !bad.isEmpty() && !bad.equals(keysWithoutRules(pages));
    boolean healed = bad.isEmpty() && !keysWithoutRules(pages).isEmpty();
    pages = next;
    rules =
        bad.isEmpty()
            ? Rules.of(next.values().stream().flatMap(p -> p.rules.orElseThrow().stream()).toList())
            : Rules.denial("all is denied until the rules of " + bad + " can be read");
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
    Optional<List<Entry>> kept = old == null ? Optional.empty() : old.rules;
    try {
      RuleReader.Contents read = RuleReader.read(pid, properties);
      Path path = read.file().isEmpty() ? null : path(pid, read.file());
      warnOfUnknownKeys(pid, properties);
      LOG.info("{}: {} rules", pid, read.rules().size());
      if (path == null) {
        return new Page(source, read.rules(), null, Optional.of(read.rules()));
      }
      AclFile file = new AclFile(pid, path, read.priority());
      Page page = new Page(source, read.rules(), file, kept);
      return page.with(file.read().flatMap(page::joined).or(() -> kept));
    } catch (SettingException e) {
      LOG.warn(
          "{}{}", e.getMessage(), kept.isPresent() ? "; its last good rules stay in force" : "");
      return old == null
          ? new Page(source, List.of(), null, kept)
          : new Page(source, old.own, old.file, kept);
    }
  }

  private Path path(String pid, String file) {
    try {
      return etc.resolve(file).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new SettingException(pid, RuleReader.FILE, file, "is not a path: " + e.getReason());
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
