package io.fluxmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the request that opens a WebSocket, answers it, and gives its place to {@link
 * WebSocketFrames}; or says why not and has the connection closed. Its time is that of CONNECT,
 * which the session manager measures from accept.
 */
final class WebSocketHandshake extends ChannelDuplexHandler {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketHandshake.class);

  /** A browser's cookies for the host are among it. */
  static final int HEAD_MAX_BYTES = 8 * 1024;

  private static final Map<Integer, String> PHRASES =
      Map.of(
          400, "Bad Request",
          403, "Forbidden",
          404, "Not Found",
          405, "Method Not Allowed\r\nAllow: GET",
          426, "Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13",
          431, "Request Header Fields Too Large",
          505, "HTTP Version Not Supported");

  private final WebTerms terms;
  private final TurnedAway turnedAway;
  private final NettyConnection connection;
  // owned by the connection's loop
  private final byte[] head = new byte[HEAD_MAX_BYTES];
  private int length;
  private boolean over;

  WebSocketHandshake(WebTerms terms, TurnedAway turnedAway, NettyConnection connection) {
    this.terms = terms;
    this.turnedAway = turnedAway;
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    boolean opened = false;
    try {
      while (!over && in.isReadable()) {
        if (length == HEAD_MAX_BYTES) {
          refuse(
              ctx, new HttpRequest.Bad(431, "a request has at most " + HEAD_MAX_BYTES + " bytes"));
          return;
        }
        head[length++] = in.readByte();
        if (endsHead()) {
          over = true;
          opened = answered(ctx);
        }
      }
      if (opened) {
        open(ctx, in);
      }
    } finally {
      in.release();
    }
  }

  private boolean endsHead() {
    return length >= 4
        && head[length - 1] == '\n'
        && head[length - 2] == '\r'
        && head[length - 3] == '\n'
        && head[length - 4] == '\r';
  }

  private boolean answered(ChannelHandlerContext ctx) {
    try {
      String text = new String(head, 0, length - 4, StandardCharsets.ISO_8859_1);
      String answer = terms.accept(HttpRequest.read(text));
      ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), answer), ctx.voidPromise());
      return true;
    } catch (HttpRequest.Bad refusal) {
      refuse(ctx, refusal);
      return false;
    }
  }

  private void open(ChannelHandlerContext ctx, ByteBuf rest) {
    WebSocketFrames frames = new WebSocketFrames(connection);
    ctx.pipeline().replace(this, null, frames);
    if (rest.isReadable()) {
      frames.channelRead(ctx.pipeline().context(frames), rest.retain());
    }
  }

  private void refuse(ChannelHandlerContext ctx, HttpRequest.Bad refusal) {
    over = true;
    String text = refusal.getMessage() + "\n";
    String answer =
        "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(refusal.status(), PHRASES.get(refusal.status()), text.length(), text);
    LOG.debug("{}: WebSocket refused: {}", connection.remoteAddress(), refusal.getMessage());
    if (refusal.status() == 403) {
      turnedAway.count("origins", "a page elsewhere tried to connect");
    }
    ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), answer), ctx.voidPromise());
    connection.close();
  }

  /** Nothing of MQTT leaves before there is a WebSocket. */
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    ByteBuf bytes = (ByteBuf) message;
    if (bytes.isReadable()) {
      bytes.release();
      promise.trySuccess();
    } else {
      ctx.write(bytes, promise);
    }
  }
}
