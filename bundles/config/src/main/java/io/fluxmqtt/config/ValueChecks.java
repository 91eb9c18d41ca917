package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.ConfigurationChange;
import io.fluxmqtt.api.admin.ConfigurationProblem;
import io.fluxmqtt.api.config.ConfigurationChecker;
import io.fluxmqtt.api.config.SettingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether each changed configuration could be used by the bundle that it is for. */
final class ValueChecks {
  private static final Logger LOG = LoggerFactory.getLogger(ValueChecks.class);

  /** Keys of files; the console and the shell ask for no others. */
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._~-]{1,200}");

  private static final int MOST_CHARACTERS = 65_536;
  private static final int MOST_PROBLEMS = 20; // of one configuration

  private final Container container;
  private final Proposal proposal;
  private final List<ConfigurationProblem> problems = new ArrayList<>();

  private ValueChecks(Container container, Proposal proposal) {
    this.container = container;
    this.proposal = proposal;
  }

  /** What is wrong with the changed configurations, each by itself. */
  static List<ConfigurationProblem> of(Container container, Proposal proposal) throws IOException {
    ValueChecks checks = new ValueChecks(container, proposal);
    for (ConfigurationChange change : proposal.changes()) {
      checks.check(change);
    }
    return checks.problems;
  }

  private void check(ConfigurationChange change) throws IOException {
    String pid = change.pid();
    Definition definition = proposal.definition(pid).orElse(null);
    if (definition == null) {
      add(pid, null, "no bundle that is installed has it: check the spelling, or install it");
    } else if (definition.isFactory() != Pids.isInstance(pid)) {
      add(
          pid,
          null,
          definition.isFactory()
              ? "there may be several: give yours a name, such as %s~default".formatted(pid)
              : "there is only one: leave out what follows %s".formatted(definition.pid()));
    } else if (Pids.isInstance(pid) && !Pids.isName(Pids.name(pid))) {
      add(pid, null, "names are letters, digits, '.', '_' and '-', 100 at most");
    } else if (change.delete() && !proposal.before().has(pid)) {
      add(pid, null, "there is no such file in etc, so it cannot be deleted");
    } else if (areWritable(change) && areKnown(change, definition) && !isDeleted(change)) {
      values(pid);
    }
  }

  private static boolean isDeleted(ConfigurationChange change) {
    return change.delete() && Pids.isInstance(change.pid());
  }

  /** Whether a file can hold it. */
  private boolean areWritable(ConfigurationChange change) {
    int before = problems.size();
    change
        .values()
        .forEach(
            (key, value) -> {
              if (!KEY.matcher(key).matches()) {
                add(change.pid(), null, "a key is letters, digits, '.', '_', '~' and '-'");
              } else if (value.length() > MOST_CHARACTERS) {
                add(
                    change.pid(),
                    key,
                    "is of %d characters; set %d at most"
                        .formatted(value.length(), MOST_CHARACTERS));
              } else if (value.contains("${")) {
                add(
                    change.pid(),
                    key,
                    "holds ${, in whose place the container puts something else; write it into the"
                        + " file by hand if that is meant");
              }
            });
    return problems.size() == before;
  }

  /** Whether somebody reads the keys that are set. */
  private boolean areKnown(ConfigurationChange change, Definition definition) {
    int before = problems.size();
    List<ConfigurationChecker> checkers = container.checkers(definition.pid());
    for (String key : change.values().keySet()) {
      boolean known =
          definition.attribute(key).isPresent()
              || checkers.stream().anyMatch(each -> each.reads(change.pid(), key));
      if (!known) {
        add(change.pid(), key, "nobody reads it: check the spelling, or leave it out");
      }
    }
    return problems.size() == before;
  }

  /** One error after another, each with those before it out of the way. */
  private void values(String pid) throws IOException {
    List<ConfigurationChecker> checkers = container.checkers(Pids.declared(pid));
    Map<String, Object> values = resolved(pid);
    for (ConfigurationChecker checker : checkers) {
      Map<String, Object> left = new HashMap<>(values);
      Optional<SettingException> problem = problem(checker, pid, left);
      for (int i = 0; i < MOST_PROBLEMS && problem.isPresent(); i++) {
        String key = problem.get().key();
        add(pid, key, String.valueOf(problem.get().getMessage()));
        problem = left.remove(key) == null ? Optional.empty() : problem(checker, pid, left);
      }
    }
  }

  private static Optional<SettingException> problem(
      ConfigurationChecker checker, String pid, Map<String, Object> values) {
    try {
      checker.check(pid, Map.copyOf(values));
      return Optional.empty();
    } catch (SettingException e) {
      return Optional.of(e);
    } catch (RuntimeException e) { // the edge to somebody's bundle
      LOG.warn("{}: {} cannot check it", pid, checker.getClass().getName(), e);
      return Optional.of(
          new SettingException(
              pid, "?", "?", "cannot be checked, its bundle fails: " + e.getClass().getName()));
    }
  }

  /** As the component would get it: what the container replaces is what it was replaced by. */
  private Map<String, Object> resolved(String pid) throws IOException {
    Map<String, Object> known = container.configuration(pid).orElse(Map.of());
    Map<String, Object> values = new HashMap<>();
    proposal
        .after()
        .values(pid)
        .forEach(
            (key, value) -> {
              Object present = value.contains("${") ? known.get(key) : null;
              values.put(key, present == null ? value : present);
            });
    values.put("service.pid", pid);
    return values;
  }

  private void add(String pid, @Nullable String key, String text) {
    ConfigurationProblem problem = new ConfigurationProblem(pid, key, text);
    if (!problems.contains(problem)) {
      problems.add(problem);
    }
  }
}
