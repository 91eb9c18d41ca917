package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;

/**
 * What lies in the store all the time while others work, so that a start has something to read:
 * half of it Retained Messages, half of it queued for a session that never comes.
 */
final class Stock {
  private static final int PUBLISHER = 1_000;
  private static final int WINDOW = 500;
  private static final int PAYLOAD_BYTES = 100;
  private static final int QUIET_MILLIS = 3_000;

  private final int retained;
  private final Findings findings;

  /**
   * A stock that is not laid yet.
   *
   * @param messages of both kinds together
   */
  Stock(int messages, Findings findings) {
    retained = messages / 2;
    this.findings = findings;
  }

  /** Publishes all of it. */
  void lay(BrokerAddress broker) throws IOException {
    if (retained == 0) {
      return;
    }
    try (Link sleeper = connect(broker, "stock-sleeper")) {
      sleeper.send(Wire.subscribe(1, "queue/#", 1));
      sleeper.flush();
      sleeper.receive();
      sleeper.send(Wire.disconnect());
      sleeper.flush();
    }
    try (Link link = connect(broker, "stock-publisher")) {
      publish(link, true, "stock/");
      publish(link, false, "queue/");
    }
  }

  private void publish(Link link, boolean retain, String prefix) throws IOException {
    int flags = Wire.PUBLISH << 4 | 2 | (retain ? 1 : 0);
    int answered = 0;
    for (int sent = 0; answered < retained; ) {
      while (sent < retained && sent - answered < WINDOW) {
        link.send(
            Wire.packet(
                flags,
                Wire.utf8(prefix + sent),
                Wire.u16(1 + sent % WINDOW),
                Wire.properties(),
                new Letter(PUBLISHER, sent).payload(PAYLOAD_BYTES)));
        sent++;
      }
      link.flush();
      Actor.requireSuccess(link.receive());
      answered++;
    }
  }

  /** Takes all of it, and adds findings for what is missing. */
  void check(BrokerAddress broker) throws IOException {
    if (retained == 0) {
      return;
    }
    try (Link link = connect(broker, "stock-checker")) {
      link.send(Wire.subscribe(1, "stock/#", 1));
      take(link, "retained");
    }
    try (Link link = connect(broker, "stock-sleeper")) {
      take(link, "queued");
    }
  }

  private void take(Link link, String what) throws IOException {
    BitSet got = new BitSet();
    while (got.cardinality() < retained) {
      link.flush();
      Optional<RawPacket> packet = link.receive(QUIET_MILLIS);
      if (packet.isEmpty()) {
        break;
      }
      if (packet.get().type() == Wire.PUBLISH) {
        got.set(Letter.of(packet.get().payload()).number());
        if (packet.get().qos() == 1) {
          link.send(Wire.acknowledge(Wire.PUBACK, packet.get().packetId()));
        }
      }
    }
    link.flush();
    if (got.cardinality() < retained) {
      findings.add(
          Kind.LOST,
          "%d of %d messages of the stock that were %s"
              .formatted(retained - got.cardinality(), retained, what));
    }
  }

  private static Link connect(BrokerAddress broker, String name) throws IOException {
    Link link = new Link(broker, 5);
    link.send(ConnectPacket.v5(name).resume().sessionExpiry(31_536_000).toBytes());
    link.flush();
    RawPacket answer = link.receive();
    if (answer.reason() != 0) {
      throw new IOException("CONNECT was answered by " + answer);
    }
    return link;
  }
}
