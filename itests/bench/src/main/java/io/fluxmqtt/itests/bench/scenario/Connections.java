package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Dialer;
import io.fluxmqtt.itests.bench.load.Generator;
import java.io.IOException;

/** Clients that connect and disconnect; latency is from the SYN to the CONNACK. */
record Connections(String name, int connections, int concurrent, double target)
    implements Scenario {

  @Override
  public String title() {
    return "connect and disconnect, %d at a time".formatted(concurrent);
  }

  @Override
  public String unit() {
    return "connection";
  }

  @Override
  public Sample run(Attempt attempt) throws IOException, InterruptedException {
    int half = attempt.scaled(connections / 2);
    Generator generator = attempt.generator();
    Stopwatch watch;
    Dialer one;
    Dialer other;
    try (generator) {
      watch = new Stopwatch(attempt.broker());
      one = generator.dialer(concurrent / 2, half);
      other = generator.dialer(concurrent / 2, half);
      generator.runUntil(() -> one.isOver() && other.isOver());
      watch.stop();
    }
    long done = one.done() + other.done();
    return watch.sample(done, new Generator.Count(2L * half, done), 0, generator.latency());
  }
}
