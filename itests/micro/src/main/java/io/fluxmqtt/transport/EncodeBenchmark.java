package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * From the session manager's value to the bytes of one write, a hundred packets in each measured
 * call: for one connection, or one for each of a hundred.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodeBenchmark {
  private static final int PACKETS = 100;

  @Param({"1", "100"})
  public int receivers;

  @Param({"4", "5"})
  public int level;

  private final List<LooseClient> clients = new ArrayList<>();
  private final Payload payload = Payload.copyOf(new byte[Frames.PAYLOAD_BYTES]);

  /** The receivers. */
  @Setup
  public void connect() {
    clients.clear();
    for (int i = 0; i < receivers; i++) {
      clients.add(new LooseClient(level, packet -> {}));
    }
  }

  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public int publishQos0() {
    Packet packet = publish(QoS.AT_MOST_ONCE, 0);
    for (int i = 0; i < PACKETS; i++) {
      clients.get(i % receivers).connection.send(packet);
    }
    return written();
  }

  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public int publishQos1() {
    for (int i = 0; i < PACKETS; i++) {
      clients.get(i % receivers).connection.send(publish(QoS.AT_LEAST_ONCE, i + 1));
    }
    return written();
  }

  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public int pubAck() {
    for (int i = 0; i < PACKETS; i++) {
      Packet packet = new Packet.PubAck(i + 1, ReasonCode.SUCCESS, null);
      clients.get(i % receivers).connection.send(packet);
    }
    return written();
  }

  private Packet publish(QoS qos, int packetId) {
    return new Packet.Publish(
        Frames.TOPIC, payload, qos, false, false, packetId, 0, MessageProperties.NONE, List.of());
  }

  private int written() {
    int bytes = 0;
    for (int i = 0; i < receivers; i++) {
      bytes += clients.get(i).written();
    }
    if (bytes < PACKETS) {
      throw new IllegalStateException("only " + bytes + " bytes were written");
    }
    return bytes;
  }
}
