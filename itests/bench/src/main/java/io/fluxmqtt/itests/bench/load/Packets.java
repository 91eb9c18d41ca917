package io.fluxmqtt.itests.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** Packets of MQTT 3.1.1 as bytes. */
final class Packets {
  static final int CONNACK = 2;
  static final int PUBLISH = 3;
  static final int PUBACK = 4;
  static final int PUBREC = 5;
  static final int PUBREL = 6;
  static final int PUBCOMP = 7;
  static final int SUBACK = 9;

  static final byte[] DISCONNECT = {(byte) 0xE0, 0};

  private static final int CLEAN_SESSION = 2;

  private Packets() {}

  /** CONNECT without keep alive, so that nothing but what is measured is sent. */
  static byte[] connect(String clientId, boolean clean) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    text(body, "MQTT");
    body.write(4);
    body.write(clean ? CLEAN_SESSION : 0);
    number(body, 0);
    text(body, clientId);
    return packet(0x10, body);
  }

  static byte[] subscribe(int packetId, List<String> filters, int qos) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    number(body, packetId);
    for (String filter : filters) {
      text(body, filter);
      body.write(qos);
    }
    return packet(0x82, body);
  }

  /** A PUBLISH whose packet id and payload are still zero. */
  static byte[] publish(String topic, int qos, boolean retain, int payloadBytes) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    text(body, topic);
    if (qos > 0) {
      number(body, 0);
    }
    body.writeBytes(new byte[payloadBytes]);
    return packet(0x30 | qos << 1 | (retain ? 1 : 0), body);
  }

  private static byte[] packet(int first, ByteArrayOutputStream body) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(first);
    int rest = body.size();
    do {
      packet.write(rest > 0x7F ? rest & 0x7F | 0x80 : rest);
      rest >>>= 7;
    } while (rest > 0);
    packet.writeBytes(body.toByteArray());
    return packet.toByteArray();
  }

  private static void text(ByteArrayOutputStream to, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    number(to, bytes.length);
    to.writeBytes(bytes);
  }

  private static void number(ByteArrayOutputStream to, int value) {
    to.write(value >>> 8);
    to.write(value);
  }
}
