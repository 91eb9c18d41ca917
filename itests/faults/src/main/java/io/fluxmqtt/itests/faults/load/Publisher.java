package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Sends letters in order, a window at a time. What was not acknowledged when a connection ended is
 * sent again on the next one: PUBLISH until PUBREC or PUBACK was read, PUBREL from then on.
 */
class Publisher extends Actor implements Source {
  private static final int WINDOW = 50;
  private static final int RESTLESS = 700;
  private static final int IDS = 65_535;

  private enum Step {
    PUBLISHED,
    RELEASED
  }

  private record Flight(int number, Step step) {}

  final int id;
  final int qos;
  private final boolean restless;
  private final Random random;
  private final Map<Integer, Flight> flights = new LinkedHashMap<>();
  private final BitSet acknowledged = new BitSet();
  private int next;
  private int lastId;
  private int first; // of the letters that were allowed last
  private double perMilli;
  private long since;

  Publisher(int id, int qos, int version, Findings findings) {
    this(id, qos, version, false, findings);
  }

  /**
   * One that has sent nothing.
   *
   * @param restless whether it takes its session over from itself now and then
   */
  Publisher(int id, int qos, int version, boolean restless, Findings findings) {
    super("publisher-" + id, version, findings);
    this.id = id;
    this.qos = qos;
    this.restless = restless;
    random = new Random(id);
  }

  @Override
  public final int id() {
    return id;
  }

  /** How many letters it may send from now on in each millisecond. */
  final void allow(double letters) {
    first = next;
    perMilli = letters;
    since = System.nanoTime();
  }

  private boolean mayGoOn() {
    return next - first < (System.nanoTime() - since) / 1_000_000 * perMilli;
  }

  /** How many letters it has sent. */
  final int sent() {
    return next;
  }

  /** What its subscribers must get, once nothing is under way any more. */
  @Override
  public BitSet owed() {
    BitSet owed = new BitSet();
    owed.set(0, next);
    return owed;
  }

  /** The properties of a letter, in 5.0. */
  byte[] properties(int number) {
    return Wire.properties();
  }

  /** The broker has taken the responsibility for a letter. */
  void acknowledge(int number) {
    acknowledged.set(number);
  }

  /** Whether the broker has taken the responsibility for a letter. */
  final boolean isAcknowledged(int number) {
    return acknowledged.get(number);
  }

  final int acknowledged() {
    return acknowledged.cardinality();
  }

  String topic(int number) {
    return "load/" + id;
  }

  byte[] payload(int number) {
    return new Letter(id, number).payload(new Random(number * 31L + id).nextInt(600));
  }

  boolean retain() {
    return false;
  }

  @Override
  final void sessionLost() {
    // PUBLISH is sent again in any case. A PUBREL would find nothing, which is an answer as well.
  }

  @Override
  final boolean converse(Link link, BooleanSupplier going) throws IOException {
    for (Map.Entry<Integer, Flight> each : flights.entrySet()) {
      if (each.getValue().step() == Step.RELEASED) {
        link.send(Wire.acknowledge(Wire.PUBREL, each.getKey()));
      } else {
        publish(link, each.getKey(), each.getValue().number(), true);
      }
    }
    while (going.getAsBoolean() || !flights.isEmpty()) {
      while (flights.size() < WINDOW && going.getAsBoolean() && mayGoOn()) {
        int packetId = freeId();
        flights.put(packetId, new Flight(next, Step.PUBLISHED));
        publish(link, packetId, next++, false);
        if (random.nextInt(20) == 0) {
          break; // now and then what there is so far leaves by itself
        }
      }
      if (restless && !flights.isEmpty() && random.nextInt(RESTLESS) == 0) {
        link.flush();
        return true;
      }
      link.flush();
      if (going.getAsBoolean() && flights.size() < WINDOW) {
        Optional<RawPacket> packet = link.receive(1);
        if (packet.isPresent()) {
          handle(link, packet.get());
        }
      } else if (!flights.isEmpty()) {
        handle(link, link.receive());
      }
    }
    return false;
  }

  private void publish(Link link, int packetId, int number, boolean again) throws IOException {
    int flags = (again ? 8 : 0) | qos << 1 | (retain() ? 1 : 0);
    byte[] properties = version == 5 ? properties(number) : new byte[0];
    link.send(
        Wire.packet(
            Wire.PUBLISH << 4 | flags,
            Wire.utf8(topic(number)),
            Wire.u16(packetId),
            properties,
            payload(number)));
  }

  private void handle(Link link, RawPacket packet) throws IOException {
    refuseEnd(packet);
    int packetId = packet.packetId();
    Flight flight = flights.get(packetId);
    if (flight == null) {
      throw new IllegalStateException("an acknowledgement of what was not sent: " + packet);
    }
    switch (packet.type()) {
      case Wire.PUBACK, Wire.PUBREC -> {
        if (packet.type() != (qos == 1 ? Wire.PUBACK : Wire.PUBREC)) {
          throw new IllegalStateException("QoS " + qos + " and a " + packet);
        }
        requireSuccess(packet);
        acknowledge(flight.number());
        if (qos == 1) {
          flights.remove(packetId);
        } else {
          promise();
          flights.put(packetId, new Flight(flight.number(), Step.RELEASED));
          link.send(Wire.acknowledge(Wire.PUBREL, packetId));
        }
      }
      case Wire.PUBCOMP -> {
        if (flight.step() != Step.RELEASED) {
          throw new IllegalStateException("PUBCOMP before PUBREL: " + packet);
        }
        flights.remove(packetId);
      }
      default -> throw new IllegalStateException("not for a publisher: " + packet);
    }
  }

  private int freeId() {
    do {
      lastId = lastId % IDS + 1;
    } while (flights.containsKey(lastId));
    return lastId;
  }
}
