package io.fluxmqtt.transport;

import io.netty.channel.Channel;

/**
 * MQTT in the binary frames of a WebSocket. Parsed here rather than by netty-codec-http, whose
 * decoder keeps a frame until it is whole: MQTT is a stream, so what has come of a frame goes on at
 * once, however long the frame says it is.
 */
final class WebSocketLayer implements Layer {
  private final WebTerms terms;
  private final TurnedAway turnedAway;

  WebSocketLayer(WebTerms terms, TurnedAway turnedAway) {
    this.terms = terms;
    this.turnedAway = turnedAway;
  }

  @Override
  public void install(Channel channel, NettyConnection connection) {
    channel.pipeline().addLast(new WebSocketHandshake(terms, turnedAway, connection));
  }
}
