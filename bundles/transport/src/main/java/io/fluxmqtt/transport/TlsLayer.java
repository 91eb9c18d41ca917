package io.fluxmqtt.transport;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;

/** TLS, as the files of one reading have it. */
final class TlsLayer implements Layer {
  /** How long the farewell of TLS may hold up a connection that is closed. */
  private static final long CLOSE_NOTIFY_MILLIS = 200;

  private final TlsContext context;
  private final TlsWorkers workers;
  private final TurnedAway turnedAway;

  TlsLayer(TlsContext context, TlsWorkers workers, TurnedAway turnedAway) {
    this.context = context;
    this.workers = workers;
    this.turnedAway = turnedAway;
  }

  TlsContext context() {
    return context;
  }

  @Override
  public void install(Channel channel, NettyConnection connection) {
    SslHandler ssl = new SslHandler(context.engine(), workers.of(channel));
    ssl.setHandshakeTimeoutMillis(connection.listener().limits().connectTimeoutMillis());
    ssl.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
    TlsRecords records = new TlsRecords();
    channel
        .pipeline()
        .addLast(records, ssl, new TlsHandshake(context, records, ssl, connection, turnedAway));
    connection.lastWords(ssl::closeOutbound);
  }
}
