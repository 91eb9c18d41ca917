package io.fluxmqtt.transport;

import static io.fluxmqtt.api.message.ReasonCode.MALFORMED_PACKET;
import static io.fluxmqtt.api.message.ReasonCode.PACKET_TOO_LARGE;
import static io.fluxmqtt.api.message.ReasonCode.PROTOCOL_ERROR;
import static io.fluxmqtt.api.message.ReasonCode.QUOTA_EXCEEDED;
import static io.fluxmqtt.api.message.ReasonCode.TOPIC_ALIAS_INVALID;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_METHOD;
import static io.netty.handler.codec.mqtt.MqttProperties.CONTENT_TYPE;
import static io.netty.handler.codec.mqtt.MqttProperties.CORRELATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.MAXIMUM_PACKET_SIZE;
import static io.netty.handler.codec.mqtt.MqttProperties.PAYLOAD_FORMAT_INDICATOR;
import static io.netty.handler.codec.mqtt.MqttProperties.PUBLICATION_EXPIRY_INTERVAL;
import static io.netty.handler.codec.mqtt.MqttProperties.REASON_STRING;
import static io.netty.handler.codec.mqtt.MqttProperties.RECEIVE_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.REQUEST_PROBLEM_INFORMATION;
import static io.netty.handler.codec.mqtt.MqttProperties.REQUEST_RESPONSE_INFORMATION;
import static io.netty.handler.codec.mqtt.MqttProperties.RESPONSE_TOPIC;
import static io.netty.handler.codec.mqtt.MqttProperties.SESSION_EXPIRY_INTERVAL;
import static io.netty.handler.codec.mqtt.MqttProperties.SUBSCRIPTION_IDENTIFIER;
import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS;
import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.USER_PROPERTY;
import static io.netty.handler.codec.mqtt.MqttProperties.WILL_DELAY_INTERVAL;

import io.fluxmqtt.api.message.EncodedUserProperties;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which properties a client may send where, how often, and with which values (MQTT 5.0, section
 * 2.2.2 and those of each packet). Netty's decoder takes any property in any packet and keeps the
 * last of duplicates.
 *
 * <p>A block is copied to the heap and checked there: thousands of User Properties, however small,
 * cost a few nanoseconds each. They are taken out there, since the objects that netty would make of
 * them cost ten to twenty times as much, and go on as they are encoded if somebody reads them at
 * all.
 */
final class PropertyRules {
  /** Where a block of properties stands. */
  enum Place {
    CONNECT(
        false,
        SESSION_EXPIRY_INTERVAL,
        RECEIVE_MAXIMUM,
        MAXIMUM_PACKET_SIZE,
        TOPIC_ALIAS_MAXIMUM,
        REQUEST_RESPONSE_INFORMATION,
        REQUEST_PROBLEM_INFORMATION,
        AUTHENTICATION_METHOD,
        AUTHENTICATION_DATA),
    WILL(
        true,
        WILL_DELAY_INTERVAL,
        PAYLOAD_FORMAT_INDICATOR,
        PUBLICATION_EXPIRY_INTERVAL,
        CONTENT_TYPE,
        RESPONSE_TOPIC,
        CORRELATION_DATA),
    PUBLISH(
        true,
        PAYLOAD_FORMAT_INDICATOR,
        PUBLICATION_EXPIRY_INTERVAL,
        TOPIC_ALIAS,
        RESPONSE_TOPIC,
        CORRELATION_DATA,
        CONTENT_TYPE),
    ACKNOWLEDGEMENT(false, REASON_STRING),
    SUBSCRIBE(false, SUBSCRIPTION_IDENTIFIER),
    UNSUBSCRIBE(false),
    DISCONNECT(false, SESSION_EXPIRY_INTERVAL, REASON_STRING),
    AUTH(true, AUTHENTICATION_METHOD, AUTHENTICATION_DATA, REASON_STRING);

    private final boolean readsUserProperties;
    private final long allowed;

    Place(boolean readsUserProperties, int... ids) {
      this.readsUserProperties = readsUserProperties;
      long bits = bit(USER_PROPERTY);
      for (int id : ids) {
        bits |= bit(id);
      }
      allowed = bits;
    }
  }

  /**
   * The longest block: the text and binary properties of a message, 64 KB each, leave room for over
   * 800 KB of User Properties. It bounds what a packet can cost the loop before any limit applies.
   */
  static final int MAX_BYTES = 1 << 20;

  /**
   * A block in two parts.
   *
   * @param others all but the User Properties
   * @param user these, if anybody reads them in this place
   */
  record Parts(byte[] others, List<UserProperty> user) {}

  private static final int MAX_ID = 0x2A;
  private static final int MAX_LENGTH_BYTES = 4;

  private PropertyRules() {}

  /** Checks the length of a block, given what follows it in the packet. */
  static void checkLength(int length, int following) {
    if (length > following) {
      throw new ProtocolViolation(
          MALFORMED_PACKET,
          "properties of %d bytes in a packet that ends after %d".formatted(length, following));
    }
    if (length > MAX_BYTES) {
      throw new ProtocolViolation(
          PACKET_TOO_LARGE, "properties of %d bytes; the limit is %d".formatted(length, MAX_BYTES));
    }
  }

  /**
   * Checks a block of properties, from its length on; consumes it.
   *
   * @return its parts, or null if there is no User Property
   * @throws ProtocolViolation if a rule is broken
   * @throws IndexOutOfBoundsException if a property runs past the end of the block
   */
  static @Nullable Parts check(Place place, ByteBuf in, Limits limits) {
    int length = length(in);
    checkLength(length, in.readableBytes());
    if (length == 0) {
      return null;
    }
    byte[] block = new byte[length];
    in.readBytes(block);
    long seen = 0;
    int others = 0;
    UserProperties user = new UserProperties(block, place, limits);
    int at = 0;
    while (at < length) {
      int id = block[at];
      if (id == USER_PROPERTY) {
        at = user.take(at);
      } else {
        checkPlace(place, id, seen);
        seen |= bit(id);
        int end = value(id, block, at + 1);
        System.arraycopy(block, at, block, others, end - at);
        others += end - at;
        at = end;
      }
    }
    if ((seen & bit(AUTHENTICATION_DATA)) != 0 && (seen & bit(AUTHENTICATION_METHOD)) == 0) {
      throw new ProtocolViolation(
          PROTOCOL_ERROR, "Authentication Data without Authentication Method");
    }
    return others == length ? null : new Parts(Arrays.copyOf(block, others), user.list());
  }

  private static void checkPlace(Place place, int id, long seen) {
    if (id < 0) { // a Variable Byte Integer of more than one byte, of which there is none
      throw new ProtocolViolation(MALFORMED_PACKET, "property with an identifier above 127");
    }
    if (id == SUBSCRIPTION_IDENTIFIER && place == Place.PUBLISH) { // [MQTT-3.3.4-6]
      throw new ProtocolViolation(
          PROTOCOL_ERROR, "PUBLISH of a client with a Subscription Identifier");
    }
    if (id > MAX_ID || (place.allowed & bit(id)) == 0) { // section 2.2.2.2
      throw new ProtocolViolation(
          MALFORMED_PACKET, "property 0x%02X does not belong in %s".formatted(id, place));
    }
    if ((seen & bit(id)) != 0) {
      throw new ProtocolViolation(
          PROTOCOL_ERROR, "property 0x%02X twice in %s".formatted(id, place));
    }
  }

  /** Checks a value; returns the index behind it. */
  private static int value(int id, byte[] block, int at) {
    switch (id) {
      case PAYLOAD_FORMAT_INDICATOR, REQUEST_PROBLEM_INFORMATION, REQUEST_RESPONSE_INFORMATION -> {
        if ((block[at] & 0xFF) > 1) {
          throw outOfBounds(id, "is neither 0 nor 1");
        }
        return at + 1;
      }
      case TOPIC_ALIAS_MAXIMUM -> {
        return end(block, at, 2);
      }
      case RECEIVE_MAXIMUM -> {
        if (unsignedShort(block, at) == 0) {
          throw outOfBounds(id, "is 0");
        }
        return at + 2;
      }
      case TOPIC_ALIAS -> {
        if (unsignedShort(block, at) == 0) { // [MQTT-3.3.2-8]
          throw new ProtocolViolation(TOPIC_ALIAS_INVALID, "Topic Alias 0");
        }
        return at + 2;
      }
      case PUBLICATION_EXPIRY_INTERVAL, SESSION_EXPIRY_INTERVAL, WILL_DELAY_INTERVAL -> {
        return end(block, at, 4);
      }
      case MAXIMUM_PACKET_SIZE -> {
        if ((unsignedShort(block, at) | unsignedShort(block, at + 2)) == 0) {
          throw outOfBounds(id, "is 0");
        }
        return at + 4;
      }
      case SUBSCRIPTION_IDENTIFIER -> {
        return subscriptionIdentifier(block, at);
      }
      default -> {
        return end(block, at + 2, unsignedShort(block, at));
      }
    }
  }

  private static int subscriptionIdentifier(byte[] block, int from) {
    int at = from;
    while (block[at] < 0) {
      at++;
      if (at - from == MAX_LENGTH_BYTES) {
        throw needlessBytes();
      }
    }
    if (block[at] == 0) {
      throw at == from ? outOfBounds(SUBSCRIPTION_IDENTIFIER, "is 0") : needlessBytes();
    }
    return at + 1;
  }

  private static int end(byte[] block, int at, int length) {
    if (length > block.length - at) {
      throw new IndexOutOfBoundsException(at + length);
    }
    return at + length;
  }

  private static int unsignedShort(byte[] block, int at) {
    return (block[at] & 0xFF) << 8 | block[at + 1] & 0xFF;
  }

  /** Reads the length of a block. */
  static int length(ByteBuf in) {
    int value = 0;
    for (int shift = 0; shift < 7 * MAX_LENGTH_BYTES; shift += 7) {
      int digit = in.readUnsignedByte();
      value |= (digit & 0x7F) << shift;
      if ((digit & 0x80) == 0) {
        if (digit == 0 && shift > 0) { // [MQTT-1.5.5-1]
          break;
        }
        return value;
      }
    }
    throw needlessBytes();
  }

  private static ProtocolViolation needlessBytes() {
    return new ProtocolViolation(
        MALFORMED_PACKET, "Variable Byte Integer of more bytes than needed or allowed");
  }

  private static ProtocolViolation outOfBounds(int id, String what) {
    return new ProtocolViolation(PROTOCOL_ERROR, "property 0x%02X %s".formatted(id, what));
  }

  private static long bit(int id) {
    return 1L << id;
  }

  /** Gathers the User Properties of a block. */
  private static final class UserProperties {
    private final byte[] block;
    private final Place place;
    private final Limits limits;
    private byte[] gathered = {};
    private int bytes;
    private int count;
    private long textBytes;

    UserProperties(byte[] block, Place place, Limits limits) {
      this.block = block;
      this.place = place;
      this.limits = limits;
    }

    /** Checks them as long as one follows the other; returns the index behind them. */
    int take(int from) {
      byte[] in = block;
      int at = from;
      while (at < in.length && in[at] == USER_PROPERTY) {
        int name = at + 3;
        int nameEnd = name + unsignedShort(in, at + 1);
        int value = nameEnd + 2;
        int valueEnd = value + unsignedShort(in, nameEnd);
        if (valueEnd > in.length) {
          throw new IndexOutOfBoundsException(valueEnd);
        }
        if (!Utf8.isValid(in, name, nameEnd) || !Utf8.isValid(in, value, valueEnd)) {
          throw new ProtocolViolation(
              MALFORMED_PACKET, "User Property that is not UTF-8 as MQTT wants it");
        }
        count++;
        textBytes += nameEnd - name + valueEnd - value;
        if (count > limits.userPropertiesMax() || textBytes > limits.userPropertiesMaxBytes()) {
          throw tooMany();
        }
        at = valueEnd;
      }
      if (place.readsUserProperties) {
        int length = at - from;
        if (gathered.length < bytes + length) {
          gathered = Arrays.copyOf(gathered, Math.max(bytes + length, 2 * bytes));
        }
        System.arraycopy(in, from, gathered, bytes, length);
        bytes += length;
      }
      return at;
    }

    private ProtocolViolation tooMany() {
      return new ProtocolViolation(
          QUOTA_EXCEEDED,
          "%s with more than %d User Properties or %d bytes of them"
              .formatted(place, limits.userPropertiesMax(), limits.userPropertiesMaxBytes()));
    }

    List<UserProperty> list() {
      if (bytes == 0) {
        return List.of();
      }
      byte[] all = gathered.length == bytes ? gathered : Arrays.copyOf(gathered, bytes);
      return EncodedUserProperties.ofChecked(all, count);
    }
  }
}
