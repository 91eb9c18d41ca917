package io.fluxmqtt.session.routing;

import java.util.Random;

/** Topic Names and filters over an alphabet so small that they meet often. */
final class RandomTopics {
  /** With the neighbours of '/' and of the end of a level in every order of characters. */
  private static final String[] LEVELS = {
    "", "", "a", "a", "b", "aa", "a-", "a0", "a\u0001", "$", "$a", "\u0001", "\uFFFD"
  };

  private final Random random;

  RandomTopics(Random random) {
    this.random = random;
  }

  String name() {
    String name = levels(1 + random.nextInt(4), 0);
    return name.isEmpty() ? "a" : name;
  }

  String filter() {
    int depth = random.nextInt(5);
    boolean rest = depth == 0 || random.nextInt(3) == 0;
    String filter = levels(depth, 40);
    if (rest) {
      return depth == 0 ? "#" : filter + "/#";
    }
    return filter.isEmpty() ? "+" : filter;
  }

  private String levels(int depth, int plusPercent) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < depth; i++) {
      text.append(i == 0 ? "" : "/");
      boolean plus = random.nextInt(100) < plusPercent;
      text.append(plus ? "+" : LEVELS[random.nextInt(LEVELS.length)]);
    }
    return text.toString();
  }
}
