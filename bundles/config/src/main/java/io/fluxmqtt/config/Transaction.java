package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.ConfigurationCheck;
import io.fluxmqtt.api.admin.ConfigurationResult;
import io.fluxmqtt.api.admin.ConfigurationResult.Outcome;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes on their way: written, followed by Configuration Admin, watched, and taken back if the
 * broker serves less than before. Runs on one thread and blocks it.
 */
final class Transaction {
  /** In so long fileinstall has seen the files and Configuration Admin has them. */
  static final long FOLLOW_SECONDS = 15;

  /** So long components take at least to do what they are told. */
  static final long SETTLE_MILLIS = 500;

  /** What is wrong for a moment, as a port that changes hands, is no reason. */
  static final long PATIENCE_MILLIS = 1_000;

  /** A broker that starts anew is away for a while. */
  static final long ABSENCE_MILLIS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);
  private static final long LOOK_MILLIS = 100;

  private final EtcFiles files;
  private final Container container;
  private final Pace pace;
  private final InstantSource clock;
  private final Proposal proposal;
  private final ConfigurationCheck check;

  Transaction(
      EtcFiles files,
      Container container,
      Pace pace,
      InstantSource clock,
      Proposal proposal,
      ConfigurationCheck check) {
    this.files = files;
    this.container = container;
    this.pace = pace;
    this.clock = clock;
    this.proposal = proposal;
    this.check = check;
  }

  /**
   * Makes the changes, which have been checked.
   *
   * @param rollbackSeconds how long to watch; 0 for not at all
   * @throws IOException if a file cannot be written; then all are as they were
   * @throws InterruptedException if it is not to be waited for any more; what is written stays
   */
  ConfigurationResult run(int rollbackSeconds) throws IOException, InterruptedException {
    if (proposal.texts().isEmpty()) {
      return new ConfigurationResult(Outcome.APPLIED, check, List.of());
    }
    TreeSet<String> before = VitalSigns.red(container, clock);
    List<String> othersBefore = VitalSigns.others(container);
    files.replace(proposal.texts());
    LOG.info("configuration: {} written", proposal.texts().keySet());
    if (!isFollowed(proposal.after())) {
      return takeBack(
          List.of(
              "Configuration Admin has not taken the files over within %d s: is fileinstall there,"
                      .formatted(FOLLOW_SECONDS)
                  + " and does it watch etc?"));
    }
    pace.pause(SETTLE_MILLIS);
    List<String> red = watch(before, rollbackSeconds);
    if (!red.isEmpty()) {
      return takeBack(red);
    }
    TreeSet<String> wrong = VitalSigns.red(container, clock);
    wrong.addAll(VitalSigns.others(container));
    wrong.removeAll(before);
    wrong.removeAll(othersBefore);
    return new ConfigurationResult(Outcome.APPLIED, check, List.copyOf(wrong));
  }

  /** What turned red and stayed so; nothing if all is as well as before at the end. */
  private List<String> watch(TreeSet<String> before, int seconds) throws InterruptedException {
    long end = pace.nanos() + TimeUnit.SECONDS.toNanos(seconds);
    Map<String, Long> since = new HashMap<>();
    boolean canWorsen = !before.contains(VitalSigns.NO_BROKER); // nothing else was known then
    while (seconds > 0 && canWorsen) {
      long now = pace.nanos();
      TreeSet<String> red = VitalSigns.red(container, clock);
      red.removeAll(before);
      since.keySet().retainAll(red);
      red.forEach(line -> since.putIfAbsent(line, now));
      boolean isOver = now - end >= 0;
      List<String> reasons = red.stream().filter(l -> isOver || lasts(l, since, now)).toList();
      if (isOver || !reasons.isEmpty()) {
        return reasons;
      }
      pace.pause(LOOK_MILLIS);
    }
    return List.of();
  }

  private static boolean lasts(String line, Map<String, Long> since, long now) {
    long patience = line.equals(VitalSigns.NO_BROKER) ? ABSENCE_MILLIS : PATIENCE_MILLIS;
    return now - since.getOrDefault(line, now) >= TimeUnit.MILLISECONDS.toNanos(patience);
  }

  private ConfigurationResult takeBack(List<String> why) throws IOException, InterruptedException {
    LOG.warn("configuration: taking {} back: {}", proposal.texts().keySet(), why);
    List<String> reasons = new ArrayList<>(why);
    SortedMap<String, Optional<String>> former = new TreeMap<>(proposal.formerTexts());
    for (Map.Entry<String, Optional<String>> each : proposal.texts().entrySet()) {
      if (!files.text(each.getKey()).equals(each.getValue())) {
        former.remove(each.getKey());
        reasons.add(each.getKey() + " was changed by somebody else meanwhile and is left so");
      }
    }
    files.replace(former);
    if (!isFollowed(proposal.before())) {
      reasons.add("Configuration Admin has not taken the old files over yet");
    }
    return new ConfigurationResult(Outcome.ROLLED_BACK, check, reasons);
  }

  /** Waits until Configuration Admin has what the changed files say; whether it has. */
  private boolean isFollowed(Proposal.View view) throws IOException, InterruptedException {
    long end = pace.nanos() + TimeUnit.SECONDS.toNanos(FOLLOW_SECONDS);
    while (!isKnown(view)) {
      if (pace.nanos() - end >= 0) {
        return false;
      }
      pace.pause(LOOK_MILLIS);
    }
    return true;
  }

  private boolean isKnown(Proposal.View view) throws IOException {
    for (String pid : proposal.changedPids()) {
      Optional<Map<String, Object>> known = container.configuration(pid);
      boolean same =
          view.has(pid)
              ? known.isPresent() && says(known.get(), pid, view.values(pid))
              : known.isEmpty();
      if (!same) {
        return false;
      }
    }
    return true;
  }

  private boolean says(Map<String, Object> known, String pid, Map<String, String> wanted) {
    for (Map.Entry<String, String> each : wanted.entrySet()) {
      Object value = known.get(each.getKey());
      boolean isReplaced = each.getValue().contains("${");
      if (value == null
          || !(isReplaced || String.valueOf(value).strip().equals(each.getValue().strip()))) {
        return false;
      }
    }
    TreeSet<String> gone = new TreeSet<>(proposal.before().values(pid).keySet());
    gone.addAll(proposal.after().values(pid).keySet());
    gone.removeAll(wanted.keySet());
    gone.retainAll(known.keySet());
    return gone.isEmpty();
  }
}
