package io.fluxmqtt.transport;

import io.fluxmqtt.session.ConnectionHandler;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.SessionManager;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up each connection that one server socket has accepted, on the terms that hold then. */
@Sharable
final class Door extends ChannelInitializer<Channel> {
  /**
   * What new connections are given.
   *
   * @param layers what they go through, the outermost first
   */
  record Terms(ListenerSettings settings, ListenerProfile profile, List<Layer> layers) {
    /** Copies the list. */
    Terms {
      layers = List.copyOf(layers);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  private final SessionManager sessions;
  private final Loops loops;
  private final Clients clients;
  private volatile Terms terms;

  Door(SessionManager sessions, Loops loops, Clients clients, Terms terms) {
    this.sessions = sessions;
    this.loops = loops;
    this.clients = clients;
    this.terms = terms;
  }

  /** Changes the terms for connections to come. */
  void change(Terms fresh) {
    terms = fresh;
  }

  Terms terms() {
    return terms;
  }

  @Override
  protected void initChannel(Channel channel) {
    Terms now = terms;
    if (!clients.admit(channel, now.settings())) {
      channel.close();
      return;
    }
    NettyEventLoop loop = loops.adapter(channel.eventLoop());
    NettyConnection connection = new NettyConnection(channel, loop, now.profile());
    ConnectionHandler handler;
    try {
      handler = sessions.connected(connection);
    } catch (Throwable e) {
      LOG.error("turning {} away: unexpected {}", connection.remoteAddress(), e.toString());
      LOG.debug("where it came from", e);
      channel.close();
      return;
    }
    Limits limits = now.profile().limits();
    ClientRates rates = now.settings().rates();
    Throttle throttle = null;
    if (rates.isOn()) {
      throttle = Throttle.install(rates, channel, connection, clients.pauses(), System::nanoTime);
    }
    now.layers().forEach(layer -> layer.install(channel, connection));
    FrameDecoder frames = new FrameDecoder(limits, now.settings().versions(), loop.topics());
    PacketReceiver receiver = new PacketReceiver(connection, handler, frames);
    if (throttle != null) {
      frames.keepTo(throttle);
      throttle.onPause(frames::goOn, receiver::readsAgain);
    }
    channel.pipeline().addLast(frames, receiver);
    clients.add(channel, receiver, now.profile().redirect());
  }
}
