package io.fluxmqtt.acl;

import io.fluxmqtt.api.config.SettingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads the rules of one configuration from {@code rules} and from {@code rule.<any suffix>}. */
final class RuleReader {
  static final String RULES = "rules";
  static final String RULE_PREFIX = "rule.";

  private static final int QUOTE_MAX = 200; // characters of a rule in a log line

  private final String pid;
  private final List<Rule> rules = new ArrayList<>();

  private RuleReader(String pid) {
    this.pid = pid;
  }

  /**
   * Reads all rules or none.
   *
   * @throws SettingException if one cannot be used; it names PID, key, rule, position and reason
   */
  static List<Rule> read(String pid, Map<String, ?> properties) {
    RuleReader reader = new RuleReader(pid);
    new TreeMap<>(properties).forEach(reader::readKey); // the same error first, every time
    return List.copyOf(reader.rules);
  }

  private void readKey(String key, Object value) {
    if (key.equals(RULES)) {
      List<String> texts = texts(value);
      for (int i = 0; i < texts.size(); i++) {
        add("%s[%d]".formatted(RULES, i + 1), texts.get(i));
      }
    } else if (key.startsWith(RULE_PREFIX)) {
      add(key, String.valueOf(value));
    } else if (key.toLowerCase(Locale.ROOT).startsWith("rule")) {
      // A misspelt key could hold the denial that all else relies on.
      throw new SettingException(
          pid, key, quoted(String.valueOf(value)), "is no key; write rule.<name> or rules");
    }
  }

  private void add(String key, String text) {
    try {
      rules.add(RuleParser.parse(text.strip()));
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
