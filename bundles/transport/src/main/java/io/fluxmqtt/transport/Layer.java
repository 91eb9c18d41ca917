package io.fluxmqtt.transport;

import io.netty.channel.Channel;

/**
 * Something between the socket and MQTT that each new connection of a listener goes through, such
 * as encryption. Shared by all connections of the same terms.
 */
@FunctionalInterface
interface Layer {
  /**
   * Adds its handlers to a new connection, on the connection's loop, before those of MQTT. The
   * outermost layer is asked first. What it learns of the client it tells the connection.
   */
  void install(Channel channel, NettyConnection connection);
}
