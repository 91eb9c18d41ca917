package io.fluxmqtt.transport;

import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.transport.RecentTopics.Topic;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.mqtt.MqttMessageType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets that nearly all traffic consists of, PUBLISH, PUBACK, PUBREC, PUBREL and
 * PUBCOMP, where they stand in the receive buffer: a slice, netty's objects and the look at them
 * cost several times what the broker does with the message.
 *
 * <p>It takes whole packets without a fault and without rare parts only, and leaves the buffer as
 * it is for all others, so that there is one place that knows what is wrong with a packet and what
 * to say of it: {@link FrameInspector} with netty's decoder behind. What it takes is what these
 * would have read; {@code InPlaceFuzzTest} compares.
 */
final class InPlaceReader {
  private static final int PUBLISH = MqttMessageType.PUBLISH.value();
  private static final int DUP = 0x08;
  private static final int RETAIN = 0x01;
  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final int PUBREL = 0x62;
  private static final int PUBCOMP = 0x70;

  /** An acknowledgement; or a PUBLISH, QoS 0 and 3.x, without topic and payload. */
  private static final int LEAST_BYTES = 4;

  private static final int ALIAS_PROPERTY_BYTES = 3;

  private final int packetMaxBytes;
  private final RecentTopics topics;
  private @Nullable Topic last; // of this connection; never a long one

  InPlaceReader(int packetMaxBytes, RecentTopics topics) {
    this.packetMaxBytes = packetMaxBytes;
    this.topics = topics;
  }

  /**
   * Reads the packet at the reader index and moves that behind it; or returns null and leaves the
   * buffer as it is.
   *
   * @param isVersion5 whether the client speaks 5.0; it has sent CONNECT
   */
  @Nullable Packet read(ByteBuf in, boolean isVersion5) {
    if (in.readableBytes() < LEAST_BYTES) {
      return null;
    }
    int first = in.getUnsignedByte(in.readerIndex());
    return first >> 4 == PUBLISH
        ? publish(in, first, isVersion5)
        : acknowledgement(in, first, isVersion5);
  }

  private Packet.@Nullable Publish publish(ByteBuf in, int first, boolean isVersion5) {
    int start = in.readerIndex();
    int length = remainingLength(in, start + 1);
    int level = first >> 1 & 3;
    boolean dup = (first & DUP) != 0;
    if (length < 0 || level == 3 || (level == 0 && dup)) {
      return null;
    }
    int topicAt = start + 1 + Wire.variableBytes(length) + 2;
    int end = topicAt - 2 + length;
    if (end > in.writerIndex() || end - start > packetMaxBytes || length < 2) {
      return null;
    }
    int topicLength = in.getUnsignedShort(topicAt - 2);
    int at = topicAt + topicLength;
    if (at + (level > 0 ? 2 : 0) + (isVersion5 ? 1 : 0) > end) {
      return null;
    }
    int packetId = 0;
    if (level > 0) {
      packetId = in.getUnsignedShort(at);
      at += 2;
      if (packetId == 0) {
        return null;
      }
    }
    int alias = 0;
    if (isVersion5) {
      int properties = in.getByte(at++);
      if (properties != 0) {
        alias = properties == ALIAS_PROPERTY_BYTES ? onlyAlias(in, at, end) : 0;
        at += ALIAS_PROPERTY_BYTES;
        if (alias == 0) {
          return null;
        }
      }
    }
    String topic = topic(in, topicAt, topicLength);
    if (topic == null) {
      return null;
    }
    Payload payload = PacketReader.payloadOf(in, at, end - at);
    in.readerIndex(end);
    return new Packet.Publish(
        topic,
        payload,
        QoS.of(level),
        dup,
        (first & RETAIN) != 0,
        packetId,
        alias,
        MessageProperties.NONE,
        List.of());
  }

  /** The Topic Alias, if that is what stands there, else 0. */
  private static int onlyAlias(ByteBuf in, int at, int end) {
    boolean isAlias = end - at >= ALIAS_PROPERTY_BYTES && in.getByte(at) == TOPIC_ALIAS;
    return isAlias ? in.getUnsignedShort(at + 1) : 0;
  }

  /** Mostly it is the one before: then only bytes are compared. */
  private @Nullable String topic(ByteBuf in, int at, int length) {
    Topic before = last;
    if (before != null && before.isAt(in, at, length)) {
      return before.text();
    }
    Topic topic = topics.read(in, at, length);
    if (topic == null) {
      return null;
    }
    if (RecentTopics.isSmall(topic)) {
      last = topic;
    }
    return topic.text();
  }

  /**
   * One that says success, in any of its forms. It is never too long: no listener's {@code
   * packetMaxBytes} is below 64.
   */
  private static @Nullable Packet acknowledgement(ByteBuf in, int first, boolean isVersion5) {
    if (first != PUBACK && first != PUBREC && first != PUBREL && first != PUBCOMP) {
      return null;
    }
    int start = in.readerIndex();
    int length = in.getByte(start + 1);
    if (length != 2 && !(isVersion5 && isLongSuccess(in, start + 2, length))) {
      return null;
    }
    int id = in.getUnsignedShort(start + 2);
    if (id == 0) {
      return null;
    }
    in.skipBytes(2 + length);
    return switch (first) {
      case PUBACK -> new Packet.PubAck(id, ReasonCode.SUCCESS, null);
      case PUBREC -> new Packet.PubRec(id, ReasonCode.SUCCESS, null);
      case PUBREL -> new Packet.PubRel(id, ReasonCode.SUCCESS);
      default -> new Packet.PubComp(id, ReasonCode.SUCCESS);
    };
  }

  /** Whether Reason Code 0 stands behind the Packet Identifier, with or without no properties. */
  private static boolean isLongSuccess(ByteBuf in, int at, int length) {
    return (length == 3 || length == 4)
        && at + length <= in.writerIndex()
        && in.getByte(at + 2) == 0
        && (length == 3 || in.getByte(at + 3) == 0);
  }

  /** The Remaining Length; -1 if not all of it is there, or it has more bytes than needed. */
  private static int remainingLength(ByteBuf in, int at) {
    int value = 0;
    int available = Math.min(in.writerIndex() - at, 4);
    for (int i = 0; i < available; i++) {
      int digit = in.getByte(at + i);
      value |= (digit & 0x7F) << (7 * i);
      if (digit >= 0) {
        return digit == 0 && i > 0 ? -1 : value;
      }
    }
    return -1;
  }
}
