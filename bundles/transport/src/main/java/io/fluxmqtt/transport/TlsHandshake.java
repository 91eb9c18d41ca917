package io.fluxmqtt.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * Behind what decrypts: tells the connection who has shown a certificate, before anything of MQTT
 * comes, and counts and names what goes wrong. On the connection's loop.
 */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
  private final TlsContext context;
  private final TlsRecords records;
  private final SslHandler ssl;
  private final NettyConnection connection;
  private final TurnedAway turnedAway;
  private boolean established;
  private boolean failed;

  TlsHandshake(
      TlsContext context,
      TlsRecords records,
      SslHandler ssl,
      NettyConnection connection,
      TurnedAway turnedAway) {
    this.context = context;
    this.records = records;
    this.ssl = ssl;
    this.connection = connection;
    this.turnedAway = turnedAway;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent completion) {
      if (completion.isSuccess()) {
        succeeded(ctx);
      } else {
        fail(ctx, completion.cause());
      }
    } else if (!(event instanceof SslCloseCompletionEvent)) {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void succeeded(ChannelHandlerContext ctx) {
    SSLSession session = ssl.engine().getSession();
    try {
      connection.shown(context.shown(session));
    } catch (CertificateException e) {
      fail(ctx, e);
      return;
    }
    established = true;
    if (session.getProtocol().equals("TLSv1.3")) { // has no renegotiation
      ctx.pipeline().remove(records);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (established) {
      ctx.fireChannelRead(message);
    } else { // refused though the handshake was done
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable caught) {
    Throwable cause =
        caught instanceof DecoderException && caught.getCause() != null
            ? caught.getCause()
            : caught;
    if (!established || cause instanceof TlsRefusal) {
      fail(ctx, cause);
    } else if (cause instanceof SSLException) {
      ctx.fireExceptionCaught(cause); // an IOException: nobody's fault but the network's
    } else {
      ctx.fireExceptionCaught(caught);
    }
  }

  private void fail(ChannelHandlerContext ctx, Throwable cause) {
    boolean inHandshake = !established;
    established = false;
    if (!failed) {
      failed = true;
      TlsFailure failure =
          inHandshake && records.alert() > 0
              ? TlsFailure.ofAlert(records.alert())
              : TlsFailure.of(cause);
      if (records.hasBegun() || !failure.reason().equals("closed")) { // else nobody but a probe
        turnedAway.count(
            "tls-" + failure.reason(),
            "the handshake with %s failed: %s".formatted(address(), failure.words()));
      }
    }
    if (inHandshake) {
      ctx.close();
    } else {
      reset(ctx.channel());
    }
  }

  /** A farewell in peace would look to the client as if it might have gone on. */
  private static void reset(Channel channel) {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.unsafe().close(channel.unsafe().voidPromise());
  }

  private String address() {
    InetSocketAddress address = connection.remoteAddress();
    return address == null ? "somebody" : NetUtil.toSocketAddressString(address);
  }
}
