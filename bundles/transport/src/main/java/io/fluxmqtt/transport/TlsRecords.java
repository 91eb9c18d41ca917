package io.fluxmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Looks at the headers of TLS records (RFC 8446, section 5.1) on their way in, in front of what
 * decrypts them: it says in plain words what is no TLS at all, bounds what a client can have kept
 * of a record that is not whole yet, and refuses renegotiation, for which the JDK has no switch per
 * engine. After the ChangeCipherSpec of TLS 1.2 one handshake message comes, Finished; any further
 * one begins a renegotiation. TLS 1.3 shows handshake messages after it at most once, in the answer
 * to a HelloRetryRequest. On the connection's loop.
 */
final class TlsRecords extends ChannelInboundHandlerAdapter {
  private static final int HEADER_BYTES = 5;
  private static final int CHANGE_CIPHER_SPEC = 20;
  private static final int ALERT = 21;
  private static final int HANDSHAKE = 22;
  private static final int APPLICATION_DATA = 23;
  private static final int RECORD_MAX_BYTES = (1 << 14) + 2048; // RFC 5246, section 6.2.3

  private int headerBytes; // of the record that is coming
  private int type;
  private int length;
  private int bodyBytes; // still to come
  private int alert = -1;
  private boolean begun;
  private boolean changed;
  private boolean finished;
  private boolean refused;

  /**
   * What the client has complained of last (RFC 8446, section 6.2), as long as it does so in the
   * clear; -1 for nothing. The JDK cannot read that where it awaits an encrypted one.
   */
  int alert() {
    return alert;
  }

  /** Whether anything has come. */
  boolean hasBegun() {
    return begun;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (refused) {
      ReferenceCountUtil.release(message);
      return;
    }
    try {
      look((ByteBuf) message);
    } catch (TlsRefusal e) {
      refused = true;
      ReferenceCountUtil.release(message);
      ctx.fireExceptionCaught(e);
      return;
    }
    ctx.fireChannelRead(message);
  }

  private void look(ByteBuf in) throws TlsRefusal {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (at < end) {
      if (bodyBytes > 0) {
        int skipped = Math.min(bodyBytes, end - at);
        bodyBytes -= skipped;
        at += skipped;
        if (bodyBytes == 0 && type == ALERT && length == 2) {
          alert = in.getUnsignedByte(at - 1);
        }
      } else {
        header(in.getUnsignedByte(at));
        at++;
      }
    }
  }

  private void header(int octet) throws TlsRefusal {
    switch (headerBytes++) {
      case 0 -> {
        if (!begun && octet != HANDSHAKE) {
          throw new TlsRefusal("not-tls", notTls(octet));
        }
        if (octet < CHANGE_CIPHER_SPEC || octet > APPLICATION_DATA) {
          throw new TlsRefusal("damaged", "it sent a record of the unknown type " + octet);
        }
        begun = true;
        type = octet;
        order();
      }
      case 3 -> length = octet << 8;
      case HEADER_BYTES - 1 -> {
        length |= octet;
        if (length > RECORD_MAX_BYTES) {
          throw new TlsRefusal("damaged", "it sent a record of %d bytes".formatted(length));
        }
        headerBytes = 0;
        bodyBytes = length;
      }
      default -> {} // the version, which says nothing
    }
  }

  private void order() throws TlsRefusal {
    if (type == CHANGE_CIPHER_SPEC) {
      changed = true;
    } else if (type == HANDSHAKE && changed) {
      if (finished) {
        throw new TlsRefusal("renegotiation", "it wants to renegotiate, which is off");
      }
      finished = true;
    }
  }

  private static String notTls(int first) {
    return switch (first) {
      case 0x10 -> "it speaks MQTT without TLS; have the client use TLS, or another port";
      case 'G', 'P', 'H', 'O' -> "it speaks HTTP without TLS";
      default -> "it does not speak TLS; its first byte is 0x%02X".formatted(first);
    };
  }
}
