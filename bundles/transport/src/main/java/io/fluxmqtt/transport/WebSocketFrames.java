package io.fluxmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frames of an open WebSocket, RFC 6455 section 5. MQTT packets may begin and end anywhere in
 * them [MQTT-6.0.0-2], so what they carry goes on as one stream.
 *
 * <p>The payloads of all frames in a read are unmasked and moved together in the buffer of that
 * read, over the headers between them: unmasking writes every byte anyway, and the decoder behind
 * sees one buffer. Nothing is kept but the header or control frame that is incomplete, so the
 * length that a frame claims costs nothing. What leaves is a header and the buffer as it is.
 */
final class WebSocketFrames extends ChannelDuplexHandler {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketFrames.class);

  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int MASKED = 0x80;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private static final int CONTROL_MAX_BYTES = 125;
  private static final int LENGTH_OF_16_BITS = 126;
  private static final int LENGTH_OF_64_BITS = 127;

  private static final int NORMAL = 1000;
  private static final int PROTOCOL_ERROR = 1002;
  private static final int UNSUPPORTED_DATA = 1003;

  /** The peer is wrong; the code to close with. */
  private static final class Violation extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;

    Violation(int code, String text) {
      super(text, null, false, false);
      this.code = code;
    }
  }

  private final NettyConnection connection;
  // owned by the connection's loop
  private final byte[] header = new byte[14];
  private int headerBytes;
  private int opcode;
  private boolean last; // of its message
  private boolean within; // a message of several frames
  private long remaining; // of the payload that comes
  private int mask; // turned so that the next byte comes first
  private final byte[] control = new byte[CONTROL_MAX_BYTES];
  private int controlBytes;
  private byte @Nullable [] ping; // the last one that is not answered
  private byte[] goodbye = bytes(NORMAL); // the code to close with
  private boolean closeSent;
  private boolean deaf;

  WebSocketFrames(NettyConnection connection) {
    this.connection = connection;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    connection.farewell(() -> sendClose(ctx));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (deaf) {
      in.release();
      return;
    }
    int start = in.readerIndex();
    int end = start; // of what goes on
    Violation violation = null;
    try {
      while (in.isReadable() && !deaf) {
        if (remaining == 0 && !readHeader(in)) {
          break;
        }
        int length = (int) Math.min(remaining, in.readableBytes());
        int from = in.readerIndex();
        in.skipBytes(length);
        remaining -= length;
        if (opcode < CLOSE) {
          unmask(in, from, end, length);
          end += length;
        } else {
          keep(in, from, length);
        }
        if (remaining == 0) {
          endFrame(ctx);
        }
      }
    } catch (Violation e) {
      violation = e;
    }
    if (end > start) {
      ctx.fireChannelRead(in.setIndex(start, end));
    } else {
      in.release();
    }
    if (violation != null) {
      fail(violation);
    } else if (deaf) {
      answerClose(ctx);
    }
  }

  /** Adds to the header of the next frame; whether it is whole. */
  private boolean readHeader(ByteBuf in) throws Violation {
    int needed = headerBytes < 2 ? 2 : headerLength();
    while (headerBytes < needed && in.isReadable()) {
      header[headerBytes++] = in.readByte();
      if (headerBytes == 2) {
        beginFrame();
        needed = headerLength();
      }
    }
    if (headerBytes < needed) {
      return false;
    }
    remaining = payloadLength();
    mask = number(needed - 4, 4);
    headerBytes = 0;
    controlBytes = 0;
    return true;
  }

  private int headerLength() {
    return switch (header[1] & 0x7F) {
      case LENGTH_OF_16_BITS -> 8;
      case LENGTH_OF_64_BITS -> 14;
      default -> 6;
    };
  }

  private void beginFrame() throws Violation {
    int first = header[0] & 0xFF;
    opcode = first & 0x0F;
    last = (first & FIN) != 0;
    if ((first & RESERVED) != 0) {
      throw new Violation(PROTOCOL_ERROR, "reserved bits are set, no extension was agreed on");
    }
    if ((header[1] & MASKED) == 0) {
      throw new Violation(PROTOCOL_ERROR, "a frame is not masked");
    }
    switch (opcode) {
      case CONTINUATION -> require(within, "a continuation of nothing");
      case BINARY -> require(!within, "a message within another");
      case TEXT -> // [MQTT-6.0.0-1]
          throw new Violation(UNSUPPORTED_DATA, "MQTT comes in binary frames, not as text");
      case CLOSE, PING, PONG ->
          require(
              last && (header[1] & 0x7F) <= CONTROL_MAX_BYTES,
              "a control frame in parts or beyond 125 bytes");
      default -> throw new Violation(PROTOCOL_ERROR, "reserved opcode " + opcode);
    }
  }

  private long payloadLength() throws Violation {
    int length = header[1] & 0x7F;
    if (length == LENGTH_OF_16_BITS) {
      length = number(2, 2);
      require(length >= LENGTH_OF_16_BITS, "a length has needless bytes");
      return length;
    }
    if (length < LENGTH_OF_64_BITS) {
      return length;
    }
    long high = number(2, 4);
    require(high >= 0, "a length of 64 bits");
    long all = high << 32 | Integer.toUnsignedLong(number(6, 4));
    require(all > 0xFFFF, "a length has needless bytes");
    return all;
  }

  private int number(int at, int bytes) {
    int number = 0;
    for (int i = 0; i < bytes; i++) {
      number = number << 8 | header[at + i] & 0xFF;
    }
    return number;
  }

  private static void require(boolean condition, String text) throws Violation {
    if (!condition) {
      throw new Violation(PROTOCOL_ERROR, text);
    }
  }

  /** Moves so many bytes to where the stream goes on, at or before where they are. */
  private void unmask(ByteBuf bytes, int from, int to, int length) {
    long wide = (long) mask << 32 | Integer.toUnsignedLong(mask);
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      bytes.setLong(to + i, bytes.getLong(from + i) ^ wide);
    }
    for (; i < length; i++) {
      bytes.setByte(to + i, bytes.getByte(from + i) ^ mask >>> 24 - 8 * (i & 3));
    }
    mask = Integer.rotateLeft(mask, 8 * (length & 3));
  }

  private void keep(ByteBuf in, int from, int length) {
    unmask(in, from, from, length);
    in.getBytes(from, control, controlBytes, length);
    controlBytes += length;
  }

  private void endFrame(ChannelHandlerContext ctx) throws Violation {
    switch (opcode) {
      case PING -> ping = Arrays.copyOf(control, controlBytes);
      case PONG -> LOG.trace("{}: pong", ctx.channel());
      case CLOSE -> {
        require(controlBytes != 1, "half a code to close with");
        deaf = true;
      }
      default -> within = !last;
    }
  }

  private void answerClose(ChannelHandlerContext ctx) {
    if (closeSent) { // the client has said that it got it
      ctx.close();
    } else {
      goodbye = Arrays.copyOf(control, Math.min(2, controlBytes));
      connection.close();
    }
  }

  private void fail(Violation violation) {
    deaf = true;
    LOG.debug("{}: closing the WebSocket: {}", connection.remoteAddress(), violation.getMessage());
    goodbye = bytes(violation.code);
    connection.close();
  }

  private static byte[] bytes(int code) {
    return new byte[] {(byte) (code >> 8), (byte) code};
  }

  /** All of a read was handled: the last ping in it is answered for all of them. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    byte[] asked = ping;
    if (asked != null) {
      ping = null;
      if (!closeSent) {
        ctx.writeAndFlush(frame(ctx, PONG, asked), ctx.voidPromise());
      }
    }
    ctx.fireChannelReadComplete();
  }

  private void sendClose(ChannelHandlerContext ctx) {
    if (!closeSent) {
      closeSent = true;
      ctx.write(frame(ctx, CLOSE, goodbye), ctx.voidPromise());
    }
  }

  private static ByteBuf frame(ChannelHandlerContext ctx, int opcode, byte[] payload) {
    return ctx.alloc()
        .ioBuffer(2 + payload.length)
        .writeByte(FIN | opcode)
        .writeByte(payload.length)
        .writeBytes(payload);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    ByteBuf bytes = (ByteBuf) message;
    int length = bytes.readableBytes();
    if (length > 0 && closeSent) {
      bytes.release();
      promise.trySuccess();
      return;
    }
    if (length > 0) {
      ByteBuf begin = ctx.alloc().ioBuffer(10).writeByte(FIN | BINARY);
      if (length < LENGTH_OF_16_BITS) {
        begin.writeByte(length);
      } else if (length <= 0xFFFF) {
        begin.writeByte(LENGTH_OF_16_BITS).writeShort(length);
      } else {
        begin.writeByte(LENGTH_OF_64_BITS).writeLong(length);
      }
      ctx.write(begin, ctx.voidPromise());
    }
    ctx.write(bytes, promise);
  }
}
