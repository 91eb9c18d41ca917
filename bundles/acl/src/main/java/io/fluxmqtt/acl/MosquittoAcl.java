package io.fluxmqtt.acl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of an {@code acl_file} of mosquitto 2.0 and 2.1 into entries that decide as it
 * does:
 *
 * <ul>
 *   <li>{@code topic} lines before the first {@code user} are for anonymous clients only, those
 *       after it for that user only; a user may have several sections;
 *   <li>{@code pattern} lines are for everybody, wherever they stand, and are asked after the
 *       client's section; with {@code %u} they are not for anonymous clients;
 *   <li>in either group what denies comes first, in whatever order it is written;
 *   <li>with any pattern in the file, a client whose name holds {@code +} or {@code #} gets what
 *       its section allows, and nothing else.
 * </ul>
 *
 * <p>Two things are stricter, since a grant here promises every topic of a filter: a Subscription
 * is refused unless all of its filter may be read (mosquitto grants all and drops messages), and a
 * name that holds {@code /} or begins with {@code $} does not reach through {@code %c} and {@code
 * %u} into other levels.
 */
final class MosquittoAcl {
  private static final Set<Action> READ = Set.of(Action.SUBSCRIBE, Action.RECEIVE);
  private static final Set<Action> WRITE = Set.of(Action.PUBLISH);
  private static final Set<Action> ALL = Set.of(Action.values());
  private static final int QUOTE_MAX = 200; // characters of a line in an error

  private final String pid;
  private final String file;
  private final int priority;
  private final List<Entry> entries = new ArrayList<>();
  private @Nullable String user; // whose section this is
  private boolean hasPatterns;

  private MosquittoAcl(String pid, String file, int priority) {
    this.pid = pid;
    this.file = file;
    this.priority = priority;
  }

  /** A line cannot be used. The text names it, counted from 1, and the reason. */
  static final class BadLineException extends Exception {
    private static final long serialVersionUID = 1;

    BadLineException(int line, String reason) {
      super(line + ": " + reason);
    }
  }

  /**
   * Reads all lines or none.
   *
   * @param file how the places of entries begin
   */
  static List<Entry> parse(String pid, String file, int priority, byte[] bytes)
      throws BadLineException {
    MosquittoAcl reader = new MosquittoAcl(pid, file, priority);
    int number = 1;
    int from = 0;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '\n') {
        reader.line(number++, bytes, from, i);
        from = i + 1;
      }
    }
    if (reader.hasPatterns) {
      reader.add(
          file,
          "a name with + or #, since there are patterns",
          Entry.Turn.GUARD,
          new Rule(
              false,
              ALL,
              TopicPattern.parse("*"),
              List.of(new Condition.WildcardInName()),
              Delivery.ANY,
              null));
    }
    return List.copyOf(reader.entries);
  }

  private void line(int number, byte[] bytes, int from, int end) throws BadLineException {
    String line;
    try {
      ByteBuffer raw = ByteBuffer.wrap(bytes, from, end - from);
      line = trimmed(StandardCharsets.UTF_8.newDecoder().decode(raw).toString(), false);
    } catch (CharacterCodingException e) {
      throw new BadLineException(number, "is not UTF-8");
    }
    String text = afterBlanks(line);
    if (text.isEmpty() || line.startsWith("#")) {
      return;
    }
    int blank = text.indexOf(' ');
    String keyword = blank < 0 ? text : text.substring(0, blank);
    String rest = blank < 0 ? "" : afterBlanks(text.substring(blank));
    switch (keyword) {
      case "user" -> {
        String name = trimmed(rest, true);
        if (name.isEmpty() || name.indexOf(0) >= 0) {
          throw bad(number, text, "lacks the name of the user");
        }
        user = name;
      }
      case "topic", "pattern" -> topic(number, text, keyword.equals("pattern"), rest);
      default -> throw bad(number, text, "is none of user, topic, pattern and # in column 1");
    }
  }

  /** What follows {@code topic} or {@code pattern}: a topic, or an access and a topic. */
  private void topic(int number, String line, boolean pattern, String rest)
      throws BadLineException {
    if (rest.isEmpty()) {
      throw bad(number, line, "lacks a topic");
    }
    int blank = rest.indexOf(' ');
    String access = blank < 0 ? "readwrite" : rest.substring(0, blank);
    String topic = blank < 0 ? rest : trimmed(rest.substring(blank), true);
    Set<Action> actions =
        switch (access) {
          case "read" -> READ;
          case "write" -> WRITE;
          case "readwrite", "deny" -> ALL;
          default -> throw bad(number, line, "has none of read, write, readwrite, deny");
        };
    boolean deny = access.equals("deny");
    List<Condition> who = new ArrayList<>();
    if (!pattern) {
      who.add(new Condition.Section(user));
    } else if (topic.contains("%u")) {
      who.add(new Condition.HasUserName());
    }
    hasPatterns |= pattern;
    TopicPattern topics;
    try {
      topics = pattern ? TopicPattern.mosquittoPattern(topic) : TopicPattern.filter(topic);
    } catch (IllegalArgumentException e) {
      throw bad(number, line, e.getMessage());
    }
    Entry.Turn turn =
        pattern
            ? deny ? Entry.Turn.PATTERN_DENIAL : Entry.Turn.PATTERN
            : deny ? Entry.Turn.SECTION_DENIAL : Entry.Turn.SECTION;
    String text = pattern || user == null ? line : line + " (user " + user + ")";
    Rule rule = new Rule(!deny, actions, topics, who, Delivery.ANY, null);
    add(file + ":" + number, text, turn, rule);
  }

  private void add(String place, String text, Entry.Turn turn, Rule rule) {
    entries.add(new Entry(rule, priority, turn, pid, place, text));
  }

  /** mosquitto parts words at blanks only. */
  private static String afterBlanks(String text) {
    int from = 0;
    while (from < text.length() && text.charAt(from) == ' ') {
      from++;
    }
    return text.substring(from);
  }

  /** Without white space, as C has it, at the end and maybe at the beginning. */
  private static String trimmed(String text, boolean atBeginning) {
    int from = 0;
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    while (atBeginning && from < end && isSpace(text.charAt(from))) {
      from++;
    }
    return text.substring(from, end);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private static BadLineException bad(int number, String line, @Nullable String reason) {
    String cut = line.length() > QUOTE_MAX ? line.substring(0, QUOTE_MAX) + "…" : line;
    return new BadLineException(number, "'" + cut.replaceAll("\\p{Cntrl}", "?") + "' " + reason);
  }
}
