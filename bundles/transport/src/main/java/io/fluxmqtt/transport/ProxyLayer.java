package io.fluxmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;

/**
 * A PROXY header in front of all else, which says where the client really is; who it is that
 * connects was judged before. Whom it names is judged here, as others are at accept.
 */
final class ProxyLayer implements Layer {
  private final ProxyTerms.Protocol protocol;
  private final AddressRanges addressesAllowed;
  private final TurnedAway turnedAway;

  ProxyLayer(ProxyTerms.Protocol protocol, AddressRanges addressesAllowed, TurnedAway turnedAway) {
    this.protocol = protocol;
    this.addressesAllowed = addressesAllowed;
    this.turnedAway = turnedAway;
  }

  @Override
  public void install(Channel channel, NettyConnection connection) {
    channel.pipeline().addLast(new Reader(connection));
  }

  private final class Reader extends ChannelInboundHandlerAdapter {
    private final NettyConnection connection;
    // owned by the connection's loop
    private final ProxyHeader header = new ProxyHeader(protocol);
    private boolean refused;

    Reader(NettyConnection connection) {
      this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf in = (ByteBuf) message;
      ProxyHeader.Origin origin = null;
      try {
        while (!refused && origin == null && in.isReadable()) {
          origin = header.take(in.readByte());
        }
        if (origin != null) {
          judge(origin);
        }
      } catch (ProxyHeader.Bad e) {
        refuse("proxyProtocol", e.getMessage() + " from " + connection.remoteAddress());
      }
      if (origin == null || refused || !in.isReadable()) {
        in.release();
        in = null;
      }
      if (origin != null && !refused) {
        ctx.pipeline().remove(this);
      }
      if (in != null) {
        ctx.fireChannelRead(in);
      }
    }

    private void judge(ProxyHeader.Origin origin) {
      if (origin.forwarded()) {
        connection.forwarded(origin.address());
      }
      InetSocketAddress from = origin.forwarded() ? origin.address() : connection.remoteAddress();
      if (!addressesAllowed.isEmpty() && !addressesAllowed.contains(from)) {
        refuse("addressesAllowed", from == null ? "no address was told" : from.toString());
      }
    }

    private void refuse(String key, String why) {
      refused = true;
      turnedAway.count(key, why);
      connection.abort();
    }
  }
}
