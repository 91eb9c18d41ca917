package io.fluxmqtt.transport;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** MQTT packets put together by hand. */
final class Bytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A packet: its first byte, then the Remaining Length and what makes up the rest. */
  static byte[] packet(int first, Bytes rest) {
    byte[] body = rest.toArray();
    return new Bytes().one(first).variable(body.length).raw(body).toArray();
  }

  /** Bytes from hexadecimal digits; spaces are for the reader. */
  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static Bytes of() {
    return new Bytes();
  }

  Bytes one(int value) {
    out.write(value);
    return this;
  }

  Bytes two(int value) {
    return one(value >> 8).one(value);
  }

  Bytes four(long value) {
    return two((int) (value >> 16)).two((int) value);
  }

  Bytes variable(int value) {
    int rest = value;
    while (rest > 0x7F) {
      one((rest & 0x7F) | 0x80);
      rest >>= 7;
    }
    return one(rest);
  }

  Bytes raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  Bytes text(String text) {
    return field(text.getBytes(StandardCharsets.UTF_8));
  }

  Bytes field(byte... bytes) {
    return two(bytes.length).raw(bytes);
  }

  /** A block of properties with its length. */
  Bytes properties(Bytes block) {
    byte[] bytes = block.toArray();
    return variable(bytes.length).raw(bytes);
  }

  byte[] toArray() {
    return out.toByteArray();
  }

  /** A plain CONNECT with client id "c". */
  static byte[] connect(int level) {
    return packet(0x10, connectHead(level, 2).text("c"));
  }

  /** The variable header of a CONNECT without properties. */
  static Bytes connectHead(int level, int flags) {
    Bytes head = of().text(level == 3 ? "MQIsdp" : "MQTT").one(level).one(flags).two(60);
    return level == 5 ? head.one(0) : head;
  }
}
