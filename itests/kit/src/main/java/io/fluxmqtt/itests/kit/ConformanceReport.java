package io.fluxmqtt.itests.kit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which statement of a standard is proven by which tests, from what {@link NormativeRecorder} noted
 * in all modules of the build.
 */
public final class ConformanceReport {
  private final Standard standard;
  private final Map<String, String> statements;
  private final Map<String, String> notForServers;
  private final Map<String, Map<String, Outcome>> tests = new TreeMap<>(); // statement → test

  private ConformanceReport(Standard standard) {
    this.standard = standard;
    statements = standard.statements();
    notForServers = standard.notForServers();
    for (String id : notForServers.keySet()) {
      requireKnown(id, "the list of what binds no server");
    }
  }

  /**
   * The report over all results below a folder.
   *
   * @throws IllegalStateException if a test or the scope names a statement that does not exist
   */
  public static ConformanceReport of(Standard standard, Path root) throws IOException {
    ConformanceReport report = new ConformanceReport(standard);
    for (String parent : List.of("bundles", "itests")) {
      try (Stream<Path> modules = Files.list(root.resolve(parent))) {
        for (Path module : modules.sorted().toList()) {
          Path results = module.resolve("target/normative");
          if (Files.isDirectory(results)) {
            report.read(results);
          }
        }
      }
    }
    return report;
  }

  private void read(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          String[] parts = line.split("\t");
          if (Standard.of(parts[0]) == standard) {
            requireKnown(parts[1], parts[2]);
            tests
                .computeIfAbsent(parts[1], key -> new TreeMap<>())
                .merge(parts[2], Outcome.valueOf(parts[3]), Outcome::worse);
          }
        }
      }
    }
  }

  private void requireKnown(String id, String where) {
    if (!statements.containsKey(id)) {
      throw new IllegalStateException(
          "MQTT " + standard + " has no statement " + id + ", named by " + where);
    }
  }

  /** The statements that bind a server and lack a test, or have one that did not pass. */
  public List<String> unproven() {
    List<String> unproven = new ArrayList<>();
    for (String id : statements.keySet()) {
      if (!notForServers.containsKey(id) && !isProven(id)) {
        unproven.add(id + " (" + result(id) + ")");
      }
    }
    return unproven;
  }

  /** One line with the counts. */
  public String summary() {
    long binding =
        statements.keySet().stream().filter(id -> !notForServers.containsKey(id)).count();
    long methods =
        tests.values().stream().flatMap(each -> each.keySet().stream()).distinct().count();
    return "MQTT %s: %d of %d statements that bind a server tested and passing, by %d tests; %d bind no server"
        .formatted(standard, binding - unproven().size(), binding, methods, notForServers.size());
  }

  /** The whole report as Markdown. */
  public String toMarkdown() {
    StringBuilder text = new StringBuilder();
    text.append("# Conformance to MQTT ").append(standard).append("\n\n");
    text.append(summary()).append(".\n\n");
    text.append("| statement | text | tests | result |\n|---|---|---|---|\n");
    statements.forEach(
        (id, words) ->
            text.append("| ")
                .append(String.join(" | ", id, words.replace("|", "\\|"), names(id), result(id)))
                .append(" |\n"));
    return text.toString();
  }

  private boolean isProven(String id) {
    return tests.containsKey(id)
        && tests.get(id).values().stream().allMatch(outcome -> outcome == Outcome.PASSED);
  }

  private String names(String id) {
    List<String> names = new ArrayList<>();
    for (String test : tests.getOrDefault(id, Map.of()).keySet()) {
      names.add(test.substring(test.lastIndexOf('.', test.indexOf('#')) + 1));
    }
    return String.join(", ", names);
  }

  private String result(String id) {
    Map<String, Outcome> outcomes = tests.get(id);
    if (outcomes != null) {
      List<String> bad = new ArrayList<>();
      outcomes.forEach(
          (test, outcome) -> {
            if (outcome != Outcome.PASSED) {
              bad.add(outcome + ": " + test);
            }
          });
      return bad.isEmpty() ? "passed" : String.join(", ", bad);
    }
    String reason = notForServers.get(id);
    return reason == null ? "NOT TESTED" : "does not bind a server: " + reason;
  }
}
