package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client that does one thing after the other and tells what the broker said. One thread. */
public final class Probe implements AutoCloseable {
  /** No answer came. */
  public static final int SILENCE = -1;

  /** The broker closed the connection instead of an answer. */
  public static final int CLOSED = -2;

  private static final long YEAR_SECONDS = 31_536_000;

  private final Link link;
  private final int version;
  private final List<String> messages = new ArrayList<>();
  private final boolean sessionPresent;
  private int lastId;

  private Probe(BrokerAddress broker, ConnectPacket connect) throws IOException {
    version = connect.version();
    link = new Link(broker, version);
    link.send(connect.toBytes());
    link.flush();
    RawPacket answer = link.receive();
    if (answer.type() != Wire.CONNACK || answer.reason() != 0) {
      throw new IOException("CONNECT was answered by " + answer);
    }
    sessionPresent = answer.sessionPresent();
  }

  /** A client of 5.0 whose session stays, and goes on if it is there. */
  public static Probe lasting(BrokerAddress broker, String name) throws IOException {
    return new Probe(broker, ConnectPacket.v5(name).resume().sessionExpiry(YEAR_SECONDS));
  }

  /** A client whose session ends with its connection. */
  public static Probe passing(BrokerAddress broker, String name, int version) throws IOException {
    return new Probe(broker, version == 5 ? ConnectPacket.v5(name) : ConnectPacket.v311(name));
  }

  /** A client of 5.0 whose session lasts for some seconds and takes one message at a time. */
  public static Probe brief(BrokerAddress broker, String name, int seconds) throws IOException {
    return new Probe(
        broker, ConnectPacket.v5(name).resume().sessionExpiry(seconds).receiveMaximum(1));
  }

  public boolean sessionPresent() {
    return sessionPresent;
  }

  /** Publishes; the code of PUBACK or PUBREC, {@link #SILENCE} or {@link #CLOSED}. */
  public int publish(String topic, int qos, boolean retain, String payload, int millis) {
    lastId = lastId % 60_000 + 1;
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    byte[] id = qos == 0 ? new byte[0] : Wire.u16(lastId);
    byte[] properties = version == 5 ? Wire.properties() : new byte[0];
    int first = Wire.PUBLISH << 4 | qos << 1 | (retain ? 1 : 0);
    byte[] packet = Wire.packet(first, Wire.utf8(topic), id, properties, text);
    if (qos == 0) {
      try {
        link.send(packet);
        link.flush();
        return 0;
      } catch (IOException e) {
        return CLOSED;
      }
    }
    int code = ask(packet, qos == 1 ? Wire.PUBACK : Wire.PUBREC, millis);
    if (qos == 2 && code >= 0 && code < 0x80) {
      ask(Wire.acknowledge(Wire.PUBREL, lastId), Wire.PUBCOMP, millis);
    }
    return code;
  }

  /** Subscribes; the code of SUBACK, {@link #SILENCE} or {@link #CLOSED}. */
  public int subscribe(String filter, int qos, int millis) {
    lastId = lastId % 60_000 + 1;
    return ask(
        version == 5 ? Wire.subscribe(lastId, filter, qos) : Wire.subscribe311(lastId, filter, qos),
        Wire.SUBACK,
        millis);
  }

  private int ask(byte[] packet, int type, int millis) {
    long end = System.nanoTime() + millis * 1_000_000L;
    try {
      link.send(packet);
      link.flush();
      while (true) {
        int left = (int) Math.max(0, (end - System.nanoTime()) / 1_000_000);
        Optional<RawPacket> answer = link.receive(left);
        if (answer.isEmpty()) {
          return SILENCE;
        }
        if (answer.get().type() == type && answer.get().packetId() == lastId) {
          return type == Wire.SUBACK ? answer.get().reasons().get(0) : answer.get().reason();
        }
        take(answer.get());
      }
    } catch (IOException e) {
      return CLOSED;
    }
  }

  /** Takes messages until none comes for so long; the payloads of all so far. */
  public List<String> messages(int quietMillis) throws IOException {
    for (Optional<RawPacket> packet = link.receive(quietMillis);
        packet.isPresent();
        packet = link.receive(quietMillis)) {
      take(packet.get());
    }
    return List.copyOf(messages);
  }

  /** Waits for one message with this payload; returns whether it came. */
  public boolean awaits(String payload, int millis) throws IOException {
    long end = System.nanoTime() + millis * 1_000_000L;
    while (!messages.contains(payload)) {
      int left = (int) ((end - System.nanoTime()) / 1_000_000);
      Optional<RawPacket> packet = left <= 0 ? Optional.empty() : link.receive(left);
      if (packet.isEmpty()) {
        return false;
      }
      take(packet.get());
    }
    return true;
  }

  private void take(RawPacket packet) throws IOException {
    Actor.refuseEnd(packet);
    if (packet.type() == Wire.PUBLISH) {
      messages.add(packet.payloadText().strip());
      if (packet.qos() > 0) {
        int type = packet.qos() == 1 ? Wire.PUBACK : Wire.PUBREC;
        link.send(Wire.acknowledge(type, packet.packetId()));
        link.flush();
      }
    } else if (packet.type() == Wire.PUBREL) {
      link.send(Wire.acknowledge(Wire.PUBCOMP, packet.packetId()));
      link.flush();
    }
  }

  /** Says goodbye. */
  @Override
  public void close() throws IOException {
    try (link) {
      link.send(Wire.disconnect());
      link.flush();
    } catch (IOException e) {
      // it was closed already
    }
  }
}
