package io.fluxmqtt.api.message;

import org.jspecify.annotations.Nullable;

/**
 * Makes text that came from a client fit for a log or a terminal: in a Client Identifier or a topic
 * a control character could forge a line, move the cursor or hide what follows.
 */
public final class Printable {
  private static final int LOG_WIDTH = 128;

  private Printable() {}

  /** As {@link #of(String, int)}, at a width that suits a log line: 128 characters. */
  public static String of(@Nullable String text) {
    return of(text, LOG_WIDTH);
  }

  /**
   * The text on one line, what cannot be shown as {@code \}{@code uXXXX}, {@code -} for null.
   *
   * @param width at most so many characters; what is longer is cut and ends with {@code …}
   */
  public static String of(@Nullable String text, int width) {
    if (text == null) {
      return "-";
    }
    StringBuilder shown = new StringBuilder(Math.min(text.length(), width) + 8);
    int i = 0;
    while (i < text.length()) {
      int point = text.codePointAt(i);
      String next = isHidden(point) ? "\\u%04x".formatted(point) : Character.toString(point);
      i += Character.charCount(point);
      if (shown.length() + next.length() > (i < text.length() ? width - 1 : width)) {
        return shown.append('…').toString();
      }
      shown.append(next);
    }
    return shown.toString();
  }

  private static boolean isHidden(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT, // among them the marks that turn the direction of writing
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }
}
