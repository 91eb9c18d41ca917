package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.ConfigurationChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Changes beside what there is: what all files say, and would say. Immutable. */
final class Proposal {
  private final EtcFiles.State before;
  private final Map<String, Definition> definitions;
  private final List<ConfigurationChange> changes;
  private final SortedMap<String, Map<String, String>> old = new TreeMap<>();
  private final SortedMap<String, Map<String, String>> fresh = new TreeMap<>();
  private final SortedMap<String, Optional<String>> texts = new TreeMap<>();

  /**
   * Changes to the files.
   *
   * @throws IllegalArgumentException if there are two changes for one PID
   */
  Proposal(EtcFiles.State before, List<Definition> definitions, List<ConfigurationChange> changes) {
    this.before = before;
    this.changes = List.copyOf(changes);
    this.definitions = new TreeMap<>();
    definitions.forEach(each -> this.definitions.put(each.pid(), each));
    before.texts().keySet().forEach(pid -> old.put(pid, before.values(pid)));
    fresh.putAll(old);
    TreeSet<String> seen = new TreeSet<>();
    for (ConfigurationChange change : changes) {
      if (!seen.add(change.pid())) {
        throw new IllegalArgumentException("two changes for " + change.pid());
      }
      take(change);
    }
  }

  private void take(ConfigurationChange change) {
    String pid = change.pid();
    String had = before.texts().get(pid);
    PropertiesText text = PropertiesText.parse(had == null ? "" : had);
    if (change.delete()) {
      if (Pids.isInstance(pid)) {
        fresh.remove(pid);
        note(pid, had, null);
        return;
      }
      for (String key : text.values().keySet()) {
        text = text.without(key);
      }
    }
    for (Map.Entry<String, String> each : change.values().entrySet()) {
      String now = text.values().get(each.getKey());
      text = each.getValue().equals(now) ? text : text.with(each.getKey(), each.getValue());
    }
    for (String key : change.unset()) {
      text = text.without(key);
    }
    fresh.put(pid, text.values());
    note(pid, had, text.toString());
  }

  private void note(String pid, @Nullable String had, @Nullable String has) {
    if (has == null ? had != null : !has.equals(had)) {
      texts.put(before.nameOf(pid), Optional.ofNullable(has));
    }
  }

  List<ConfigurationChange> changes() {
    return changes;
  }

  /** What each file says that would be written, by name; empty if it is deleted. */
  SortedMap<String, Optional<String>> texts() {
    return texts;
  }

  /** What each of these files says now. */
  SortedMap<String, Optional<String>> formerTexts() {
    SortedMap<String, Optional<String>> former = new TreeMap<>();
    for (ConfigurationChange change : changes) {
      String name = before.nameOf(change.pid());
      if (texts.containsKey(name)) {
        former.put(name, Optional.ofNullable(before.texts().get(change.pid())));
      }
    }
    return former;
  }

  /** The PIDs whose files would be written. */
  List<String> changedPids() {
    return changes.stream()
        .map(ConfigurationChange::pid)
        .filter(pid -> texts.containsKey(before.nameOf(pid)))
        .toList();
  }

  String stamp() {
    return before.stamp();
  }

  /** What is declared of a PID, or of its factory. */
  Optional<Definition> definition(String pid) {
    return Optional.ofNullable(definitions.get(Pids.declared(pid)));
  }

  /** The configuration as it is. */
  View before() {
    return new View(old);
  }

  /** The configuration as it would be. */
  View after() {
    return new View(fresh);
  }

  /** All configurations at one time. */
  final class View {
    private final SortedMap<String, Map<String, String>> values;

    private View(SortedMap<String, Map<String, String>> values) {
      this.values = values;
    }

    boolean has(String pid) {
      return values.containsKey(pid);
    }

    /** What the file of a PID says; nothing if there is none. */
    Map<String, String> values(String pid) {
      return values.getOrDefault(pid, Map.of());
    }

    /** The instances of a factory, in order. */
    List<String> instances(String factory) {
      return values.keySet().stream().filter(pid -> Pids.isOf(factory, pid)).toList();
    }

    /** All PIDs that have a file. */
    List<String> pids() {
      return List.copyOf(values.keySet());
    }

    /** A value, or its default. */
    String text(String pid, String key) {
      String set = values(pid).get(key);
      if (set != null) {
        return set.strip();
      }
      return definition(pid)
          .flatMap(each -> each.attribute(key))
          .map(Attribute::fallback)
          .orElse("");
    }

    /** The same as a list. */
    List<String> list(String pid, String key) {
      List<String> parts = new ArrayList<>();
      for (String part : text(pid, key).split(",", -1)) {
        if (!part.isBlank()) {
          parts.add(part.strip());
        }
      }
      return parts;
    }
  }

  /** The keys of a PID that get another value, by default or not, in order. */
  List<String> changedKeys(String pid) {
    TreeSet<String> keys = new TreeSet<>(before().values(pid).keySet());
    keys.addAll(after().values(pid).keySet());
    keys.removeIf(key -> before().text(pid, key).equals(after().text(pid, key)));
    return List.copyOf(keys);
  }
}
