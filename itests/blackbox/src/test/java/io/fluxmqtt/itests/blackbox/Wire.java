package io.fluxmqtt.itests.blackbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** MQTT packets written byte by byte, right or wrong as a test wants them. */
final class Wire {
  static final int CONNECT = 1;
  static final int CONNACK = 2;
  static final int PUBLISH = 3;
  static final int PUBACK = 4;
  static final int PUBREC = 5;
  static final int PUBREL = 6;
  static final int PUBCOMP = 7;
  static final int SUBSCRIBE = 8;
  static final int SUBACK = 9;
  static final int UNSUBSCRIBE = 10;
  static final int UNSUBACK = 11;
  static final int PINGREQ = 12;
  static final int PINGRESP = 13;
  static final int DISCONNECT = 14;
  static final int AUTH = 15;

  static final int MESSAGE_EXPIRY = 0x02;
  static final int CONTENT_TYPE = 0x03;
  static final int RESPONSE_TOPIC = 0x08;
  static final int CORRELATION_DATA = 0x09;
  static final int SUBSCRIPTION_IDENTIFIER = 0x0B;
  static final int SESSION_EXPIRY = 0x11;
  static final int ASSIGNED_CLIENT_ID = 0x12;
  static final int SERVER_KEEP_ALIVE = 0x13;
  static final int WILL_DELAY = 0x18;
  static final int RECEIVE_MAXIMUM = 0x21;
  static final int TOPIC_ALIAS_MAXIMUM = 0x22;
  static final int TOPIC_ALIAS = 0x23;
  static final int USER_PROPERTY = 0x26;
  static final int MAXIMUM_PACKET_SIZE = 0x27;

  private Wire() {}

  /** A whole packet: first byte, Remaining Length, parts. */
  static byte[] packet(int firstByte, byte[]... parts) {
    byte[] body = join(parts);
    return join(bytes(firstByte), varint(body.length), body);
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  static byte[] u16(int value) {
    return bytes(value >> 8, value);
  }

  static byte[] u32(long value) {
    return join(u16((int) (value >> 16)), u16((int) value));
  }

  static byte[] varint(int value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = value;
    do {
      out.write((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
      rest >>>= 7;
    } while (rest > 0);
    return out.toByteArray();
  }

  static byte[] utf8(String text) {
    return binary(text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] binary(byte[] data) {
    return join(u16(data.length), data);
  }

  /** Properties with their length in front. */
  static byte[] properties(byte[]... each) {
    byte[] all = join(each);
    return join(varint(all.length), all);
  }

  static byte[] property(int id, byte[] value) {
    return join(varint(id), value);
  }

  static byte[] userProperty(String name, String value) {
    return property(USER_PROPERTY, join(utf8(name), utf8(value)));
  }

  /** PUBLISH of 5.0 without DUP and RETAIN. */
  static byte[] publish(String topic, int qos, int packetId, String payload, byte[]... properties) {
    return publish(qos << 1, topic, packetId, payload.getBytes(StandardCharsets.UTF_8), properties);
  }

  /** PUBLISH of 5.0 with all its flags. */
  static byte[] publish(
      int flags, String topic, int packetId, byte[] payload, byte[]... properties) {
    byte[] id = (flags & 0x06) == 0 ? bytes() : u16(packetId);
    return packet(PUBLISH << 4 | flags, utf8(topic), id, properties(properties), payload);
  }

  /** PUBLISH of 3.1.1. */
  static byte[] publish311(int flags, String topic, int packetId, String payload) {
    byte[] id = (flags & 0x06) == 0 ? bytes() : u16(packetId);
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    return packet(PUBLISH << 4 | flags, utf8(topic), id, text);
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP in the short form that both versions know. */
  static byte[] acknowledge(int type, int packetId) {
    return packet(type << 4 | (type == PUBREL ? 2 : 0), u16(packetId));
  }

  /** SUBSCRIBE of 5.0 with one filter. */
  static byte[] subscribe(int packetId, String filter, int options, byte[]... properties) {
    return packet(
        SUBSCRIBE << 4 | 2, u16(packetId), properties(properties), utf8(filter), bytes(options));
  }

  /** SUBSCRIBE of 3.1.1 with one filter. */
  static byte[] subscribe311(int packetId, String filter, int qos) {
    return packet(SUBSCRIBE << 4 | 2, u16(packetId), utf8(filter), bytes(qos));
  }

  /** UNSUBSCRIBE of 5.0 with one filter. */
  static byte[] unsubscribe(int packetId, String filter) {
    return packet(UNSUBSCRIBE << 4 | 2, u16(packetId), properties(), utf8(filter));
  }

  static byte[] pingReq() {
    return bytes(PINGREQ << 4, 0);
  }

  /** DISCONNECT without a code: a normal end. */
  static byte[] disconnect() {
    return bytes(DISCONNECT << 4, 0);
  }
}
