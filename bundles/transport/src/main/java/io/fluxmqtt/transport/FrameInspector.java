package io.fluxmqtt.transport;

import static io.fluxmqtt.api.message.ReasonCode.MALFORMED_PACKET;
import static io.fluxmqtt.api.message.ReasonCode.PACKET_TOO_LARGE;
import static io.fluxmqtt.api.message.ReasonCode.PROTOCOL_ERROR;
import static io.fluxmqtt.api.message.ReasonCode.QUOTA_EXCEEDED;
import static io.fluxmqtt.api.message.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.mqtt.MqttMessageType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses, in the raw bytes of a packet, what netty-codec-mqtt lets through or loses: reserved
 * bits, duplicate and misplaced properties, empty lists, fields that run past the packet's end,
 * packets that only a server sends. Text is left to netty, which checks UTF-8 strictly, save that
 * of User Properties.
 *
 * <p>What can be refused before the whole packet is there is refused at once: by its first byte, by
 * a length that its type cannot have, by the length of its properties.
 */
final class FrameInspector {
  private static final int WILL_FLAG = 0x04;
  private static final int WILL_BITS = 0x38;
  private static final int WILL_QOS_3 = 0x18;
  private static final int USER_NAME_FLAG = 0x80;
  private static final int PASSWORD_FLAG = 0x40;

  /** A longer Will Topic netty gives as null. */
  private static final int NETTY_WILL_TOPIC_BYTES = 32_767;

  private static final int FIELD_MAX_BYTES = 2 + 0xFFFF;
  private static final int PROPERTIES_MAX_BYTES = 4 + PropertyRules.MAX_BYTES;
  private static final int CONNECT_HEAD_BYTES = 10;
  private static final int CONNECT_MAX_BYTES =
      CONNECT_HEAD_BYTES + 5 * FIELD_MAX_BYTES + 2 * PROPERTIES_MAX_BYTES;

  /** What stands between the start of a PUBLISH and the end of the length of its properties. */
  static final int PREVIEW_BYTES = FIELD_MAX_BYTES + 2 + 4;

  /**
   * A part of a packet's body that is handed on in other bytes: properties less the User
   * Properties.
   *
   * @param from where the length of the properties begins
   * @param to where the properties end
   * @param properties what to put there behind its new length
   */
  record Replacement(int from, int to, byte[] properties) {}

  private final Limits limits;
  // owned by the connection's loop
  private final Set<ProtocolVersion> served;
  private @Nullable ProtocolVersion version;
  private boolean padded; // the Remaining Length of the packet that comes
  private final List<Replacement> replacements = new ArrayList<>(0); // of the last packet
  private List<UserProperty> userProperties = List.of(); // of the last packet
  private @Nullable String longWillTopic; // of the last packet

  /** The version of the client, or the one to answer it in; null until CONNECT tells. */
  @Nullable ProtocolVersion version() {
    return version;
  }

  /**
   * Whether a first packet that is to be refused is a CONNECT whose version may still come; it is
   * refused in the form of that version. Takes note of the version if it is there.
   */
  boolean awaitsVersion(ByteBuf packet) {
    if (version != null
        || packet.getUnsignedByte(packet.readerIndex()) >> 4 != MqttMessageType.CONNECT.value()) {
      return false;
    }
    int needed = ConnectHead.seek(packet);
    if (needed > packet.readableBytes()) {
      return true;
    }
    if (needed > 0) {
      note(ConnectHead.read(packet));
    }
    return false;
  }

  private void note(ConnectHead head) {
    ProtocolVersion said = head.version();
    version = said != null ? said : head.nearest();
  }

  FrameInspector(Limits limits, Set<ProtocolVersion> served) {
    this.limits = limits;
    this.served = served;
  }

  /** Checks what the first byte of a packet tells, before its length is known. */
  void firstByte(int first) {
    int flags = first & 0x0F;
    int type = first >> 4;
    if (type == 0) {
      throw malformed("packet type 0 is reserved");
    }
    MqttMessageType name = MqttMessageType.valueOf(type);
    switch (name) {
      case CONNACK, SUBACK, UNSUBACK, PINGRESP -> {
        requireFlags(name, flags, 0); // [MQTT-2.1.3-1]
        throw new ProtocolViolation(PROTOCOL_ERROR, name + " comes from servers only");
      }
      case PUBLISH -> {
        int qos = (flags >> 1) & 3;
        if (qos == 3) { // [MQTT-3.3.1-4]
          throw malformed("PUBLISH with QoS 3");
        }
        if (qos == 0 && (flags & 0x08) != 0) { // [MQTT-3.3.1-2]
          throw malformed("PUBLISH with DUP and QoS 0");
        }
      }
      // [MQTT-2.1.3-1] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1]
      case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> requireFlags(name, flags, 2);
      default -> requireFlags(name, flags, 0); // [MQTT-2.1.3-1] [MQTT-3.15.1-1]
    }
    if (version == null && name != MqttMessageType.CONNECT) { // [MQTT-3.1.0-1]
      throw new ProtocolViolation(PROTOCOL_ERROR, name + " before CONNECT");
    }
    if (version != null && name == MqttMessageType.CONNECT) { // [MQTT-3.1.0-2]
      throw new ProtocolViolation(PROTOCOL_ERROR, "second CONNECT");
    }
    if (name == MqttMessageType.AUTH && !isVersion5()) {
      throw malformed("AUTH in " + version);
    }
  }

  /** Checks that the Remaining Length is not padded, given its last byte. */
  void remainingLength(int lastByte, int headerBytes) {
    padded = lastByte == 0 && headerBytes > 2;
    checkPadding();
  }

  /** Only 5.0 forbids it; of CONNECT that is not known before its version is. */
  private void checkPadding() {
    if (padded && isVersion5()) { // [MQTT-1.5.5-1]
      throw malformed("Remaining Length has needless bytes");
    }
  }

  /** Checks the Remaining Length against what a packet of this type can hold. */
  void length(int first, int length) {
    MqttMessageType type = MqttMessageType.valueOf(first >> 4);
    int most =
        switch (type) {
          case CONNECT -> CONNECT_MAX_BYTES;
          case PUBACK, PUBREC, PUBREL, PUBCOMP -> isVersion5() ? 3 + PROPERTIES_MAX_BYTES : 2;
          case DISCONNECT, AUTH -> isVersion5() ? 1 + PROPERTIES_MAX_BYTES : 0;
          case PINGREQ -> 0;
          default -> Wire.MAX_VARIABLE;
        };
    if (length > most) {
      String text = "%s of %d bytes; it can have %d".formatted(type, length, most);
      throw most > PROPERTIES_MAX_BYTES
          ? new ProtocolViolation(PACKET_TOO_LARGE, text)
          : malformed(text);
    }
  }

  /**
   * Checks the length of the properties of a packet that is not there as a whole.
   *
   * @param begin what has come of its body
   * @param length the Remaining Length
   * @return whether enough has come to know
   */
  boolean preview(int first, ByteBuf begin, int length) {
    MqttMessageType type = MqttMessageType.valueOf(first >> 4);
    ProtocolVersion said = version;
    try {
      switch (type) {
        case CONNECT -> {
          said = requireServed(ConnectHead.read(begin));
          begin.skipBytes(3);
        }
        case PUBLISH -> {
          skipField(begin);
          begin.skipBytes((first & 0x06) == 0 ? 0 : 2);
        }
        case SUBSCRIBE, UNSUBSCRIBE -> begin.skipBytes(2);
        default -> {
          return true; // bounded by its length
        }
      }
      if (said == ProtocolVersion.V5_0) {
        int properties = PropertyRules.length(begin);
        PropertyRules.checkLength(properties, length - begin.readerIndex());
      }
      return true;
    } catch (IndexOutOfBoundsException e) {
      return false;
    }
  }

  /**
   * Checks what follows the fixed header of a whole packet. The body is consumed.
   *
   * @param body an own view of it, which begins at index 0
   */
  void inspect(int first, ByteBuf body) {
    MqttMessageType type = MqttMessageType.valueOf(first >> 4);
    try {
      switch (type) {
        case CONNECT -> connect(body);
        case PUBLISH -> publish(body, (first & 0x06) != 0);
        case PUBACK, PUBREC, PUBREL, PUBCOMP -> acknowledgement(type, body);
        case SUBSCRIBE -> subscribe(body);
        case UNSUBSCRIBE -> unsubscribe(body);
        case DISCONNECT, AUTH -> reasonAndProperties(type, body);
        default -> requireEnd(type, body);
      }
    } catch (IndexOutOfBoundsException e) {
      throw malformed(type + " ends within a field");
    }
  }

  /** What of the last packet is to be handed on in other bytes, in order. */
  List<Replacement> replacements() {
    return replacements;
  }

  /** The User Properties of the last packet, or of its Will, if anybody reads them. */
  List<UserProperty> userProperties() {
    return userProperties;
  }

  /** The Will Topic of the last packet, if it is too long for netty. */
  @Nullable String longWillTopic() {
    return longWillTopic;
  }

  /** Lets go of what the last packet held: the next may be long in coming. */
  void forget() {
    longWillTopic = null;
    replacements.clear();
    userProperties = List.of();
  }

  private void connect(ByteBuf body) {
    ConnectHead head = ConnectHead.read(body);
    note(head);
    ProtocolVersion said = requireServed(head);
    checkPadding();
    int flags = body.readUnsignedByte();
    connectFlags(flags, said);
    body.skipBytes(2);
    if (said == ProtocolVersion.V5_0) {
      properties(PropertyRules.Place.CONNECT, body);
    }
    Names.skip(MqttMessageType.CONNECT, body);
    if ((flags & WILL_FLAG) != 0) {
      if (said == ProtocolVersion.V5_0) {
        properties(PropertyRules.Place.WILL, body);
      }
      willTopic(body);
      skipField(body);
    }
    if ((flags & USER_NAME_FLAG) != 0) {
      Names.skip(MqttMessageType.CONNECT, body);
    }
    if ((flags & PASSWORD_FLAG) != 0) {
      skipField(body);
    }
    requireEnd(MqttMessageType.CONNECT, body);
  }

  private void willTopic(ByteBuf body) {
    int from = body.readerIndex() + 2;
    Names.skip(MqttMessageType.CONNECT, body);
    int length = body.readerIndex() - from;
    if (length <= NETTY_WILL_TOPIC_BYTES) {
      return;
    }
    byte[] text = new byte[length];
    body.getBytes(from, text);
    if (!Utf8.isValid(text, 0, length)) {
      throw malformed("Will Topic that is not UTF-8 as MQTT wants it");
    }
    longWillTopic = new String(text, StandardCharsets.UTF_8);
  }

  private ProtocolVersion requireServed(ConnectHead head) {
    ProtocolVersion said = head.version();
    if (said == null) { // [MQTT-3.1.2-1] [MQTT-3.1.2-2]
      throw new ProtocolViolation(
          UNSUPPORTED_PROTOCOL_VERSION,
          "protocol %s version %d is not supported"
              .formatted(Text.quote(head.name()), head.level()));
    }
    if (!served.contains(said)) {
      throw new ProtocolViolation(
          UNSUPPORTED_PROTOCOL_VERSION, said + " is not served at this listener");
    }
    return said;
  }

  private static void connectFlags(int flags, ProtocolVersion said) {
    if ((flags & 0x01) != 0 && said != ProtocolVersion.V3_1) { // [MQTT-3.1.2-3]
      throw malformed("CONNECT with its reserved flag set");
    }
    if ((flags & WILL_FLAG) == 0 && (flags & WILL_BITS) != 0) { // [MQTT-3.1.2-11] [MQTT-3.1.2-13]
      throw malformed("CONNECT with Will QoS or Will Retain but no Will");
    }
    if ((flags & WILL_QOS_3) == WILL_QOS_3) { // [MQTT-3.1.2-12]
      throw malformed("CONNECT with Will QoS 3");
    }
    if (said != ProtocolVersion.V5_0
        && (flags & PASSWORD_FLAG) != 0
        && (flags & USER_NAME_FLAG) == 0) { // 3.1.1: [MQTT-3.1.2-22]
      throw malformed("CONNECT with a password but no user name");
    }
  }

  private void publish(ByteBuf body, boolean hasPacketId) {
    if (Names.skip(MqttMessageType.PUBLISH, body)) { // [MQTT-3.3.2-2]
      throw malformed("PUBLISH to a topic with a wildcard");
    }
    if (hasPacketId) {
      packetId(MqttMessageType.PUBLISH, body);
    }
    if (isVersion5()) {
      properties(PropertyRules.Place.PUBLISH, body);
    }
  }

  private void acknowledgement(MqttMessageType type, ByteBuf body) {
    packetId(type, body);
    if (isVersion5() && body.isReadable()) {
      body.skipBytes(1);
      if (body.isReadable()) {
        properties(PropertyRules.Place.ACKNOWLEDGEMENT, body);
      }
    }
    requireEnd(type, body);
  }

  private void subscribe(ByteBuf body) {
    packetId(MqttMessageType.SUBSCRIBE, body);
    if (isVersion5()) {
      properties(PropertyRules.Place.SUBSCRIBE, body);
    }
    if (!body.isReadable()) { // [MQTT-3.8.3-2]
      throw new ProtocolViolation(PROTOCOL_ERROR, "SUBSCRIBE without a Topic Filter");
    }
    for (int filters = 1; body.isReadable(); filters++) {
      requireRoom(MqttMessageType.SUBSCRIBE, filters);
      Names.skip(MqttMessageType.SUBSCRIBE, body);
      int options = body.readUnsignedByte();
      int reserved = isVersion5() ? 0xC0 : 0xFC;
      if ((options & reserved) != 0) { // [MQTT-3.8.3-5]
        throw malformed("SUBSCRIBE with reserved option bits: 0x%02X".formatted(options));
      }
      if ((options & 0x03) == 3) {
        throw malformed("SUBSCRIBE with QoS 3");
      }
      if ((options & 0x30) == 0x30) {
        throw new ProtocolViolation(PROTOCOL_ERROR, "SUBSCRIBE with Retain Handling 3");
      }
    }
  }

  private void unsubscribe(ByteBuf body) {
    packetId(MqttMessageType.UNSUBSCRIBE, body);
    if (isVersion5()) {
      properties(PropertyRules.Place.UNSUBSCRIBE, body);
    }
    if (!body.isReadable()) { // [MQTT-3.10.3-2]
      throw new ProtocolViolation(PROTOCOL_ERROR, "UNSUBSCRIBE without a Topic Filter");
    }
    for (int filters = 1; body.isReadable(); filters++) {
      requireRoom(MqttMessageType.UNSUBSCRIBE, filters);
      Names.skip(MqttMessageType.UNSUBSCRIBE, body);
    }
  }

  private void requireRoom(MqttMessageType type, int filters) {
    if (filters > limits.filtersPerPacketMax()) {
      throw new ProtocolViolation(
          QUOTA_EXCEEDED,
          "%s with more than %d Topic Filters".formatted(type, limits.filtersPerPacketMax()));
    }
  }

  private void reasonAndProperties(MqttMessageType type, ByteBuf body) {
    if (isVersion5() && body.isReadable()) {
      body.skipBytes(1);
      if (body.isReadable()) {
        properties(
            type == MqttMessageType.AUTH
                ? PropertyRules.Place.AUTH
                : PropertyRules.Place.DISCONNECT,
            body);
      }
    }
    requireEnd(type, body);
  }

  private boolean isVersion5() {
    return version == ProtocolVersion.V5_0;
  }

  private void properties(PropertyRules.Place place, ByteBuf body) {
    int from = body.readerIndex();
    PropertyRules.Parts parts = PropertyRules.check(place, body, limits);
    if (parts != null) {
      replacements.add(new Replacement(from, body.readerIndex(), parts.others()));
      if (!parts.user().isEmpty()) { // one place of a packet at most has readers
        userProperties = parts.user();
      }
    }
  }

  private static void packetId(MqttMessageType type, ByteBuf body) {
    if (body.readUnsignedShort() == 0) { // [MQTT-2.2.1-3]
      throw new ProtocolViolation(PROTOCOL_ERROR, type + " with Packet Identifier 0");
    }
  }

  private static void skipField(ByteBuf body) {
    body.skipBytes(body.readUnsignedShort());
  }

  private static void requireFlags(MqttMessageType type, int flags, int required) {
    if (flags != required) {
      throw malformed("%s with flags %d instead of %d".formatted(type, flags, required));
    }
  }

  private static void requireEnd(MqttMessageType type, ByteBuf body) {
    if (body.isReadable()) {
      throw malformed("%s with %d bytes too many".formatted(type, body.readableBytes()));
    }
  }

  private static ProtocolViolation malformed(String text) {
    return new ProtocolViolation(MALFORMED_PACKET, text);
  }
}
