package io.fluxmqtt.itests.bench;

import io.fluxmqtt.itests.bench.peer.Broker;
import io.fluxmqtt.itests.bench.peer.Peer;
import io.fluxmqtt.itests.bench.report.Machine;
import io.fluxmqtt.itests.bench.report.Result;
import io.fluxmqtt.itests.bench.report.Row;
import io.fluxmqtt.itests.bench.scenario.Attempt;
import io.fluxmqtt.itests.bench.scenario.Sample;
import io.fluxmqtt.itests.bench.scenario.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One scenario: every broker is started anew and warmed, then they are measured in turns, each time
 * beginning with another one. What fails leaves the round with its reason.
 */
final class Round implements AutoCloseable {
  private static final double WARM_NATIVE_SECONDS = 0.5;
  private static final double WARM_STEP_SECONDS = 2;
  private static final double WARM_PATIENCE = 4; // of the clock for one of CPU

  private final Scenario scenario;
  private final List<Peer> peers;
  private final Options options;
  private final Map<Peer, Broker> brokers = new LinkedHashMap<>();
  private final Map<Peer, String> failures = new LinkedHashMap<>();
  private final Map<Peer, List<Sample>> samples = new LinkedHashMap<>();

  Round(Scenario scenario, List<Peer> peers, Options options, Broker.Site site)
      throws InterruptedException {
    this.scenario = scenario;
    this.peers = peers;
    this.options = options;
    for (Peer peer : peers) {
      samples.put(peer, new ArrayList<>());
      try {
        brokers.put(peer, Broker.start(peer, site, scenario.mode()));
      } catch (IOException e) {
        failures.put(peer, "did not start: " + e.getMessage());
      }
    }
  }

  Row run() throws InterruptedException {
    double load = Machine.loadNow();
    for (Peer peer : peers) {
      warm(peer);
    }
    for (int turn = 0; turn < options.repeats(); turn++) {
      for (int i = 0; i < peers.size(); i++) {
        Peer peer = peers.get((turn + i) % peers.size());
        attempt(peer, options.seconds(), options.latencySeconds())
            .ifPresent(samples.get(peer)::add);
      }
    }
    List<Result> results = new ArrayList<>();
    for (Peer peer : peers) {
      String failure = failures.getOrDefault(peer, "");
      results.add(
          new Result(peer.name(), failure.isEmpty() ? samples.get(peer) : List.of(), failure));
    }
    return new Row(scenario, results, load);
  }

  /**
   * Until the broker has had so much CPU: what a JVM compiles depends on its own work, and on a
   * busy machine that takes longer.
   */
  private void warm(Peer peer) throws InterruptedException {
    double enough = peer.isJvm() ? options.warmSeconds() : WARM_NATIVE_SECONDS;
    long end = System.nanoTime() + (long) (WARM_PATIENCE * enough * 1e9);
    while (!failures.containsKey(peer)
        && brokers.get(peer).meter().cpuSeconds() < enough
        && System.nanoTime() - end < 0) {
      attempt(peer, Math.min(WARM_STEP_SECONDS, enough), 0);
    }
  }

  private Optional<Sample> attempt(Peer peer, double seconds, double latencySeconds)
      throws InterruptedException {
    if (failures.containsKey(peer)) {
      return Optional.empty();
    }
    Attempt attempt =
        new Attempt(brokers.get(peer), seconds, latencySeconds, options.threads(), options.scale());
    try {
      return Optional.of(retried(attempt));
    } catch (IOException e) {
      boolean alive = attempt.broker().isAlive();
      failures.put(peer, e.getMessage() + (alive ? "" : " (the broker has ended)"));
      return Optional.empty();
    }
  }

  /** Some brokers lose a connection now and then; that alone shall not cost them the round. */
  private Sample retried(Attempt attempt) throws IOException, InterruptedException {
    try {
      return rested(attempt);
    } catch (IOException e) {
      if (!attempt.broker().isAlive()) {
        throw e;
      }
      return rested(attempt);
    }
  }

  private Sample rested(Attempt attempt) throws IOException, InterruptedException {
    try {
      return scenario.run(attempt);
    } finally {
      attempt.broker().awaitRest();
    }
  }

  /** Of the brokers that run. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    String mode = scenario.mode().isDurable() ? ", durable" : "";
    brokers.forEach((peer, broker) -> settings.put(peer.name() + mode, broker.settings()));
    return settings;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (Broker broker : brokers.values()) {
      broker.close();
    }
  }
}
