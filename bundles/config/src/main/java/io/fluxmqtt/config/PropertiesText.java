package io.fluxmqtt.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The text of a {@code .cfg} file: keys and values as {@link java.util.Properties} reads them, and
 * all else (comments, blank lines) as it stands. Immutable; what is not changed stays as it is,
 * character by character.
 */
final class PropertiesText {
  /**
   * Some lines that belong together.
   *
   * @param key what they set, or null if they are no entry
   * @param value to what
   * @param raw the lines as they are, with their ends
   */
  private record Part(@Nullable String key, String value, String raw) {}

  private final List<Part> parts;

  private PropertiesText(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /** Reads a text. */
  static PropertiesText parse(String text) {
    List<Part> parts = new ArrayList<>();
    List<String> lines = lines(text);
    int at = 0;
    while (at < lines.size()) {
      String first = lines.get(at++);
      if (isOther(first)) {
        parts.add(new Part(null, "", first));
        continue;
      }
      StringBuilder raw = new StringBuilder(first);
      StringBuilder logical = new StringBuilder(content(first));
      while (endsWithContinuation(logical) && at < lines.size()) {
        String next = lines.get(at++);
        raw.append(next);
        logical.setLength(logical.length() - 1);
        logical.append(content(next));
      }
      parts.add(entry(logical.toString(), raw.toString()));
    }
    return new PropertiesText(parts);
  }

  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int to = from;
      while (to < text.length() && text.charAt(to) != '\n' && text.charAt(to) != '\r') {
        to++;
      }
      if (to < text.length()) {
        boolean isPair =
            text.charAt(to) == '\r' && to + 1 < text.length() && text.charAt(to + 1) == '\n';
        to += isPair ? 2 : 1;
      }
      lines.add(text.substring(from, to));
      from = to;
    }
    return lines;
  }

  private static boolean isOther(String line) {
    String content = content(line);
    return content.isBlank() || content.startsWith("#") || content.startsWith("!");
  }

  /** A line without its end and the blanks before it. */
  private static String content(String line) {
    int end = line.length();
    while (end > 0 && (line.charAt(end - 1) == '\n' || line.charAt(end - 1) == '\r')) {
      end--;
    }
    return line.substring(0, end).stripLeading();
  }

  private static boolean endsWithContinuation(CharSequence line) {
    int slashes = 0;
    while (slashes < line.length() && line.charAt(line.length() - 1 - slashes) == '\\') {
      slashes++;
    }
    return slashes % 2 == 1;
  }

  private static Part entry(String logical, String raw) {
    int end = 0;
    while (end < logical.length() && !isSeparator(logical.charAt(end))) {
      end += logical.charAt(end) == '\\' ? 2 : 1;
    }
    end = Math.min(end, logical.length());
    String rest = logical.substring(end).stripLeading();
    if (rest.startsWith("=") || rest.startsWith(":")) {
      rest = rest.substring(1).stripLeading();
    }
    return new Part(unescape(logical.substring(0, end)), unescape(rest), raw);
  }

  private static boolean isSeparator(char c) {
    return c == '=' || c == ':' || Character.isWhitespace(c);
  }

  private static String unescape(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\' || i + 1 == text.length()) {
        plain.append(c);
        continue;
      }
      char escaped = text.charAt(++i);
      switch (escaped) {
        case 't' -> plain.append('\t');
        case 'n' -> plain.append('\n');
        case 'r' -> plain.append('\r');
        case 'f' -> plain.append('\f');
        case 'u' -> i += unicode(text, i, plain);
        default -> plain.append(escaped);
      }
    }
    return plain.toString();
  }

  private static int unicode(String text, int at, StringBuilder plain) {
    try {
      plain.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
      return 4;
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      plain.append('u'); // not ours, and left as it is
      return 0;
    }
  }

  /** The values by key; of a key that is there twice the last one, as everybody reads it. */
  Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    for (Part part : parts) {
      if (part.key() != null) {
        values.put(part.key(), part.value());
      }
    }
    return Collections.unmodifiableMap(values);
  }

  /** The same with a value, in the place of the last one of its key or at the end. */
  PropertiesText with(String key, String value) {
    Part entry = new Part(key, value, escapeKey(key) + " = " + escapeValue(value) + "\n");
    List<Part> changed = new ArrayList<>(parts);
    int last = lastOf(key);
    if (last >= 0) {
      changed.set(last, entry);
      return new PropertiesText(changed).onlyLast(key);
    }
    if (!changed.isEmpty()) {
      Part end = changed.get(changed.size() - 1);
      if (!end.raw().endsWith("\n") && !end.raw().endsWith("\r")) {
        changed.set(changed.size() - 1, new Part(end.key(), end.value(), end.raw() + "\n"));
      }
    }
    changed.add(entry);
    return new PropertiesText(changed);
  }

  /** The same without a key. */
  PropertiesText without(String key) {
    return new PropertiesText(parts.stream().filter(part -> !key.equals(part.key())).toList());
  }

  private PropertiesText onlyLast(String key) {
    int last = lastOf(key);
    List<Part> kept = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      if (i == last || !key.equals(parts.get(i).key())) {
        kept.add(parts.get(i));
      }
    }
    return new PropertiesText(kept);
  }

  private int lastOf(String key) {
    int last = -1;
    for (int i = 0; i < parts.size(); i++) {
      last = key.equals(parts.get(i).key()) ? i : last;
    }
    return last;
  }

  private static String escapeKey(String key) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (isSeparator(c) || c == '#' || c == '!') {
        escaped.append('\\');
      }
      escape(c, escaped);
    }
    return escaped.toString();
  }

  private static String escapeValue(String value) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == ' ' && i == 0) {
        escaped.append('\\');
      }
      escape(c, escaped);
    }
    return escaped.toString();
  }

  private static void escape(char c, StringBuilder escaped) {
    switch (c) {
      case '\\' -> escaped.append("\\\\");
      case '\t' -> escaped.append("\\t");
      case '\n' -> escaped.append("\\n");
      case '\r' -> escaped.append("\\r");
      case '\f' -> escaped.append("\\f");
      default -> {
        if (c < 0x20 || c > 0x7E) {
          escaped.append("\\u%04X".formatted((int) c));
        } else {
          escaped.append(c);
        }
      }
    }
  }

  /** The text. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.raw()));
    return text.toString();
  }
}
