package io.fluxmqtt.acl;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of rules:
 *
 * <pre>
 * allow|deny  publish|subscribe|receive|both|all  topic=… [client=…] [user=…] [group=…]
 *     [attr.&lt;name&gt;=…] [from=…] [listener=…] [qos=…] [retain=…] [priority=…]
 * </pre>
 *
 * Actions may be listed ({@code publish,subscribe}); whoever may subscribe may receive. A value, or
 * part of one, may stand in single or double quotes, which is needed for blanks, semicolons and the
 * other kind of quote.
 */
final class RuleParser {
  static final String ATTRIBUTE = "attr.";

  private static final List<String> KEYS =
      List.of("topic", "client", "user", "group", "from", "listener", "qos", "retain", "priority");

  private static final Set<Action> SUBSCRIBE = Set.of(Action.SUBSCRIBE, Action.RECEIVE);
  private static final Set<Action> ALL = Set.of(Action.values());

  private final String text;
  private final Map<String, Word> values = new HashMap<>();

  private RuleParser(String text) {
    this.text = text;
  }

  /** A word without its quotes and where it begins, counted from 0. */
  private record Word(int at, String word) {}

  /** A rule cannot be understood. The text names the character, counted from 1, and the reason. */
  static final class RuleSyntaxException extends IllegalArgumentException {
    RuleSyntaxException(int at, String reason) {
      super("at character %d: %s".formatted(at + 1, reason));
    }
  }

  /**
   * Reads one rule.
   *
   * @throws RuleSyntaxException if it is none
   */
  static Rule parse(String text) {
    return new RuleParser(text).rule();
  }

  /**
   * The rules of a text, separated by new lines or semicolons outside quotes, blank ones left out.
   */
  static List<String> split(String text) {
    List<String> rules = new ArrayList<>();
    char quote = 0;
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? '\n' : text.charAt(i);
      boolean ends = i == text.length() || (quote == 0 && c == ';') || c == '\n' || c == '\r';
      if (ends) {
        String rule = text.substring(from, i).strip();
        if (!rule.isEmpty()) {
          rules.add(rule);
        }
        from = i + 1;
        quote = 0;
      } else if (quote == 0 && isQuote(c)) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
    }
    return rules;
  }

  private Rule rule() {
    List<Word> words = words();
    boolean allow = permission(word(words, 0, "begin with allow or deny"));
    Word actions = word(words, 1, "name publish, subscribe, receive or both after allow or deny");
    Set<Action> about = actions(actions);
    for (Word word : words.subList(2, words.size())) {
      addValue(word);
    }
    return new Rule(allow, about, topic(), conditions(), delivery(about), priority());
  }

  private static Set<Action> actions(Word word) {
    Set<Action> about = EnumSet.noneOf(Action.class);
    for (String action : word.word.split(",", -1)) {
      switch (action) {
        case "publish" -> about.add(Action.PUBLISH);
        case "subscribe" -> about.addAll(SUBSCRIBE);
        case "receive" -> about.add(Action.RECEIVE);
        case "both", "all" -> about.addAll(ALL);
        default ->
            throw error(
                word, "'%s' is none of publish, subscribe, receive, both, all".formatted(action));
      }
    }
    return about;
  }

  /** The text of actions. */
  static String words(Set<Action> actions) {
    List<String> words = new ArrayList<>();
    if (actions.equals(ALL)) {
      return "both";
    }
    if (actions.contains(Action.PUBLISH)) {
      words.add("publish");
    }
    if (actions.contains(Action.RECEIVE)) {
      words.add(actions.contains(Action.SUBSCRIBE) ? "subscribe" : "receive");
    }
    return String.join(",", words);
  }

  private static boolean permission(Word word) {
    return switch (word.word) {
      case "allow" -> true;
      case "deny" -> false;
      default -> throw error(word, "'%s' is neither allow nor deny".formatted(word.word));
    };
  }

  private void addValue(Word word) {
    int equals = word.word.indexOf('=');
    String key = equals < 0 ? word.word : word.word.substring(0, equals);
    boolean attribute = key.startsWith(ATTRIBUTE) && key.length() > ATTRIBUTE.length();
    if (!attribute && !KEYS.contains(key)) {
      String known = String.join("=, ", KEYS) + "=, " + ATTRIBUTE + "<name>=";
      throw error(word, "'%s' is none of %s".formatted(key, known));
    }
    if (equals < 0 || equals + 1 == word.word.length()) {
      throw error(word, key + "= lacks its value");
    }
    Word value = new Word(word.at, word.word.substring(equals + 1));
    if (values.putIfAbsent(key, value) != null) {
      throw error(word, key + "= stands twice");
    }
  }

  private TopicPattern topic() {
    Word value = values.get("topic");
    if (value == null) {
      throw new RuleSyntaxException(text.length(), "lacks topic=");
    }
    try {
      return TopicPattern.parse(value.word);
    } catch (IllegalArgumentException e) {
      throw error(value, "topic '%s' %s".formatted(value.word, e.getMessage()));
    }
  }

  /** What is asked of a client; a word that every client fits is left out. */
  private List<Condition> conditions() {
    List<Condition> conditions = new ArrayList<>();
    values.forEach(
        (key, value) -> {
          boolean open = value.word.equals("*");
          if (key.equals("client") && !open) {
            conditions.add(new Condition.ClientId(new Glob(value.word)));
          } else if (key.equals("user") && !open) {
            conditions.add(new Condition.User(new UserPattern(value.word)));
          } else if (key.equals("group")) {
            conditions.add(new Condition.Group(new Glob(value.word)));
          } else if (key.startsWith(ATTRIBUTE)) {
            String name = key.substring(ATTRIBUTE.length());
            conditions.add(new Condition.Attribute(name, new Glob(value.word)));
          } else if (key.equals("listener") && !open) {
            conditions.add(new Condition.Listener(new Glob(value.word)));
          } else if (key.equals("from")) {
            AddressRanges ranges = ranges(value);
            if (!ranges.isAny()) {
              conditions.add(new Condition.From(ranges));
            }
          }
        });
    return conditions;
  }

  private static AddressRanges ranges(Word value) {
    try {
      return AddressRanges.parse(value.word);
    } catch (IllegalArgumentException e) {
      throw error(value, "from " + e.getMessage());
    }
  }

  private Delivery delivery(Set<Action> about) {
    Word qos = values.get("qos");
    Word retain = values.get("retain");
    if (qos != null && about.contains(Action.RECEIVE) && !about.contains(Action.SUBSCRIBE)) {
      throw error(qos, "qos= is about publish and subscribe, receive needs a rule of its own");
    }
    if (retain != null && !about.equals(Set.of(Action.PUBLISH))) {
      throw error(retain, "retain= is about publish only, the others need a rule of their own");
    }
    if (retain != null && !retain.word.equals("true") && !retain.word.equals("false")) {
      throw error(retain, "retain '%s' is neither true nor false".formatted(retain.word));
    }
    try {
      return Delivery.of(
          qos == null ? null : qos.word, retain == null ? null : Boolean.valueOf(retain.word));
    } catch (IllegalArgumentException e) {
      throw error(qos == null ? retain : qos, "qos '%s' %s".formatted(qos.word, e.getMessage()));
    }
  }

  private @Nullable Integer priority() {
    Word value = values.get("priority");
    try {
      return value == null ? null : Integer.valueOf(value.word);
    } catch (NumberFormatException e) {
      throw error(
          value,
          "priority '%s' is not a whole number from %d to %d"
              .formatted(value.word, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
  }

  private List<Word> words() {
    List<Word> words = new ArrayList<>();
    int i = 0;
    while (i < text.length()) {
      if (Character.isWhitespace(text.charAt(i))) {
        i++;
        continue;
      }
      int start = i;
      StringBuilder word = new StringBuilder();
      while (i < text.length() && !Character.isWhitespace(text.charAt(i))) {
        char c = text.charAt(i);
        if (isQuote(c)) {
          int close = text.indexOf(c, i + 1);
          if (close < 0) {
            throw new RuleSyntaxException(i, "this quote is not closed");
          }
          word.append(text, i + 1, close);
          i = close;
        } else if (c == ';') { // taken for the end of a rule, and of a denial nothing would be left
          throw new RuleSyntaxException(i, "a semicolon must stand in quotes");
        } else {
          word.append(c);
        }
        i++;
      }
      words.add(new Word(start, word.toString()));
    }
    return words;
  }

  private Word word(List<Word> words, int index, String wanted) {
    if (index >= words.size()) {
      throw new RuleSyntaxException(text.length(), wanted);
    }
    return words.get(index);
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'';
  }

  private static RuleSyntaxException error(Word word, String reason) {
    return new RuleSyntaxException(word.at, reason);
  }
}
