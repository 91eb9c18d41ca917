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

/**
 * One scenario: every broker is started anew and warmed, then they are measured in turns, each time
 * beginning with another one. What fails leaves the round with its reason.
 */
final class Round implements AutoCloseable {
  private static final double WARM_NATIVE_SECONDS = 0.5;

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
        brokers.put(peer, Broker.start(peer, site, scenario.isUnlimited()));
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

  private void warm(Peer peer) throws InterruptedException {
    double seconds = peer.isJvm() ? options.warmSeconds() : WARM_NATIVE_SECONDS;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (!failures.containsKey(peer) && System.nanoTime() - end < 0) {
      attempt(peer, seconds, 0);
    }
  }

  private java.util.Optional<Sample> attempt(Peer peer, double seconds, double latencySeconds)
      throws InterruptedException {
    if (failures.containsKey(peer)) {
      return java.util.Optional.empty();
    }
    Broker broker = brokers.get(peer);
    try {
      return java.util.Optional.of(
          scenario.run(
              new Attempt(broker, seconds, latencySeconds, options.threads(), options.scale())));
    } catch (IOException e) {
      failures.put(peer, e.getMessage() + (broker.isAlive() ? "" : " (the broker has ended)"));
      return java.util.Optional.empty();
    }
  }

  /** Of the brokers that run. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    brokers.forEach((peer, broker) -> settings.put(peer.name(), broker.settings()));
    return settings;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (Broker broker : brokers.values()) {
      broker.close();
    }
  }
}
