package io.fluxmqtt.transport;

import java.io.ByteArrayOutputStream;
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
import org.openjdk.jmh.infra.Blackhole;

/** Packets that come a hundred to a read, from the bytes to the session manager's value. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecodeBenchmark {
  private static final int PACKETS = 100;

  /** What comes. */
  public enum Kind {
    PUBLISH_QOS0,
    PUBLISH_QOS1,
    PUBACK
  }

  @Param public Kind kind = Kind.PUBLISH_QOS0;

  @Param({"4", "5"})
  public int level;

  private byte[] bytes = {};
  private int received;
  private LooseClient client;

  /** A client that is connected, and what it will send. */
  @Setup
  public void connect(Blackhole hole) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 1; i <= PACKETS; i++) {
      all.writeBytes(
          switch (kind) {
            case PUBLISH_QOS0 -> Frames.publish(level, 0, 0);
            case PUBLISH_QOS1 -> Frames.publish(level, 1, i);
            case PUBACK -> Frames.pubAck(i);
          });
    }
    bytes = all.toByteArray();
    client =
        new LooseClient(
            level,
            packet -> {
              received++;
              hole.consume(packet);
            });
  }

  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public void decode() {
    int before = received;
    client.read(bytes);
    if (received - before != PACKETS) {
      throw new IllegalStateException(received - before + " of " + PACKETS + " packets came");
    }
  }
}
