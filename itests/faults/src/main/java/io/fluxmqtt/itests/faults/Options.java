package io.fluxmqtt.itests.faults;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/** What the command line says; 0 runs: as many as the scenario wants. */
record Options(
    List<String> scenarios, List<String> engines, int runs, int brokers, int stored, long seed) {
  private static final int BROKERS = 3;
  private static final int STORED = 100_000;

  private static final String USAGE =
      """
      usage: itests/faults/run [scenario...] [options]
        scenario           as listed below; none: all
        --runs n           kills, cuts, stores or sessions, instead of what stands below
        --engine a,b       rocksdb, mvstore (those that the runtime has); memory, to see it lose
        --brokers n        at the same time, for kills and cuts (3)
        --stored n         messages that lie in the store meanwhile (100000)
        --seed n           of what is random (by the clock)
      scenarios, with the runs of each:
      """;

  static String usage(List<Scenario> scenarios) {
    return USAGE
        + scenarios.stream()
            .map(each -> "  %-18s %d".formatted(each.name(), each.runs()))
            .collect(Collectors.joining("\n"));
  }

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with what is wrong with it; empty if help was asked for
   */
  static Options parse(String[] arguments, List<String> known) {
    List<String> scenarios = new ArrayList<>();
    List<String> engines = List.of();
    int runs = 0;
    int brokers = BROKERS;
    int stored = STORED;
    long seed = System.nanoTime();
    Deque<String> words = new ArrayDeque<>(List.of(arguments));
    while (!words.isEmpty()) {
      String word = words.pop();
      switch (word) {
        case "-h", "--help" -> throw new IllegalArgumentException("");
        case "--engine" -> engines = List.of(value(word, words).split(","));
        case "--runs" -> runs = number(word, words, 1);
        case "--brokers" -> brokers = number(word, words, 1);
        case "--stored" -> stored = number(word, words, 0);
        case "--seed" -> seed = number(word, words, 0);
        default -> {
          if (!known.contains(word)) {
            throw new IllegalArgumentException("unknown: " + word);
          }
          scenarios.add(word);
        }
      }
    }
    return new Options(
        scenarios.isEmpty() ? known : scenarios, engines, runs, brokers, stored, seed);
  }

  Task task(Scenario scenario, String engine) {
    return new Task(engine, runs > 0 ? runs : scenario.runs(), brokers, stored, seed, true);
  }

  private static String value(String option, Deque<String> words) {
    if (words.isEmpty()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return words.pop();
  }

  private static int number(String option, Deque<String> words, int lowest) {
    String text = value(option, words);
    try {
      int number = Integer.parseInt(text);
      if (number >= lowest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        option + " needs a number from " + lowest + " on, not " + text);
  }
}
