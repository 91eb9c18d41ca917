package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.BrokerConfiguration;
import io.fluxmqtt.api.admin.ConfigurationChange;
import io.fluxmqtt.api.admin.ConfigurationCheck;
import io.fluxmqtt.api.admin.ConfigurationInfo;
import io.fluxmqtt.api.admin.ConfigurationProblem;
import io.fluxmqtt.api.admin.ConfigurationResult;
import io.fluxmqtt.api.admin.ConfigurationResult.Outcome;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** The configuration of the broker, over its files and what is there. */
final class Configurations implements BrokerConfiguration {
  private final EtcFiles files;
  private final Container container;
  private final Pace pace;
  private final InstantSource clock;
  private final Executor thread;
  private final AtomicBoolean busy = new AtomicBoolean();

  /**
   * Over a folder.
   *
   * @param thread runs one transaction at a time, and may be kept by it
   */
  Configurations(
      EtcFiles files, Container container, Pace pace, InstantSource clock, Executor thread) {
    this.files = files;
    this.container = container;
    this.pace = pace;
    this.clock = clock;
    this.thread = thread;
  }

  @Override
  public List<ConfigurationInfo> describe() throws IOException {
    return Catalogue.of(container.definitions(), files.read());
  }

  @Override
  public ConfigurationCheck check(List<ConfigurationChange> changes) throws IOException {
    return check(propose(changes));
  }

  private Proposal propose(List<ConfigurationChange> changes) throws IOException {
    return new Proposal(files.read(), container.definitions(), changes);
  }

  private ConfigurationCheck check(Proposal proposal) throws IOException {
    List<ConfigurationProblem> problems = new ArrayList<>(ValueChecks.of(container, proposal));
    Set<String> hopeless = // what is no configuration at all fits nowhere
        problems.stream()
            .filter(problem -> problem.key() == null)
            .map(ConfigurationProblem::pid)
            .collect(Collectors.toSet());
    CrossChecks.of(container, proposal).stream()
        .filter(problem -> !hopeless.contains(problem.pid()))
        .forEach(problems::add);
    return new ConfigurationCheck(
        problems, Effects.of(proposal, container.broker()), proposal.stamp());
  }

  @Override
  public CompletionStage<ConfigurationResult> apply(
      List<ConfigurationChange> changes, Optional<String> stamp, int rollbackSeconds) {
    if (rollbackSeconds < 0 || rollbackSeconds > MAX_ROLLBACK_SECONDS) {
      throw new IllegalArgumentException(
          "rollbackSeconds=%d is out of bounds; set 0 to %d"
              .formatted(rollbackSeconds, MAX_ROLLBACK_SECONDS));
    }
    long pids = changes.stream().map(ConfigurationChange::pid).distinct().count();
    if (pids < changes.size()) {
      throw new IllegalArgumentException("two changes for one PID: " + changes);
    }
    if (!busy.compareAndSet(false, true)) {
      ConfigurationCheck unchecked = new ConfigurationCheck(List.of(), List.of(), stamp.orElse(""));
      return CompletableFuture.completedFuture(
          new ConfigurationResult(
              Outcome.BUSY, unchecked, List.of("another change is under way; try again later")));
    }
    try {
      return CompletableFuture.supplyAsync(() -> run(changes, stamp, rollbackSeconds), thread);
    } catch (RuntimeException e) { // the thread takes nothing any more
      busy.set(false);
      return CompletableFuture.failedFuture(new IOException("no longer to be changed", e));
    }
  }

  private ConfigurationResult run(
      List<ConfigurationChange> changes, Optional<String> stamp, int rollbackSeconds) {
    try {
      Proposal proposal = propose(changes);
      ConfigurationCheck check = check(proposal);
      if (stamp.isPresent() && !stamp.get().equals(check.stamp())) {
        return new ConfigurationResult(
            Outcome.STALE,
            check,
            List.of(
                "a file has changed since it was looked at; look again, and repeat the change"));
      } else if (!check.isGood()) {
        return new ConfigurationResult(
            Outcome.REFUSED,
            check,
            check.problems().stream().map(ConfigurationProblem::text).toList());
      }
      return new Transaction(files, container, pace, clock, proposal, check).run(rollbackSeconds);
    } catch (IOException e) {
      throw new CompletionException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(
          new IOException("the bundle stops; what is written stays, unwatched", e));
    } finally {
      busy.set(false);
    }
  }
}
