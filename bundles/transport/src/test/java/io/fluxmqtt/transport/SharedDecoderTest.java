package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.session.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One decoder for many connections: none meets what is left of another. */
class SharedDecoderTest {
  /** SUBSCRIBE 7 to a, QoS 1. */
  private static final String SUBSCRIBE_3 = "8206000700016101";

  private static final String SUBSCRIBE_5 = "820700070000016101";

  private final SharedDecoder decoder = new SharedDecoder();

  private MqttMessage decode(ProtocolVersion version, String hex) {
    ByteBuf packet = Unpooled.copiedBuffer(Bytes.hex(hex));
    try {
      return decoder.decode(packet, version);
    } finally {
      assertEquals(0, packet.refCnt(), "the packet was not released");
    }
  }

  private void assertSubscribes(ProtocolVersion version, String hex) {
    MqttMessage message = decode(version, hex);
    assertTrue(message.decoderResult().isSuccess());
    var topics = ((MqttSubscribeMessage) message).payload().topicSubscriptions();
    assertEquals(List.of("a"), topics.stream().map(topic -> topic.topicFilter()).toList());
  }

  @Test
  void eachPacketIsReadInTheVersionOfItsClient() {
    for (int i = 0; i < 3; i++) {
      assertSubscribes(ProtocolVersion.V3_1_1, SUBSCRIBE_3);
      assertSubscribes(ProtocolVersion.V5_0, SUBSCRIBE_5);
      assertSubscribes(ProtocolVersion.V3_1, SUBSCRIBE_3);
    }
  }

  @Test
  void connectOfOneDoesNotChangeTheVersionOfAnother() {
    ByteBuf connect = Unpooled.copiedBuffer(Bytes.connect(5));
    assertTrue(decoder.decode(connect, ProtocolVersion.V5_0) instanceof MqttConnectMessage);
    assertSubscribes(ProtocolVersion.V3_1_1, SUBSCRIBE_3);
  }

  @Test
  void failureOfOneIsNoneOfAnother() {
    for (int i = 0; i < 3; i++) {
      assertTrue(decode(ProtocolVersion.V5_0, "82070007000001ff01").decoderResult().isFailure());
      assertSubscribes(ProtocolVersion.V5_0, SUBSCRIBE_5);
    }
  }

  @Test
  void incompletePacketFailsAndLeavesNothingBehind() {
    assertThrows(IllegalStateException.class, () -> decode(ProtocolVersion.V5_0, "820700070000"));
    assertSubscribes(ProtocolVersion.V5_0, SUBSCRIBE_5);
  }

  @Test
  void twoPacketsInOneFailAndLeaveNothingBehind() {
    assertThrows(IllegalStateException.class, () -> decode(ProtocolVersion.V5_0, "c000c000"));
    assertThrows(IllegalStateException.class, () -> decode(ProtocolVersion.V5_0, "c000c0"));
    MqttMessage ping = decode(ProtocolVersion.V5_0, "c000");
    assertEquals(MqttMessageType.PINGREQ, ping.fixedHeader().messageType());
    assertFalse(ping.decoderResult().isFailure());
  }
}
