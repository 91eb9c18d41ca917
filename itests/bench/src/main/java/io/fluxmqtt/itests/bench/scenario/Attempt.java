package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.peer.Broker;
import java.io.IOException;

/**
 * A broker, and how long to measure it.
 *
 * @param seconds of steady flow
 * @param latencySeconds of the stream by the clock; 0 for none
 * @param threads of the generator
 * @param scale what large counts are multiplied by, 1 but where only the benchmark is tested
 */
public record Attempt(
    Broker broker, double seconds, double latencySeconds, int threads, double scale) {

  Generator generator() throws IOException {
    return new Generator(broker.address(), threads);
  }

  /** A large count, at its scale. */
  int scaled(int count) {
    return Math.max(1, (int) (count * scale));
  }
}
