package io.fluxmqtt.itests.blackbox.live;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;

import io.fluxmqtt.itests.blackbox.live.Proof.Sight;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What clients can see of a broker. */
final class Sights {
  private static final List<String> TYPES =
      List.of(
          "",
          "CONNECT",
          "CONNACK",
          "PUBLISH",
          "PUBACK",
          "PUBREC",
          "PUBREL",
          "PUBCOMP",
          "SUBSCRIBE",
          "SUBACK",
          "UNSUBSCRIBE",
          "UNSUBACK",
          "PINGREQ",
          "PINGRESP",
          "DISCONNECT",
          "AUTH");

  private Sights() {}

  /** A packet and its codes, such as {@code PUBACK 10}. */
  static String told(RawPacket packet) {
    StringBuilder text = new StringBuilder(TYPES.get(packet.type()));
    List<Integer> codes =
        switch (packet.type()) {
          case Wire.PINGRESP -> List.of();
          case Wire.SUBACK, Wire.UNSUBACK -> packet.reasons();
          default -> List.of(packet.reason());
        };
    codes.forEach(code -> text.append(" %02x".formatted(code)));
    return text.toString();
  }

  /** The answer to a packet. */
  static Sight answerTo(byte[] packet) {
    return client -> {
      client.send(packet);
      return told(client.receive());
    };
  }

  /** The answer to a CONNECT. */
  static Sight answerTo(ConnectPacket connect) {
    return client -> told(client.connect(connect));
  }

  /** A text in the CONNACK that answers a CONNECT. */
  static Sight connAckText(ConnectPacket connect, int property) {
    return client -> {
      List<Object> texts = client.connect(connect).all(property);
      return texts.isEmpty() ? "none" : String.valueOf(texts.get(0));
    };
  }

  /** SUBSCRIBE of 5.0 with several filters. */
  static byte[] subscribe(String... filters) {
    byte[] all = {};
    for (String filter : filters) {
      all = Wire.join(all, utf8(filter), bytes(0));
    }
    return Wire.packet(Wire.SUBSCRIBE << 4 | 2, u16(1), Wire.properties(), all);
  }

  /** How often in a row PUBREC comes for QoS 2 messages that are not released, and what else. */
  static Sight unreleased(int count) {
    return client -> {
      byte[] all = {};
      for (int id = 1; id <= count; id++) {
        all = Wire.join(all, Wire.publish("unreleased", 2, id, ""));
      }
      client.send(all);
      for (int id = 1; id <= count; id++) {
        RawPacket packet = client.receive();
        if (packet.type() != Wire.PUBREC) {
          return told(packet);
        }
      }
      return "all";
    };
  }

  /**
   * Which of five messages a client gets that it publishes to itself at QoS 1 and acknowledges only
   * at the end.
   */
  static Sight ownMessages(int payloadBytes) {
    return client -> {
      String topic = "own/" + Bench.unique();
      client.send(Wire.subscribe(1, topic, 1));
      client.expect(Wire.SUBACK);
      List<RawPacket> got = new ArrayList<>();
      for (int i = 1; i <= 5; i++) {
        String payload = i + "x".repeat(payloadBytes);
        client.send(Wire.publish(topic, 1, i, payload));
        collect(client, Wire.PUBACK, got);
      }
      int acknowledged = 0;
      do {
        for (; acknowledged < got.size(); acknowledged++) {
          client.send(Wire.acknowledge(Wire.PUBACK, got.get(acknowledged).packetId()));
        }
        pingTwice(client, got);
      } while (acknowledged < got.size());
      return numbers(got);
    };
  }

  /** How many QoS 1 messages are under way to a client that acknowledges none. */
  static String inFlight(RawClient client) throws IOException {
    String topic = "flight/" + Bench.unique();
    client.send(Wire.subscribe(1, topic, 1));
    client.expect(Wire.SUBACK);
    List<RawPacket> got = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      client.send(Wire.publish(topic, 1, i, "" + i));
      collect(client, Wire.PUBACK, got);
    }
    pingTwice(client, got);
    return numbers(got);
  }

  private static String numbers(List<RawPacket> messages) {
    StringBuilder text = new StringBuilder();
    messages.forEach(each -> text.append(each.payloadText().charAt(0)));
    return text.toString();
  }

  /** Two, since a message may be on its way while the first is answered. */
  private static void pingTwice(RawClient client, List<RawPacket> messages) throws IOException {
    for (int i = 0; i < 2; i++) {
      client.send(Wire.pingReq());
      collect(client, Wire.PINGRESP, messages);
    }
  }

  /** Takes messages until an answer comes. */
  private static void collect(RawClient client, int answer, List<RawPacket> messages)
      throws IOException {
    for (RawPacket next = client.receive(); ; next = client.receive()) {
      if (next.type() == answer) {
        return;
      }
      if (next.type() != Wire.PUBLISH) {
        throw new java.io.EOFException(told(next)); // a DISCONNECT
      }
      messages.add(next);
    }
  }
}
