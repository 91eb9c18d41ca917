package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the decoder alone makes of a stream of bytes that comes in pieces. Sees to it that nothing
 * but violations with a code for them comes out besides packets, that no memory is kept afterwards,
 * and not much before.
 */
final class DecodedStream extends ChannelInboundHandlerAdapter {
  /** A violation, comparable. */
  record Refusal(ReasonCode reason, String text) {}

  /**
   * A read, and what is kept after it.
   *
   * @param end the index in the stream behind it
   */
  record Read(int end, long keptBytes) {}

  private static final Set<ReasonCode> REFUSALS =
      EnumSet.of(
          ReasonCode.MALFORMED_PACKET,
          ReasonCode.PROTOCOL_ERROR,
          ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          ReasonCode.TOPIC_NAME_INVALID,
          ReasonCode.TOPIC_ALIAS_INVALID,
          ReasonCode.PACKET_TOO_LARGE);

  /** What may be kept besides twice what has come of an incomplete packet. */
  private static final int SPARE_BYTES = 512;

  /** After so many reads all the rest comes at once. */
  private static final int PIECES_MAX = 200;

  private static final int NOTED_PIECES_MAX = 40;

  /** The least that is read into, however little comes; more than may be kept then. */
  private static final int READ_BYTES = 1024;

  private static final TestListener LISTENER = TestListener.of(Map.of("packetMaxBytes", 200_000));

  private final List<Object> received = new ArrayList<>();
  private final FrameDecoder frames = LISTENER.frames();
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
  private @Nullable Throwable failure;
  private final boolean inPlace;
  private final boolean noteReads;
  private int incompleteFrom; // where the packet begins that is not known to have come
  private int inPlaceCount;
  private int reads; // those noted
  private boolean refused;

  private DecodedStream(boolean inPlace, boolean noteReads) {
    this.inPlace = inPlace;
    this.noteReads = noteReads;
  }

  /**
   * Decodes a stream: {@link io.fluxmqtt.session.Packet}s, and at most one {@link Refusal} at the
   * end.
   *
   * @param pieces the length of the piece that begins at an index
   */
  static List<Object> of(byte[] stream, IntUnaryOperator pieces) {
    DecodedStream decoded = new DecodedStream(true, false);
    decoded.decode(stream, pieces);
    return decoded.received;
  }

  /**
   * The same with all {@link Read}s in between, up to a refusal.
   *
   * @param inPlace whether {@link InPlaceReader} may take part
   */
  static DecodedStream withReads(byte[] stream, IntUnaryOperator pieces, boolean inPlace) {
    DecodedStream decoded = new DecodedStream(inPlace, true);
    decoded.decode(stream, pieces);
    return decoded;
  }

  List<Object> received() {
    return received;
  }

  /** How many packets came, the refused one among them. */
  int packetCount() {
    return received.size() - reads;
  }

  boolean isRefused() {
    return refused;
  }

  /** How many packets were read in place. */
  int inPlaceCount() {
    return inPlaceCount;
  }

  private void decode(byte[] stream, IntUnaryOperator pieces) {
    EmbeddedChannel channel = new EmbeddedChannel(frames, LISTENER.decoder(), this);
    channel.config().setAllocator(memory);
    if (inPlace) {
      frames.handUsualTo(this::readInPlace);
    }
    int from = 0;
    int piecesMax = noteReads ? NOTED_PIECES_MAX : PIECES_MAX;
    for (int count = 1; from < stream.length && !(noteReads && refused); count++) {
      int rest = stream.length - from;
      int length = count < piecesMax ? Math.min(rest, Math.max(1, pieces.applyAsInt(from))) : rest;
      ByteBuf read = memory.heapBuffer(Math.max(READ_BYTES, length));
      channel.writeInbound(read.writeBytes(stream, from, length));
      from += length;
      requireLittleMemory(stream, from);
      if (noteReads) {
        reads++;
        received.add(new Read(from, usedMemory()));
      }
    }
    channel.close();
    channel.finishAndReleaseAll();
    if (failure != null) {
      throw new AssertionError("escaped from the decoder", failure);
    }
    long kept = usedMemory();
    if (kept != 0) {
      throw new AssertionError(kept + " bytes were never released");
    }
  }

  private long usedMemory() {
    return memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
  }

  private void readInPlace(Packet packet) {
    requireNotRefused(packet);
    inPlaceCount++;
    received.add(packet);
  }

  private void requireNotRefused(Object message) {
    if (refused) {
      throw new AssertionError(message + " after a refusal");
    }
  }

  private void requireLittleMemory(byte[] stream, int end) {
    while (packetEnd(stream, end) > 0) {
      incompleteFrom = packetEnd(stream, end);
    }
    long used = usedMemory();
    long come = end - incompleteFrom;
    if (used > 2 * come + SPARE_BYTES) {
      throw new AssertionError("%d bytes kept of %d".formatted(used, come));
    }
  }

  /** Where the packet ends that is not known to have come; -1 if not all of it has. */
  private int packetEnd(byte[] stream, int come) {
    int length = 0;
    int at = incompleteFrom + 1;
    for (int shift = 0; shift < 28 && at < come; shift += 7) {
      length |= (stream[at] & 0x7F) << shift;
      if (stream[at++] >= 0) {
        return length <= come - at ? at + length : -1;
      }
    }
    return -1;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    requireNotRefused(message);
    if (message instanceof ProtocolViolation violation) {
      refused(violation);
      return;
    }
    try {
      received.add(
          PacketReader.read(
              (MqttMessage) message, frames.userProperties(), frames.longWillTopic()));
    } catch (ProtocolViolation violation) {
      refused(violation);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    failure = cause;
    frames.finish();
  }

  private void refused(ProtocolViolation violation) {
    if (!REFUSALS.contains(violation.reason())) {
      throw new AssertionError("refused with " + violation.reason(), violation);
    }
    refused = true;
    received.add(new Refusal(violation.reason(), String.valueOf(violation.getMessage())));
    frames.finish();
  }
}
