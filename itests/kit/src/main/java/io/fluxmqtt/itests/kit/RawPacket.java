package io.fluxmqtt.itests.kit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** A packet as it came from the broker; its parts are taken out when they are asked for. */
public record RawPacket(int version, int first, byte[] body) {
  /** A property: a Long for numbers, a String, a byte[] or, of User Properties, {@code k=v}. */
  public record Property(int id, Object value) {}

  /** Takes the next whole packet out of what was read into an array, or returns null. */
  public static RawPacket take(int version, ByteBuffer in) {
    int begin = in.position();
    int length = 0;
    for (int i = begin + 1, shift = 0; i < in.limit(); i++, shift += 7) {
      length |= (in.get(i) & 0x7F) << shift;
      if (in.get(i) >= 0) {
        if (in.limit() - i - 1 < length) {
          return null;
        }
        byte[] body = Arrays.copyOfRange(in.array(), i + 1, i + 1 + length);
        in.position(i + 1 + length);
        return new RawPacket(version, in.get(begin), body);
      }
    }
    return null;
  }

  public int type() {
    return first >> 4 & 0x0F;
  }

  public int qos() {
    return first >> 1 & 3;
  }

  public boolean dup() {
    return (first & 8) != 0;
  }

  public boolean retain() {
    return (first & 1) != 0;
  }

  /** The whole packet as it was on the wire. */
  public byte[] toBytes() {
    return Wire.packet(first, body);
  }

  /** How many bytes it took on the wire. */
  public int size() {
    return toBytes().length;
  }

  /** Of CONNACK. */
  public boolean sessionPresent() {
    return (body[0] & 1) == 1;
  }

  /** The Reason Code of CONNACK, DISCONNECT, AUTH and the acknowledgements of PUBLISH. */
  public int reason() {
    int at =
        switch (type()) {
          case Wire.CONNACK -> 1;
          case Wire.DISCONNECT, Wire.AUTH -> 0;
          default -> 2;
        };
    return at < body.length ? body[at] & 0xFF : 0;
  }

  /** The codes of SUBACK and UNSUBACK. */
  public List<Integer> reasons() {
    ByteBuffer in = ByteBuffer.wrap(body).position(2);
    if (version == 5) {
      skipProperties(in);
    }
    List<Integer> reasons = new ArrayList<>();
    while (in.hasRemaining()) {
      reasons.add(in.get() & 0xFF);
    }
    return reasons;
  }

  /** Of PUBLISH. */
  public String topic() {
    return text(ByteBuffer.wrap(body));
  }

  public int packetId() {
    ByteBuffer in = ByteBuffer.wrap(body);
    if (type() == Wire.PUBLISH) {
      text(in);
    }
    return in.getShort() & 0xFFFF;
  }

  /** Of PUBLISH. */
  public byte[] payload() {
    ByteBuffer in = afterTopicAndId();
    if (version == 5) {
      skipProperties(in);
    }
    return Arrays.copyOfRange(body, in.position(), body.length);
  }

  /** Of PUBLISH. */
  public String payloadText() {
    return new String(payload(), StandardCharsets.UTF_8);
  }

  /** All values of a property, in order. */
  public List<Object> all(int id) {
    List<Object> values = new ArrayList<>();
    for (Property property : properties()) {
      if (property.id() == id) {
        values.add(property.value());
      }
    }
    return values;
  }

  /** A numeric property, or {@code absent}. */
  public long number(int id, long absent) {
    List<Object> values = all(id);
    return values.isEmpty() ? absent : (Long) values.get(0);
  }

  /** All properties in order; none where the packet is cut short before them, as it may be. */
  public List<Property> properties() {
    int start =
        switch (type()) {
          case Wire.PUBLISH -> afterTopicAndId().position();
          case Wire.CONNACK, Wire.SUBSCRIBE, Wire.SUBACK, Wire.UNSUBACK -> 2;
          case Wire.DISCONNECT, Wire.AUTH -> 1;
          default -> 3;
        };
    if (start >= body.length && type() != Wire.PUBLISH) {
      return List.of();
    }
    ByteBuffer in = ByteBuffer.wrap(body).position(start);
    int length = varint(in);
    in.limit(in.position() + length);
    List<Property> properties = new ArrayList<>();
    while (in.hasRemaining()) {
      properties.add(property(in));
    }
    return properties;
  }

  private ByteBuffer afterTopicAndId() {
    ByteBuffer in = ByteBuffer.wrap(body);
    text(in);
    return qos() == 0 ? in : in.position(in.position() + 2);
  }

  private static void skipProperties(ByteBuffer in) {
    int length = varint(in);
    in.position(in.position() + length);
  }

  private static Property property(ByteBuffer in) {
    int id = varint(in);
    Object value =
        switch (id) {
          case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> (long) (in.get() & 0xFF);
          case 0x13, 0x21, 0x22, 0x23 -> (long) (in.getShort() & 0xFFFF);
          case 0x02, 0x11, 0x18, 0x27 -> in.getInt() & 0xFFFFFFFFL;
          case 0x0B -> (long) varint(in);
          case 0x09, 0x16 -> binary(in);
          case 0x26 -> text(in) + "=" + text(in);
          case 0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F -> text(in);
          default -> throw new AssertionError("the broker sent an unknown property " + id);
        };
    return new Property(id, value);
  }

  private static int varint(ByteBuffer in) {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      int next = in.get();
      value |= (next & 0x7F) << shift;
      if (next >= 0) {
        if (next == 0 && shift > 0) { // [MQTT-1.5.5-1]
          throw new AssertionError("a Variable Byte Integer with needless bytes");
        }
        return value;
      }
    }
  }

  private static byte[] binary(ByteBuffer in) {
    byte[] data = new byte[in.getShort() & 0xFFFF];
    in.get(data);
    return data;
  }

  private static String text(ByteBuffer in) {
    return new String(binary(in), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    byte[] head = body.length > 64 ? Arrays.copyOf(body, 64) : body;
    return "packet type %d, flags %d, %d bytes: %s"
        .formatted(type(), first & 0x0F, body.length, HexFormat.of().formatHex(head));
  }
}
