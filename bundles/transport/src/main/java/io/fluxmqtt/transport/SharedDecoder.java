package io.fluxmqtt.transport;

import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Netty's decoder for all connections of one loop. {@link FrameDecoder} cuts out whole packets, so
 * nothing is left of one when another's comes; one decoder for each connection would cost each some
 * 300 bytes. On the loop.
 *
 * <p>The decoder is kept only while it is as new: after a failure, or should it ever not take a
 * packet to its end, the next packet gets another.
 */
final class SharedDecoder {
  /** Where netty's decoder looks for the version of its channel, as CONNECT has told it. */
  private static final AttributeKey<MqttVersion> VERSION =
      AttributeKey.valueOf("NETTY_CODEC_MQTT_VERSION");

  private static final int MAX_BYTES = 1 + 4 + Wire.MAX_VARIABLE; // the listener's limit was kept

  /** What the decoder makes of a packet. */
  private static final class Outcome extends ChannelInboundHandlerAdapter {
    private @Nullable Object message;
    private @Nullable Throwable failure;
    private int count;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object decoded) {
      ReferenceCountUtil.release(message);
      message = decoded;
      count++;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failure = cause;
    }
  }

  private Outcome outcome = new Outcome();
  private @Nullable EmbeddedChannel channel;

  /**
   * The packet, which is released; it may have failed.
   *
   * @param version the version of its client
   * @throws IllegalStateException if the decoder did not make one packet of it
   */
  MqttMessage decode(ByteBuf packet, @Nullable ProtocolVersion version) {
    EmbeddedChannel decoder = channel == null ? open() : channel;
    Outcome made = outcome;
    decoder.attr(VERSION).set(version == null ? null : versionOf(version));
    packet.retain();
    try {
      decoder.pipeline().fireChannelRead(packet);
      if (made.count == 1
          && made.failure == null
          && made.message instanceof MqttMessage message
          && !packet.isReadable()) {
        made.message = null;
        made.count = 0;
        if (message.decoderResult().isFailure()) {
          close(decoder);
        }
        return message;
      }
    } finally {
      packet.release();
    }
    close(decoder);
    ReferenceCountUtil.release(made.message);
    throw new IllegalStateException(
        "netty's decoder made %d packets of one".formatted(made.count), made.failure);
  }

  private EmbeddedChannel open() {
    outcome = new Outcome();
    channel = new EmbeddedChannel(new MqttDecoder(MAX_BYTES, Limits.MAX_STRING), outcome);
    return channel;
  }

  private void close(EmbeddedChannel decoder) {
    channel = null;
    decoder.finishAndReleaseAll();
  }

  private static MqttVersion versionOf(ProtocolVersion version) {
    return switch (version) {
      case V3_1 -> MqttVersion.MQTT_3_1;
      case V3_1_1 -> MqttVersion.MQTT_3_1_1;
      case V5_0 -> MqttVersion.MQTT_5;
    };
  }
}
