package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Receives letters. A QoS 2 packet identifier belongs to its message from PUBLISH to PUBREL, over
 * all connections of the session; the application gets it once, with the PUBLISH.
 */
class Subscriber extends Actor {
  private static final int MOMENT_MILLIS = 2;
  private static final int PAUSE_MILLIS = 100;
  private static final int RESTLESS = 3_000;
  private static final long STALLED_NANOS = 15_000_000_000L;

  private final String filter;
  private final int maximumQos;
  private final Inbox inbox;
  private final Map<Integer, Letter> held = new HashMap<>();
  private boolean subscribed;
  private boolean restless;
  private int taken;

  /**
   * One without a session.
   *
   * @param inbox who gets what comes; it may be shared
   */
  Subscriber(
      String name, int version, String filter, int maximumQos, Inbox inbox, Findings findings) {
    super(name, version, findings);
    this.filter = filter;
    this.maximumQos = maximumQos;
    this.inbox = inbox;
  }

  /** Has it take its session over from itself now and then. */
  Subscriber restless() {
    restless = true;
    return this;
  }

  final Inbox inbox() {
    return inbox;
  }

  @Override
  final void sessionLost() {
    subscribed = false;
    held.clear();
  }

  @Override
  final boolean converse(Link link, BooleanSupplier going) throws IOException {
    if (!subscribed) {
      link.send(
          version == 5
              ? Wire.subscribe(1, filter, maximumQos)
              : Wire.subscribe311(1, filter, maximumQos));
      link.flush();
    }
    boolean asked = false;
    long last = System.nanoTime(); // something came, or there was more to come
    while (true) {
      Optional<RawPacket> packet = link.receive(MOMENT_MILLIS);
      if (packet.isEmpty()) {
        link.flush();
        if (!going.getAsBoolean() && subscribed && held.isEmpty() && !asked) {
          link.send(Wire.pingReq()); // what is still on its way is in front of the answer
          link.flush();
          asked = true;
        }
        packet = link.receive(PAUSE_MILLIS);
      }
      if (packet.isPresent() || going.getAsBoolean()) {
        last = System.nanoTime();
      } else if (System.nanoTime() - last > STALLED_NANOS) {
        findings.add(
            Kind.PROTOCOL, "%s waits in vain, %d times for PUBREL".formatted(name, held.size()));
        return false;
      }
      if (packet.isPresent()) {
        if (packet.get().type() == Wire.PINGRESP) {
          return false;
        }
        handle(link, packet.get());
        if (restless && ++taken % RESTLESS == 0) {
          return true; // what was gathered for this connection is not sent
        }
      }
    }
  }

  private void handle(Link link, RawPacket packet) throws IOException {
    refuseEnd(packet);
    switch (packet.type()) {
      case Wire.SUBACK -> {
        if (packet.reasons().get(0) != maximumQos) {
          throw new IllegalStateException("SUBSCRIBE was refused: " + packet);
        }
        subscribed = true;
        promise();
      }
      case Wire.PUBLISH -> receive(link, packet);
      case Wire.PUBREL -> {
        held.remove(packet.packetId());
        link.send(Wire.acknowledge(Wire.PUBCOMP, packet.packetId()));
      }
      default -> throw new IllegalStateException("not for a subscriber: " + packet);
    }
  }

  /** A look at each packet before it counts. */
  void examine(Letter letter, RawPacket packet) {
    // nothing is special about it
  }

  private void receive(Link link, RawPacket packet) throws IOException {
    Letter letter = Letter.of(packet.payload());
    examine(letter, packet);
    switch (packet.qos()) {
      case 1 -> {
        inbox.deliver(letter);
        link.send(Wire.acknowledge(Wire.PUBACK, packet.packetId()));
      }
      case 2 -> {
        Letter before = held.putIfAbsent(packet.packetId(), letter);
        if (before == null) {
          inbox.deliver(letter);
        } else if (!before.equals(letter)) {
          findings.add(
              Kind.PROTOCOL,
              "%s got %s under the identifier %d of %s, which was not released"
                  .formatted(name, letter, packet.packetId(), before));
        }
        link.send(Wire.acknowledge(Wire.PUBREC, packet.packetId()));
      }
      default -> throw new IllegalStateException("QoS 0 was not sent: " + packet);
    }
  }
}
