package io.fluxmqtt.acl;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One level of a topic pattern; as text it is what the pattern says there. */
sealed interface Level {
  /** Whether it stands for some concrete level, which is given as a region of a text. */
  Fit fit(String text, int from, int end, String clientId, @Nullable String userName);

  /** Whether every level that it stands for begins with {@code $}. */
  boolean startsWithDollar();

  /** The answer of {@link #fit}. */
  enum Fit {
    YES,
    NO,
    /** The client's identity is not fit to stand in a topic, so there is no answer. */
    UNSAFE_IDENTITY
  }

  /** {@code +}: any level. */
  record Any() implements Level {
    @Override
    public Fit fit(String text, int from, int end, String clientId, @Nullable String userName) {
      return Fit.YES;
    }

    @Override
    public boolean startsWithDollar() {
      return false;
    }

    @Override
    public String toString() {
      return "+";
    }
  }

  /** Plain text. */
  record Literal(String literal) implements Level {
    @Override
    public Fit fit(String text, int from, int end, String clientId, @Nullable String userName) {
      int length = literal.length();
      boolean same = end - from == length && text.regionMatches(from, literal, 0, length);
      return same ? Fit.YES : Fit.NO;
    }

    @Override
    public boolean startsWithDollar() {
      return literal.startsWith("$");
    }

    @Override
    public String toString() {
      return escaped(literal);
    }
  }

  /**
   * Text with placeholders, such as {@code dev-%c}.
   *
   * @param parts each a {@link String} or an {@link Identity}
   * @param first whether this is the topic's first level
   */
  record Personal(List<Object> parts, boolean first) implements Level {
    public Personal {
      parts = List.copyOf(parts);
    }

    @Override
    public Fit fit(String text, int from, int end, String clientId, @Nullable String userName) {
      int at = from;
      boolean same = true;
      for (int i = 0; i < parts.size(); i++) { // no iterator: this is the hot path
        String wanted;
        if (parts.get(i) instanceof Identity placeholder) {
          wanted = placeholder.of(clientId, userName);
          if (wanted == null || !Identity.isSafe(wanted, first && i == 0)) {
            return Fit.UNSAFE_IDENTITY;
          }
        } else {
          wanted = (String) parts.get(i);
        }
        same = same && text.regionMatches(at, wanted, 0, wanted.length());
        at += wanted.length();
      }
      return same && at == end ? Fit.YES : Fit.NO;
    }

    @Override
    public boolean startsWithDollar() {
      return parts.get(0) instanceof String text && text.startsWith("$");
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      for (Object part : parts) {
        text.append(
            part == Identity.CLIENT_ID
                ? "%c"
                : part == Identity.USER_NAME ? "%u" : escaped((String) part));
      }
      return text.toString();
    }
  }

  private static String escaped(String plain) {
    return plain.replace("%", "%%");
  }
}
