package io.fluxmqtt.acl;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads one configuration: {@code rules}, {@code rule.<any suffix>}, and where its file is. */
final class RuleReader {
  static final String RULES = "rules";
  static final String RULE_PREFIX = "rule.";
  static final String FILE = "mosquittoAclFile";

  private static final int QUOTE_MAX = 200; // characters of a rule in a log line

  private final String pid;
  private final int priority;
  private final List<Entry> rules = new ArrayList<>();

  private RuleReader(String pid, int priority) {
    this.pid = pid;
    this.priority = priority;
  }

  /**
   * What a configuration holds.
   *
   * @param priority of its rules that say nothing else, and of its file
   * @param file a mosquitto file as the configuration names it, or empty
   */
  record Contents(List<Entry> rules, int priority, String file) {}

  /**
   * Reads all rules or none.
   *
   * @throws SettingException if one cannot be used; it names PID, key, rule, position and reason
   */
  static Contents read(String pid, Map<String, ?> properties) {
    Map<String, Object> named = new TreeMap<>(properties);
    named.put("service.pid", pid);
    Settings settings = new Settings(pid, named, AclAuthorizer.Config.class);
    int priority = settings.integer("priority", Integer.MIN_VALUE, Integer.MAX_VALUE);
    RuleReader reader = new RuleReader(pid, priority);
    new TreeMap<>(properties).forEach(reader::readKey); // the same error first, every time
    return new Contents(List.copyOf(reader.rules), priority, settings.text(FILE));
  }

  private void readKey(String key, Object value) {
    if (key.equals(RULES)) {
      List<String> texts = texts(value);
      for (int i = 0; i < texts.size(); i++) {
        add("%s[%d]".formatted(RULES, i + 1), texts.get(i));
      }
    } else if (key.startsWith(RULE_PREFIX)) {
      add(key, String.valueOf(value));
    } else if (isMisspelt(key.toLowerCase(Locale.ROOT)) && !key.equals(FILE)) {
      // It could hold the denial that all else relies on.
      throw new SettingException(
          pid,
          key,
          quoted(String.valueOf(value)),
          "is no key; write rule.<name>, rules or " + FILE);
    }
  }

  private static boolean isMisspelt(String key) {
    return key.startsWith("rule") || key.startsWith("mosquitto") || key.startsWith("aclfile");
  }

  private void add(String key, String text) {
    try {
      rules.add(Entry.of(RuleParser.parse(text.strip()), priority, pid, key));
    } catch (RuleParser.RuleSyntaxException e) {
      throw new SettingException(pid, key, quoted(text.strip()), e.getMessage());
    }
  }

  private static List<String> texts(Object value) {
    Collection<?> parts =
        value instanceof Object[] array
            ? List.of(array)
            : value instanceof Collection<?> collection ? collection : List.of(value);
    return parts.stream().flatMap(part -> RuleParser.split(String.valueOf(part)).stream()).toList();
  }

  private static String quoted(String text) {
    String cut = text.length() > QUOTE_MAX ? text.substring(0, QUOTE_MAX) + "…" : text;
    return "'" + cut.replaceAll("\\p{Cntrl}", "?") + "'";
  }
}
