package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The oldest of a hundred messages in flight is acknowledged, and one more is sent. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WindowBenchmark {
  private static final int IN_FLIGHT = 100;

  private final Window window = new Window();
  private final int[] sent = new int[IN_FLIGHT]; // identifiers, the oldest at turn
  private final Publication publication =
      new Publication(
          new Message(
              "bench/topic0007",
              Payload.copyOf(new byte[64]),
              QoS.EXACTLY_ONCE,
              false,
              MessageProperties.NONE),
          "publisher",
          Publication.NEVER);
  private int turn;

  /** All of them in flight. */
  @Setup
  public void fill() {
    window.connected(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      sent[i] = send(QoS.AT_LEAST_ONCE);
    }
  }

  @Benchmark
  public int qos1() {
    window.remove(oldest(), false);
    return send(QoS.AT_LEAST_ONCE);
  }

  @Benchmark
  public int qos2() {
    int packetId = sent[turn];
    window.remove(oldest(), true);
    if (!window.complete(packetId)) {
      throw new IllegalStateException(packetId + " awaited no PUBCOMP");
    }
    return send(QoS.EXACTLY_ONCE);
  }

  private Delivery oldest() {
    Delivery delivery = window.find(sent[turn]);
    if (delivery == null || window.isOpen()) {
      throw new IllegalStateException(sent[turn] + " is not in flight, or too few are");
    }
    return delivery;
  }

  private int send(QoS qos) {
    Delivery delivery = new Delivery(publication, null, qos);
    window.send(delivery);
    sent[turn] = delivery.packetId();
    turn = turn + 1 == IN_FLIGHT ? 0 : turn + 1;
    return delivery.packetId();
  }
}
