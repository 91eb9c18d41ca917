package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.transport.FrameInspector.Replacement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttMessageType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a connection into whole MQTT Control Packets. The usual ones {@link
 * InPlaceReader} reads where they stand; each of the others is inspected by {@link FrameInspector}
 * and handed on as one buffer, so that netty's decoder behind never waits within a packet nor reads
 * past its end. A violation is handed on as a message, after which everything is discarded.
 *
 * <p>A packet that is too long or out of place is refused at its fixed header, before its bytes are
 * kept, and one with too many properties at the length of these; of a CONNECT the bytes up to its
 * version are awaited, since they tell how to refuse it. Once a read is over, the buffer kept for
 * an incomplete packet has at most twice the bytes that have come of it, and {@value #SPARE_BYTES}:
 * what the next read needs is not known, and a stalled client must not hold the whole buffer of a
 * read.
 */
final class FrameDecoder extends ChannelInboundHandlerAdapter {
  private static final int MAX_LENGTH_BYTES = 4;
  private static final int SPARE_BYTES = 512;

  private final int packetMaxBytes;
  private final FrameInspector inspector;
  private final InPlaceReader inPlace;
  // owned by the connection's loop
  private @Nullable ByteBuf cumulation;
  private int awaitedBytes;
  private boolean previewed; // of the packet that is awaited
  private boolean finished;
  private @Nullable Consumer<Packet> usual;
  private @Nullable Throttle throttle; // null: the client may send as fast as it can
  private @Nullable ChannelHandlerContext waiting; // where a PUBLISH goes on that is kept back

  /**
   * The decoder of a new connection.
   *
   * @param topics those of its loop
   */
  FrameDecoder(Limits limits, RecentTopics topics) {
    this(limits, EnumSet.allOf(ProtocolVersion.class), topics);
  }

  /** The same for a listener that does not serve all versions. */
  FrameDecoder(Limits limits, Set<ProtocolVersion> versions, RecentTopics topics) {
    this.packetMaxBytes = limits.packetMaxBytes();
    this.inspector = new FrameInspector(limits, versions);
    this.inPlace = new InPlaceReader(packetMaxBytes, topics);
  }

  /**
   * Has the usual packets read in place and given to a receiver, past the pipeline. Before that is
   * said, every packet is left to netty.
   */
  void handUsualTo(Consumer<Packet> receiver) {
    usual = receiver;
  }

  /** Has each PUBLISH handed on only when that permits it, and what comes behind it after it. */
  void keepTo(Throttle rates) {
    throttle = rates;
  }

  /** Hands on what was kept back, as far as that is permitted now. */
  void goOn() {
    ChannelHandlerContext ctx = waiting;
    ByteBuf kept = cumulation;
    waiting = null;
    if (ctx != null && kept != null) {
      decode(ctx, kept);
      channelReadComplete(ctx);
    }
  }

  /** The User Properties of the packet that is being handed on, if anybody reads them. */
  List<UserProperty> userProperties() {
    return inspector.userProperties();
  }

  /** The Will Topic of the packet that is being handed on, if it is too long for netty. */
  @Nullable String longWillTopic() {
    return inspector.longWillTopic();
  }

  /** The version of the client, or the one to answer it in; null until CONNECT tells. */
  @Nullable ProtocolVersion version() {
    return inspector.version();
  }

  /** From now on all input is discarded. */
  void finish() {
    finished = true;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    boolean isNext = false;
    try {
      while (cumulation != null && !finished && bytes.isReadable()) {
        complete(ctx, cumulation, bytes);
      }
      isNext = !finished && bytes.isReadable();
    } finally {
      if (!isNext) {
        bytes.release();
      }
    }
    if (isNext) {
      cumulation = bytes;
      decode(ctx, bytes);
    }
  }

  /**
   * Adds to what is kept of a packet as much as that still lacks, or a byte while that is not
   * known; so what follows it in the same read, mostly far more, is not copied. Behind what is kept
   * back all is kept.
   */
  private void complete(ChannelHandlerContext ctx, ByteBuf kept, ByteBuf bytes) {
    int lacking = awaitedBytes - kept.readableBytes();
    int length = lacking > 0 ? Math.min(lacking, bytes.readableBytes()) : 1;
    if (waiting != null) {
      length = bytes.readableBytes();
    }
    ByteBuf in = kept;
    if (kept.writableBytes() < length || kept.refCnt() > 1 || kept.isReadOnly()) {
      // doubles, so that a large packet is not copied for every read, but never past its end
      int come = kept.readableBytes() + length;
      in = moved(ctx, kept, Math.max(come, Math.min(awaitedBytes, 2 * kept.readableBytes())));
      cumulation = in;
    }
    decode(ctx, in.writeBytes(bytes, length));
  }

  /** Hands on all whole packets. */
  private void decode(ChannelHandlerContext ctx, ByteBuf in) {
    try {
      if (throttle == null) {
        while (!finished && next(ctx, in)) {
          // the next packet of the same read
        }
      } else {
        decodeWithin(throttle, ctx, in);
      }
    } catch (ProtocolViolation violation) {
      if (inspector.awaitsVersion(in.slice())) {
        return; // and be refused once a few more bytes tell how to answer
      }
      finished = true;
      ctx.fireChannelRead(violation);
    } finally {
      if (finished || !in.isReadable()) {
        releaseCumulation();
      }
    }
  }

  private boolean next(ChannelHandlerContext ctx, ByteBuf in) {
    return readInPlace(in) || decodeOne(ctx, in);
  }

  private void decodeWithin(Throttle rates, ChannelHandlerContext ctx, ByteBuf in) {
    while (!finished && waiting == null) {
      boolean isPublish =
          in.isReadable()
              && in.getUnsignedByte(in.readerIndex()) >> 4 == MqttMessageType.PUBLISH.value();
      if (isPublish && !rates.permitsPublish()) {
        waiting = ctx;
      } else if (!next(ctx, in)) {
        return;
      } else if (isPublish) {
        rates.published();
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ByteBuf kept = cumulation;
    if (kept != null && kept.capacity() > 2 * kept.readableBytes() + SPARE_BYTES) {
      cumulation = moved(ctx, kept, kept.readableBytes());
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    throttle = null; // it has sent this and waits no more, and its DISCONNECT may stand behind
    goOn();
    releaseCumulation();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    releaseCumulation();
  }

  /** What can be read of a buffer, which is released, in one of a certain size. */
  private static ByteBuf moved(ChannelHandlerContext ctx, ByteBuf from, int capacity) {
    ByteBuf to = ctx.alloc().buffer(capacity).writeBytes(from);
    from.release();
    return to;
  }

  /** Hands on one packet without netty's decoder; false if it is one for that, or not whole. */
  private boolean readInPlace(ByteBuf in) {
    Consumer<Packet> receiver = usual;
    ProtocolVersion version = inspector.version();
    if (receiver == null || version == null) {
      return false;
    }
    Packet packet = inPlace.read(in, version == ProtocolVersion.V5_0);
    if (packet == null) {
      return false;
    }
    previewed = false;
    receiver.accept(packet);
    return true;
  }

  /** Hands on one packet; false if there is no whole one. */
  private boolean decodeOne(ChannelHandlerContext ctx, ByteBuf in) {
    int start = in.readerIndex();
    int available = in.readableBytes();
    awaitedBytes = 0;
    if (available == 0) {
      return false;
    }
    int first = in.getUnsignedByte(start);
    inspector.firstByte(first);
    int length = 0;
    int headerBytes = 1;
    int digit;
    do {
      if (headerBytes > MAX_LENGTH_BYTES) {
        throw new ProtocolViolation(
            ReasonCode.MALFORMED_PACKET, "Remaining Length has more than 4 bytes");
      }
      if (headerBytes == available) {
        return false;
      }
      digit = in.getUnsignedByte(start + headerBytes);
      length |= (digit & 0x7F) << (7 * (headerBytes - 1));
      headerBytes++;
    } while ((digit & 0x80) != 0);
    inspector.remainingLength(digit, headerBytes);

    int total = headerBytes + length;
    if (total > packetMaxBytes) { // [MQTT-3.2.2-15]
      throw new ProtocolViolation(
          ReasonCode.PACKET_TOO_LARGE,
          "%s of %d bytes; the limit is %d"
              .formatted(MqttMessageType.valueOf(first >> 4), total, packetMaxBytes));
    }
    inspector.length(first, length);
    if (available < total) {
      awaitedBytes = total;
      if (!previewed && length > FrameInspector.PREVIEW_BYTES) {
        int come = Math.min(available - headerBytes, FrameInspector.PREVIEW_BYTES);
        previewed = inspector.preview(first, in.slice(start + headerBytes, come), length);
      }
      return false;
    }
    previewed = false;
    inspector.inspect(first, in.slice(start + headerBytes, length));
    ByteBuf packet = in.readRetainedSlice(total);
    List<Replacement> replacements = inspector.replacements();
    if (!replacements.isEmpty()) {
      replace(packet, headerBytes, replacements);
    }
    ctx.fireChannelRead(packet);
    inspector.forget();
    return true;
  }

  /**
   * Gives a packet other properties, in place: what stands before the last of them moves towards
   * it, so that a payload behind it is not copied.
   */
  private static void replace(ByteBuf packet, int headerBytes, List<Replacement> replacements) {
    ByteBuf front = Unpooled.buffer(64);
    int at = 0;
    for (Replacement each : replacements) {
      front.writeBytes(packet, headerBytes + at, each.from() - at);
      Wire.writeVariable(front, each.properties().length);
      front.writeBytes(each.properties());
      at = each.to();
    }
    int rest = packet.readableBytes() - headerBytes - at;
    int remaining = front.readableBytes() + rest;
    ByteBuf header = Unpooled.buffer(1 + MAX_LENGTH_BYTES).writeByte(packet.getByte(0));
    Wire.writeVariable(header, remaining);
    int start = packet.readableBytes() - remaining - header.readableBytes();
    packet.setBytes(start + header.readableBytes(), front, 0, front.readableBytes());
    packet.setBytes(start, header, 0, header.readableBytes());
    packet.skipBytes(start);
  }

  private void releaseCumulation() {
    if (cumulation != null) {
      cumulation.release();
      cumulation = null;
    }
  }
}
