package io.fluxmqtt.itests.kit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** MQTT packets written byte by byte, right or wrong as a test wants them. */
public final class Wire {
  public static final int CONNECT = 1;
  public static final int CONNACK = 2;
  public static final int PUBLISH = 3;
  public static final int PUBACK = 4;
  public static final int PUBREC = 5;
  public static final int PUBREL = 6;
  public static final int PUBCOMP = 7;
  public static final int SUBSCRIBE = 8;
  public static final int SUBACK = 9;
  public static final int UNSUBSCRIBE = 10;
  public static final int UNSUBACK = 11;
  public static final int PINGREQ = 12;
  public static final int PINGRESP = 13;
  public static final int DISCONNECT = 14;
  public static final int AUTH = 15;

  public static final int PAYLOAD_FORMAT = 0x01;
  public static final int MESSAGE_EXPIRY = 0x02;
  public static final int CONTENT_TYPE = 0x03;
  public static final int RESPONSE_TOPIC = 0x08;
  public static final int CORRELATION_DATA = 0x09;
  public static final int SUBSCRIPTION_IDENTIFIER = 0x0B;
  public static final int SESSION_EXPIRY = 0x11;
  public static final int ASSIGNED_CLIENT_ID = 0x12;
  public static final int SERVER_KEEP_ALIVE = 0x13;
  public static final int AUTHENTICATION_METHOD = 0x15;
  public static final int AUTHENTICATION_DATA = 0x16;
  public static final int REQUEST_PROBLEM_INFORMATION = 0x17;
  public static final int WILL_DELAY = 0x18;
  public static final int REQUEST_RESPONSE_INFORMATION = 0x19;
  public static final int RESPONSE_INFORMATION = 0x1A;
  public static final int SERVER_REFERENCE = 0x1C;
  public static final int REASON_STRING = 0x1F;
  public static final int RECEIVE_MAXIMUM = 0x21;
  public static final int TOPIC_ALIAS_MAXIMUM = 0x22;
  public static final int TOPIC_ALIAS = 0x23;
  public static final int MAXIMUM_QOS = 0x24;
  public static final int RETAIN_AVAILABLE = 0x25;
  public static final int USER_PROPERTY = 0x26;
  public static final int MAXIMUM_PACKET_SIZE = 0x27;
  public static final int WILDCARD_AVAILABLE = 0x28;
  public static final int SUBSCRIPTION_IDENTIFIERS_AVAILABLE = 0x29;
  public static final int SHARED_AVAILABLE = 0x2A;

  private Wire() {}

  /** A whole packet: first byte, Remaining Length, parts. */
  public static byte[] packet(int firstByte, byte[]... parts) {
    byte[] body = join(parts);
    return join(bytes(firstByte), varint(body.length), body);
  }

  public static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  public static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  public static byte[] u16(int value) {
    return bytes(value >> 8, value);
  }

  public static byte[] u32(long value) {
    return join(u16((int) (value >> 16)), u16((int) value));
  }

  public static byte[] varint(int value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = value;
    do {
      out.write((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
      rest >>>= 7;
    } while (rest > 0);
    return out.toByteArray();
  }

  public static byte[] utf8(String text) {
    return binary(text.getBytes(StandardCharsets.UTF_8));
  }

  public static byte[] binary(byte[] data) {
    return join(u16(data.length), data);
  }

  /** Properties with their length in front. */
  public static byte[] properties(byte[]... each) {
    byte[] all = join(each);
    return join(varint(all.length), all);
  }

  public static byte[] property(int id, byte[] value) {
    return join(varint(id), value);
  }

  public static byte[] userProperty(String name, String value) {
    return property(USER_PROPERTY, join(utf8(name), utf8(value)));
  }

  /** PUBLISH of 5.0 without DUP and RETAIN. */
  public static byte[] publish(
      String topic, int qos, int packetId, String payload, byte[]... properties) {
    return publish(qos << 1, topic, packetId, payload.getBytes(StandardCharsets.UTF_8), properties);
  }

  /** PUBLISH of 5.0 with all its flags. */
  public static byte[] publish(
      int flags, String topic, int packetId, byte[] payload, byte[]... properties) {
    byte[] id = (flags & 0x06) == 0 ? bytes() : u16(packetId);
    return packet(PUBLISH << 4 | flags, utf8(topic), id, properties(properties), payload);
  }

  /** PUBLISH of 3.1.1. */
  public static byte[] publish311(int flags, String topic, int packetId, String payload) {
    byte[] id = (flags & 0x06) == 0 ? bytes() : u16(packetId);
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    return packet(PUBLISH << 4 | flags, utf8(topic), id, text);
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP in the short form that both versions know. */
  public static byte[] acknowledge(int type, int packetId) {
    return packet(type << 4 | (type == PUBREL ? 2 : 0), u16(packetId));
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP of 5.0 in its long form. */
  public static byte[] acknowledge(int type, int packetId, int reason, byte[]... properties) {
    int flags = type == PUBREL ? 2 : 0;
    return packet(type << 4 | flags, u16(packetId), bytes(reason), properties(properties));
  }

  /** SUBSCRIBE of 5.0 with one filter. */
  public static byte[] subscribe(int packetId, String filter, int options, byte[]... properties) {
    return packet(
        SUBSCRIBE << 4 | 2, u16(packetId), properties(properties), utf8(filter), bytes(options));
  }

  /** SUBSCRIBE of 3.1.1 with one filter. */
  public static byte[] subscribe311(int packetId, String filter, int qos) {
    return packet(SUBSCRIBE << 4 | 2, u16(packetId), utf8(filter), bytes(qos));
  }

  /** SUBSCRIBE of 5.0 with several filters, each made by {@link #request}. */
  public static byte[] subscribeAll(int packetId, byte[]... requests) {
    return packet(SUBSCRIBE << 4 | 2, u16(packetId), properties(), join(requests));
  }

  /** A Topic Filter and its Subscription Options. */
  public static byte[] request(String filter, int options) {
    return join(utf8(filter), bytes(options));
  }

  /** UNSUBSCRIBE of 5.0 with several filters. */
  public static byte[] unsubscribeAll(int packetId, String... filters) {
    byte[] all = {};
    for (String filter : filters) {
      all = join(all, utf8(filter));
    }
    return packet(UNSUBSCRIBE << 4 | 2, u16(packetId), properties(), all);
  }

  /** UNSUBSCRIBE of 5.0 with one filter. */
  public static byte[] unsubscribe(int packetId, String filter) {
    return packet(UNSUBSCRIBE << 4 | 2, u16(packetId), properties(), utf8(filter));
  }

  /** DISCONNECT of 5.0 in its long form. */
  public static byte[] disconnect(int reason, byte[]... properties) {
    return packet(DISCONNECT << 4, bytes(reason), properties(properties));
  }

  /** AUTH in its long form. */
  public static byte[] auth(int reason, byte[]... properties) {
    return packet(AUTH << 4, bytes(reason), properties(properties));
  }

  public static byte[] pingReq() {
    return bytes(PINGREQ << 4, 0);
  }

  /** DISCONNECT without a code: a normal end. */
  public static byte[] disconnect() {
    return bytes(DISCONNECT << 4, 0);
  }
}
