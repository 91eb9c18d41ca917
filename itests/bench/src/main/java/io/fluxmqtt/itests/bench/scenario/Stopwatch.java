package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.load.Histogram;
import io.fluxmqtt.itests.bench.peer.Broker;
import io.fluxmqtt.itests.bench.peer.Cpu;
import io.fluxmqtt.itests.bench.peer.Meter;
import java.io.IOException;

/** Time and CPU from its making until {@link #stop}. */
final class Stopwatch {
  private final Meter broker;
  private final Meter self = new Meter(ProcessHandle.current().pid());
  private final long begin;
  private final Cpu brokerCpu;
  private final Cpu selfCpu;
  private double seconds;
  private double brokerSeconds;
  private double selfSeconds;

  Stopwatch(Broker measured) {
    broker = measured.meter();
    broker.resetPeak();
    begin = System.nanoTime();
    brokerCpu = broker.cpu();
    selfCpu = self.cpu();
  }

  /** The time ends here, though CPU still counts. */
  void lap() {
    seconds = (System.nanoTime() - begin) / 1e9;
  }

  Stopwatch stop() {
    if (seconds == 0) {
      lap();
    }
    brokerSeconds = broker.cpu().since(brokerCpu);
    selfSeconds = self.cpu().since(selfCpu);
    return this;
  }

  double perSecond(long count) {
    return count / seconds;
  }

  /** What was measured; {@code count} came in that time, {@code all} in the whole run. */
  Sample sample(long count, Generator.Count all, long wrong, Histogram latency) throws IOException {
    return new Sample(
        count,
        seconds,
        brokerSeconds,
        selfSeconds,
        all.expected(),
        all.missing(),
        wrong,
        broker.peakBytes(),
        latency,
        "");
  }
}
