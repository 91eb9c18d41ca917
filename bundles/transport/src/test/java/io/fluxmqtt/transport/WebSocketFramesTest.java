package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.session.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames of a WebSocket, without a socket. */
class WebSocketFramesTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final NettyConnection connection =
      new NettyConnection(
          channel,
          new NettyEventLoop(channel.eventLoop()),
          EmbeddedClient.profile(Limits.of(1_000, 5_000)));

  WebSocketFramesTest() {
    channel.pipeline().addLast(new WebSocketFrames(connection));
  }

  @AfterEach
  void end() {
    channel.finishAndReleaseAll();
  }

  private void receive(byte[] bytes) {
    channel.writeInbound(channel.alloc().buffer(bytes.length).writeBytes(bytes));
  }

  private byte[] streamed() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
      assertTrue(next.isReadable(), "nothing was handed on");
      all.writeBytes(ByteBufUtil.getBytes(next));
      next.release();
    }
    return all.toByteArray();
  }

  private String sent() {
    StringBuilder all = new StringBuilder();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      all.append(ByteBufUtil.hexDump(next));
      next.release();
    }
    return all.toString();
  }

  /** However frames, fragments, pings and reads cut it. */
  @Test
  void whatFramesCarryIsOneStream() {
    Random random = new Random(6);
    for (int round = 0; round < 300; round++) {
      ByteArrayOutputStream wire = new ByteArrayOutputStream();
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (int message = 0; message < 4; message++) {
        int fragments = 1 + random.nextInt(3);
        for (int i = 0; i < fragments; i++) {
          byte[] payload = new byte[size(random)];
          random.nextBytes(payload);
          int first = (i == 0 ? 2 : 0) | (i == fragments - 1 ? 0x80 : 0);
          wire.writeBytes(WebSocketLine.frame(first, payload));
          stream.writeBytes(payload);
          if (random.nextInt(3) == 0) {
            wire.writeBytes(WebSocketLine.frame(0x89, new byte[random.nextInt(126)]));
          }
        }
      }
      byte[] all = wire.toByteArray();
      int at = 0;
      while (at < all.length) {
        int length = Math.min(all.length - at, 1 + size(random));
        receive(Arrays.copyOfRange(all, at, at + length));
        at += length;
      }
      assertArrayEquals(stream.toByteArray(), streamed());
      sent();
    }
    assertTrue(channel.isActive());
  }

  /** Around the lengths that are written otherwise. */
  private static int size(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> 124 + random.nextInt(4);
      case 2 -> random.nextInt(20) == 0 ? 65_534 + random.nextInt(4) : 3;
      default -> random.nextInt(40);
    };
  }

  @Test
  void allOfAReadIsHandedOnAsOne() {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    wire.writeBytes(WebSocketLine.frame(0x82, Bytes.hex("0102")));
    wire.writeBytes(WebSocketLine.frame(0x82, Bytes.hex("03")));
    receive(wire.toByteArray());
    ByteBuf one = channel.readInbound();
    assertEquals("010203", ByteBufUtil.hexDump(one));
    one.release();
    assertEquals(0, channel.inboundMessages().size());
  }

  @ParameterizedTest
  @CsvSource({"0, ''", "1, 8201", "125, 827d", "126, 827e007e", "65535, 827effff"})
  void whatLeavesHasAHeader(int length, String header) {
    channel.writeOutbound(channel.alloc().buffer().writeZero(length));
    assertEquals(header + "00".repeat(length), sent());
  }

  @Test
  void longFrameHasALengthOf64Bits() {
    channel.writeOutbound(channel.alloc().buffer().writeZero(65_536));
    assertEquals("827f0000000000010000", sent().substring(0, 20));
  }

  @Test
  void nothingFollowsTheCloseFrame() {
    connection.close();
    channel.pipeline().writeAndFlush(channel.alloc().buffer().writeZero(1));
    byte[] ping = WebSocketLine.frame(0x89, Bytes.hex("01"));
    channel.pipeline().fireChannelRead(channel.alloc().buffer().writeBytes(ping));
    channel.pipeline().fireChannelReadComplete();
    assertEquals("880203e8", sent());
  }

  @Test
  void closeOfTheClientIsAnsweredOnceAndEndsTheStream() {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    wire.writeBytes(WebSocketLine.frame(0x82, Bytes.hex("01")));
    wire.writeBytes(WebSocketLine.frame(0x88, Bytes.hex("03E9AABB")));
    wire.writeBytes(WebSocketLine.frame(0x88, Bytes.hex("03E8")));
    wire.writeBytes(WebSocketLine.frame(0x82, Bytes.hex("02")));
    receive(wire.toByteArray());
    assertEquals("880203e9", sent());
    assertArrayEquals(Bytes.hex("01"), streamed());
  }

  /** Whatever comes is taken or closes the connection, and no buffer is lost. */
  @Test
  void anyBytesAreTakenOrClose() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      WebSocketFramesTest fresh = new WebSocketFramesTest();
      byte[] bytes = new byte[1 + random.nextInt(60)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) { // else most end at the first byte
        bytes[0] = (byte) 0x82;
      }
      fresh.receive(bytes);
      String answer = fresh.sent();
      assertTrue(
          answer.isEmpty() || answer.startsWith("88") || answer.startsWith("8a"),
          () -> HexFormat.of().formatHex(bytes) + " answered by " + answer);
      fresh.end();
    }
  }
}
