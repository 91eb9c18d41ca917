package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.mqtt.MqttMessageType;

/**
 * Texts that name something: topics, filters, client identifiers, user names. A control character
 * in them (U+0000 to U+001F, U+007F to U+009F) makes a Malformed Packet, as section 1.5.4 of MQTT
 * 5.0 allows: where names are shown, nobody could tell them apart. Texts that name nothing, such as
 * User Properties, may hold any but U+0000.
 */
final class Names {
  private Names() {}

  /**
   * Reads past a name, from its length on.
   *
   * @return whether it holds a wildcard
   */
  static boolean skip(MqttMessageType type, ByteBuf body) {
    int end = body.readUnsignedShort() + body.readerIndex();
    boolean wildcard = false;
    byte last = 0;
    while (body.readerIndex() < end) {
      byte c = body.readByte();
      if (isControl(last, c)) {
        throw new ProtocolViolation(
            ReasonCode.MALFORMED_PACKET, type + " with a control character in a name");
      }
      wildcard |= c == '+' || c == '#';
      last = c;
    }
    return wildcard;
  }

  /** Whether the bytes are UTF-8 as MQTT wants it, and a name without wildcards. */
  static boolean isTopicName(byte[] utf8) {
    byte last = 0;
    for (byte c : utf8) {
      if (isControl(last, c) || c == '+' || c == '#') {
        return false;
      }
      last = c;
    }
    return Utf8.isValid(utf8, 0, utf8.length);
  }

  /** Whether a byte of UTF-8 ends a control character. */
  private static boolean isControl(byte last, byte c) {
    return c >= 0 ? c < ' ' || c == 0x7F : last == (byte) 0xC2 && c < (byte) 0xA0;
  }
}
