package io.fluxmqtt.acl;

import io.fluxmqtt.api.message.TopicFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Which topics a rule is for: a Topic Filter in which {@code %c} stands for the Client Identifier,
 * {@code %u} for the user name and {@code %%} for a percent sign; or {@code *} for every topic,
 * also those that begin with {@code $}, which a leading {@code +} or {@code #} leaves out
 * [MQTT-4.7.2-1].
 *
 * <p>Both questions take a Topic Filter; a Topic Name is one without wildcards. An allowing rule
 * asks whether the pattern <em>covers</em> all that the filter can match, a denying one whether it
 * <em>overlaps</em> with any of it. An identity that holds {@code +}, {@code #}, {@code /} or
 * U+0000, that is empty or absent, or that would make a topic begin with {@code $}, covers nothing
 * and overlaps with everything at its level: it never widens an allowance and never escapes a
 * denial.
 *
 * <p>Immutable; comparing allocates nothing.
 */
final class TopicPattern {
  private static final String EVERY_TOPIC = "*";

  private final Level[] levels; // without a final '#'
  private final boolean open; // whether a final '#' follows
  private final boolean everyTopic;

  private TopicPattern(List<Level> levels, boolean open, boolean everyTopic) {
    this.levels = levels.toArray(Level[]::new);
    this.open = open;
    this.everyTopic = everyTopic;
  }

  /** How the text of a level is read. */
  private enum Percent {
    /** {@code %c}, {@code %u}, {@code %%}; all else is an error. */
    RULE,
    /** {@code %c} and {@code %u}; any other percent sign is one. */
    MOSQUITTO,
    /** A percent sign is one. */
    NONE
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if it is none; the text says why
   */
  static TopicPattern parse(String text) {
    if (text.equals(EVERY_TOPIC)) {
      return new TopicPattern(List.of(), true, true);
    }
    if (text.startsWith("$share/")) {
      throw new IllegalArgumentException(
          "is a Shared Subscription; write the filter after the ShareName, which is what counts");
    }
    return parse(text, Percent.RULE);
  }

  /**
   * The topic of a line {@code topic} of a mosquitto file: a Topic Filter and nothing else.
   *
   * @throws IllegalArgumentException if it is none; the text says why
   */
  static TopicPattern filter(String text) {
    return parse(text, Percent.NONE);
  }

  /**
   * The topic of a line {@code pattern} of a mosquitto file, which has no {@code %%}.
   *
   * @throws IllegalArgumentException if it is none; the text says why
   */
  static TopicPattern mosquittoPattern(String text) {
    return parse(text, Percent.MOSQUITTO);
  }

  private static TopicPattern parse(String text, Percent percent) {
    List<Level> levels = new ArrayList<>();
    boolean open = false;
    StringBuilder plain = new StringBuilder(); // as a filter, each placeholder one character
    for (String level : text.split("/", -1)) {
      plain.append(levels.isEmpty() ? "" : "/");
      if (level.equals("#")) {
        open = true;
        plain.append(level);
      } else if (level.equals("+")) {
        levels.add(new Level.Any());
        plain.append(level);
      } else if (percent == Percent.NONE) {
        levels.add(new Level.Literal(level));
        plain.append(level);
      } else {
        levels.add(level(level, levels.isEmpty(), percent, plain));
      }
    }
    if (!TopicFilter.isValidFilter(plain.toString())) {
      throw new IllegalArgumentException("is not a valid Topic Filter");
    }
    return new TopicPattern(levels, open, false);
  }

  private static Level level(String text, boolean first, Percent percent, StringBuilder plain) {
    List<Object> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      char kind = c == '%' && i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      if (c == '%' && (kind == 'c' || kind == 'u')) {
        addLiteral(parts, literal);
        parts.add(kind == 'c' ? Identity.CLIENT_ID : Identity.USER_NAME);
        plain.append('_');
        i++;
        continue;
      }
      if (c == '%' && percent == Percent.RULE) {
        if (kind != '%') {
          throw new IllegalArgumentException(
              "has a % that is not followed by c (Client Identifier), u (user name) or % (itself)");
        }
        i++;
      }
      literal.append(c);
      plain.append(c);
    }
    if (parts.isEmpty()) {
      return new Level.Literal(literal.toString());
    }
    addLiteral(parts, literal);
    return new Level.Personal(parts, first);
  }

  private static void addLiteral(List<Object> parts, StringBuilder literal) {
    if (literal.length() > 0) {
      parts.add(literal.toString());
      literal.setLength(0);
    }
  }

  /** Whether every Topic Name that the filter matches is one of this pattern's. */
  boolean covers(String filter, String clientId, @Nullable String userName) {
    if (everyTopic) {
      return true;
    }
    if (startsWithWildcard() && filter.charAt(0) == '$') {
      return false;
    }
    int from = 0;
    for (int i = 0; ; i++) {
      if (i == levels.length) {
        return open; // "a/#" covers all below "a"
      }
      int end = levelEnd(filter, from);
      if (isLevel(filter, from, end, '#')) { // the filter matches the parent too, this does not;
        return i == 0 && open && levels.length == 1 && isAny(0); // but "#" has none: "+/#" is "#"
      }
      boolean covered =
          isLevel(filter, from, end, '+')
              ? isAny(i)
              : levels[i].fit(filter, from, end, clientId, userName) == Level.Fit.YES;
      if (!covered) {
        return false;
      }
      if (end == filter.length()) {
        return i + 1 == levels.length; // "a/#" covers "a" too
      }
      from = end + 1;
    }
  }

  /** Whether some Topic Name that the filter matches is one of this pattern's. */
  boolean overlaps(String filter, String clientId, @Nullable String userName) {
    if (everyTopic) {
      return true;
    }
    char first = filter.charAt(0);
    if (startsWithWildcard() ? first == '$' : startsAtDollar() && first != '$') {
      return false;
    }
    int from = 0;
    for (int i = 0; ; i++) {
      int end = levelEnd(filter, from);
      boolean filterOpen = isLevel(filter, from, end, '#');
      if (filterOpen || i == levels.length) {
        return filterOpen || open; // "a/#" matches "a" too
      }
      if (!isLevel(filter, from, end, '+')
          && levels[i].fit(filter, from, end, clientId, userName) == Level.Fit.NO) {
        return false;
      }
      if (end == filter.length()) {
        return i + 1 == levels.length;
      }
      from = end + 1;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TopicPattern that
        && everyTopic == that.everyTopic
        && open == that.open
        && Arrays.equals(levels, that.levels);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(levels) * 4 + (open ? 2 : 0) + (everyTopic ? 1 : 0);
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    if (everyTopic) {
      return EVERY_TOPIC;
    }
    StringJoiner text = new StringJoiner("/");
    for (Level level : levels) {
      text.add(level.toString());
    }
    return (open ? text.add("#") : text).toString();
  }

  private boolean startsWithWildcard() {
    return levels.length == 0 || isAny(0);
  }

  private boolean startsAtDollar() {
    return levels[0].startsWithDollar();
  }

  private boolean isAny(int level) {
    return levels[level] instanceof Level.Any;
  }

  private static int levelEnd(String text, int from) {
    int slash = text.indexOf('/', from);
    return slash < 0 ? text.length() : slash;
  }

  private static boolean isLevel(String text, int from, int end, char wildcard) {
    return end - from == 1 && text.charAt(from) == wildcard;
  }
}
