package io.fluxmqtt.acl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the text of rules:
 *
 * <pre>
 * allow|deny  publish|subscribe|both  topic=… [client=…] [user=…] [from=loopback|any] [priority=…]
 * </pre>
 *
 * Actions may be listed ({@code publish,subscribe}). A value, or part of one, may stand in single
 * or double quotes, which is needed for blanks, semicolons and the other kind of quote.
 */
final class RuleParser {
  private static final List<String> KEYS = List.of("topic", "client", "user", "from", "priority");

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
    Word actions = word(words, 1, "name publish, subscribe or both after allow or deny");
    boolean publish = false;
    boolean subscribe = false;
    for (String action : actions.word.split(",", -1)) {
      switch (action) {
        case "publish" -> publish = true;
        case "subscribe" -> subscribe = true;
        case "both" -> publish = subscribe = true;
        default ->
            throw error(actions, "'%s' is none of publish, subscribe, both".formatted(action));
      }
    }
    for (Word word : words.subList(2, words.size())) {
      addValue(word);
    }
    return new Rule(
        allow,
        publish,
        subscribe,
        topic(),
        values.containsKey("client") ? new Glob(values.get("client").word) : Glob.ANY,
        values.containsKey("user")
            ? new UserPattern(values.get("user").word)
            : UserPattern.EVERYONE,
        loopbackOnly(),
        priority());
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
    if (!KEYS.contains(key)) {
      throw error(word, "'%s' is none of %s".formatted(key, String.join("=, ", KEYS) + "="));
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

  private boolean loopbackOnly() {
    Word value = values.get("from");
    if (value == null || value.word.equals("any")) {
      return false;
    }
    if (!value.word.equals("loopback")) {
      throw error(value, "from '%s' is neither loopback nor any".formatted(value.word));
    }
    return true;
  }

  private int priority() {
    Word value = values.get("priority");
    try {
      return value == null ? 0 : Integer.parseInt(value.word);
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
