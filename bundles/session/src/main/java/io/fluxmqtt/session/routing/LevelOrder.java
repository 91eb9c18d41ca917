package io.fluxmqtt.session.routing;

import java.util.Comparator;

/**
 * Orders topics level by level: as text, but {@code /} comes before every other character. So what
 * is below a topic follows it at once. U+0000, which no topic holds, would come together with
 * {@code /}.
 */
final class LevelOrder implements Comparator<String> {
  static final LevelOrder INSTANCE = new LevelOrder();

  private LevelOrder() {}

  @Override
  public int compare(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return rank(x) - rank(y);
      }
    }
    return a.length() - b.length();
  }

  private static int rank(char c) {
    return c == '/' ? 0 : c;
  }

  /** The first text that comes after a topic and all that is below it. */
  static String afterBranch(String topic) {
    return topic + '\u0001';
  }
}
