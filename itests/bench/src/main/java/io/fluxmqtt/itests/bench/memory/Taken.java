package io.fluxmqtt.itests.bench.memory;

import io.fluxmqtt.itests.bench.peer.Broker;
import io.fluxmqtt.itests.bench.peer.Inside;
import java.io.IOException;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a broker takes of memory, in bytes.
 *
 * @param inside what its JVM says; nothing if it has none
 */
record Taken(Optional<Inside> inside, long resident) {
  /** What it takes now. */
  static Taken by(Broker broker) throws IOException {
    Optional<Inside> inside = broker.inside(); // collects; so what is resident comes after it
    return new Taken(inside, broker.meter().residentBytes());
  }

  /** Bytes of the heap for each of so many; NaN if that cannot be known. */
  double heapOfEach(Taken before, int count, int payloadBytes) {
    return difference(before, count, Inside::heapBytes) - payloadBytes;
  }

  /** Bytes of buffers outside of the heap for each of so many; NaN if that cannot be known. */
  double directOfEach(Taken before, int count) {
    return difference(before, count, Inside::directBytes);
  }

  /** Resident bytes for each of so many. */
  double residentOfEach(Taken before, int count, int payloadBytes) {
    return (double) (resident - before.resident) / count - payloadBytes;
  }

  private double difference(Taken before, int count, ToLongFunction<Inside> part) {
    if (inside.isEmpty() || before.inside.isEmpty()) {
      return Double.NaN;
    }
    long more = part.applyAsLong(inside.get()) - part.applyAsLong(before.inside.get());
    return (double) more / count;
  }
}
