package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.SharedPublish;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What several clients of one loop get alike. */
class SharedPublishTest {
  private static final long UNLIMITED = 0xFFFF_FFFFL;
  private static final int LARGE = 16 * 1024; // at least
  private static final MessageProperties PROPERTIES =
      new MessageProperties(true, null, "re/ply", Payload.ofUtf8("c"), "type", List.of());

  private final NettyEventLoop loop = new NettyEventLoop(new EmbeddedChannel().eventLoop());

  /** A client of the loop: counts the calls that reach its channel, keeps what is written. */
  private final class Receiver extends ChannelOutboundHandlerAdapter {
    final NettyConnection connection;
    final ProtocolVersion version;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int writes;
    private int flushes;

    Receiver(ProtocolVersion version, long maximumPacketSize) {
      this.version = version;
      connection =
          new NettyConnection(
              new EmbeddedChannel(this), loop, EmbeddedClient.profile(Limits.of(1000, 5000)));
      connection.established(version, maximumPacketSize);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      writes++;
      bytes.writeBytes(ByteBufUtil.getBytes((ByteBuf) message));
      ReferenceCountUtil.release(message);
      promise.trySuccess();
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
      flushes++;
    }

    byte[] flushed() {
      connection.flush();
      byte[] all = bytes.toByteArray();
      bytes.reset();
      return all;
    }
  }

  private static SharedPublish form(String topic, int payload, QoS qos, boolean retain) {
    return new SharedPublish(
        new Packet.Publish(
            topic,
            Payload.copyOf("x".repeat(payload).getBytes(StandardCharsets.UTF_8)),
            qos,
            false,
            retain,
            0,
            0,
            PROPERTIES,
            List.of()));
  }

  private static byte[] alone(SharedPublish form, int packetId, ProtocolVersion version) {
    return Peer.written(form.packet(packetId), version, UNLIMITED);
  }

  @ParameterizedTest
  @EnumSource(QoS.class)
  void everyReceiverGetsItsVersionAndItsPacketId(QoS qos) {
    List<SharedPublish> batch = new ArrayList<>();
    for (int payload : new int[] {0, 1, 100, 127, 128, 1_900, 2_047, 2_048, 5_000, 70_000}) {
      batch.add(form("töpic/" + payload, payload, qos, payload % 2 == 1));
    }
    List<Receiver> receivers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      boolean isOld = i % 3 == 0;
      receivers.add(new Receiver(isOld ? ProtocolVersion.V3_1_1 : ProtocolVersion.V5_0, UNLIMITED));
    }
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < receivers.size(); i++) {
        for (int m = 0; m < batch.size(); m++) {
          assertTrue(receivers.get(i).connection.publish(batch.get(m), 0xFE00 + 20 * i + m));
        }
      }
      for (int i = 0; i < receivers.size(); i++) {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int m = 0; m < batch.size(); m++) {
          expected.writeBytes(alone(batch.get(m), 0xFE00 + 20 * i + m, receivers.get(i).version));
        }
        assertArrayEquals(expected.toByteArray(), receivers.get(i).flushed());
      }
    }
  }

  @Test
  void formIsEncodedOnceForEachVersionAndForgottenWithTheNextFlush() {
    SharedPublish form = form("t", 10, QoS.AT_LEAST_ONCE, false);
    Receiver a = new Receiver(ProtocolVersion.V5_0, UNLIMITED);
    Receiver b = new Receiver(ProtocolVersion.V5_0, UNLIMITED);
    Receiver old = new Receiver(ProtocolVersion.V3_1_1, UNLIMITED);
    a.connection.publish(form, 1);
    Object first = form.encoded();
    assertNotNull(first);
    b.connection.publish(form, 2);
    assertSame(first, form.encoded());
    old.connection.publish(form, 3);
    Object both = form.encoded();
    b.connection.publish(form, 4);
    old.connection.publish(form, 5);
    assertSame(both, form.encoded());
    a.connection.flush();
    assertNull(form.encoded());
    assertArrayEquals(alone(form, 1, ProtocolVersion.V5_0), a.bytes.toByteArray());
  }

  @Test
  void whatIsLargeIsNotKept() {
    Receiver receiver = new Receiver(ProtocolVersion.V5_0, UNLIMITED);
    int others =
        alone(form("t", 200, QoS.AT_MOST_ONCE, false), 0, ProtocolVersion.V5_0).length - 200;
    SharedPublish kept = form("t", 2048 - others, QoS.AT_MOST_ONCE, false);
    SharedPublish large = form("t", 2048 - others + 1, QoS.AT_MOST_ONCE, false);
    assertTrue(receiver.connection.publish(kept, 0) && receiver.connection.publish(large, 0));
    assertNotNull(kept.encoded());
    assertNull(large.encoded());
  }

  @Test
  void moreFormsThanAreKeptAreEncodedForEachReceiver() {
    Receiver receiver = new Receiver(ProtocolVersion.V5_0, UNLIMITED);
    List<SharedPublish> forms = new ArrayList<>();
    for (int i = 0; i < 1_030; i++) {
      forms.add(form("t/" + i, 1, QoS.AT_LEAST_ONCE, false));
      assertTrue(receiver.connection.publish(forms.get(i), i + 1));
      assertEquals(i < 1_024, forms.get(i).encoded() != null);
    }
    receiver.connection.flush();
    for (SharedPublish form : forms) {
      assertNull(form.encoded());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 5_000})
  void receiverThatDoesNotAcceptTheSizeGetsNothing(int payload) {
    SharedPublish form = form("t", payload, QoS.AT_LEAST_ONCE, false);
    int size = alone(form, 1, ProtocolVersion.V5_0).length;
    Receiver small = new Receiver(ProtocolVersion.V5_0, size - 1);
    Receiver enough = new Receiver(ProtocolVersion.V5_0, size);
    assertFalse(small.connection.publish(form, 1));
    assertTrue(enough.connection.publish(form, 1));
    assertFalse(small.connection.publish(form, 2));
    assertEquals(0, small.flushed().length);
    assertEquals(size, enough.flushed().length);
  }

  @Test
  void whatMqttCannotSayIsRefused() {
    SharedPublish form = form("x".repeat(65_536), 0, QoS.AT_MOST_ONCE, false);
    assertFalse(new Receiver(ProtocolVersion.V5_0, UNLIMITED).connection.publish(form, 0));
    assertTrue(
        new Receiver(ProtocolVersion.V5_0, UNLIMITED)
            .connection.publish(form("x".repeat(65_535), 0, QoS.AT_MOST_ONCE, false), 0));
  }

  @Test
  void nothingIsRefusedAfterTheConnectionClosed() {
    Receiver receiver = new Receiver(ProtocolVersion.V5_0, 20);
    receiver.connection.close();
    SharedPublish form = form("t", 100, QoS.AT_MOST_ONCE, false);
    assertTrue(receiver.connection.publish(form, 0) && receiver.connection.publish(form.packet()));
    assertEquals(0, receiver.flushed().length);
  }

  @Test
  void batchLeavesWithOneWriteAndOneFlush() {
    Receiver a = new Receiver(ProtocolVersion.V5_0, UNLIMITED);
    Receiver b = new Receiver(ProtocolVersion.V3_1_1, UNLIMITED);
    for (int i = 1; i <= 100; i++) {
      SharedPublish form = form("t", 64, QoS.AT_LEAST_ONCE, false);
      a.connection.publish(form, i);
      b.connection.publish(form, i);
      b.connection.publish(form.packet(i));
      b.connection.send(new Packet.PubRel(i, ReasonCode.SUCCESS));
    }
    assertEquals(0, a.writes + a.flushes + b.writes + b.flushes);
    a.connection.flush();
    b.connection.flush();
    b.connection.flush(); // nothing is pending any more
    assertEquals(List.of(1, 1, 1, 1), List.of(a.writes, a.flushes, b.writes, b.flushes));
  }

  @Test
  void largePayloadIsCopiedOffTheHeapOnceForAllReceivers() {
    SharedPublish form = form("t", LARGE, QoS.AT_LEAST_ONCE, false);
    EmbeddedClient a = client(ProtocolVersion.V5_0);
    EmbeddedClient b = client(ProtocolVersion.V3_1_1);
    a.connection.publish(form, 1);
    b.connection.publish(form.packet(2));
    a.connection.publish(form, 3);
    a.connection.flush();
    b.connection.flush();
    List<ByteBuf> payloads = new ArrayList<>();
    for (EmbeddedClient client : List.of(a, b)) {
      for (ByteBuf part : client.channel.outboundMessages().toArray(ByteBuf[]::new)) {
        if (part.readableBytes() == LARGE) {
          payloads.add(part);
        }
      }
    }
    assertEquals(3, payloads.size());
    payloads.get(0).setByte(LARGE - 1, 'y');
    for (ByteBuf payload : payloads) {
      assertEquals('y', payload.getByte(LARGE - 1));
      assertEquals(3, payload.refCnt(), "nobody else holds it after the flush");
    }
    a.channel.releaseOutbound();
    b.channel.releaseOutbound();
    assertEquals(0, payloads.get(0).refCnt());
  }

  @Test
  void sharedPayloadCountsForTheWritabilityOfEachReceiver() {
    SharedPublish form = form("t", LARGE, QoS.AT_MOST_ONCE, false);
    List<EmbeddedClient> clients =
        List.of(client(ProtocolVersion.V5_0), client(ProtocolVersion.V5_0));
    for (EmbeddedClient client : clients) {
      client.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, LARGE));
      assertTrue(client.connection.isWritable());
      client.connection.publish(form, 0);
      assertFalse(client.connection.isWritable());
    }
    for (EmbeddedClient client : clients) {
      client.connection.flush();
      assertTrue(client.connection.isWritable());
      client.channel.releaseOutbound();
    }
  }

  @Test
  void manyLargePayloadsOfABatchAreAllReleased() {
    EmbeddedClient client = client(ProtocolVersion.V5_0);
    List<SharedPublish> forms = new ArrayList<>();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int i = 0; i < 17; i++) {
      forms.add(form("t", LARGE + i, QoS.AT_MOST_ONCE, false));
      client.connection.publish(forms.get(i), 0);
      expected.writeBytes(alone(forms.get(i), 0, ProtocolVersion.V5_0));
    }
    client.connection.publish(forms.get(16), 0);
    client.connection.publish(forms.get(0), 0); // its buffer is gone, so it gets another
    expected.writeBytes(alone(forms.get(16), 0, ProtocolVersion.V5_0));
    expected.writeBytes(alone(forms.get(0), 0, ProtocolVersion.V5_0));
    client.connection.flush();
    ByteBuf[] parts = client.channel.outboundMessages().toArray(ByteBuf[]::new);
    int shared = 0;
    for (ByteBuf part : parts) {
      shared += part.refCnt() == 2 ? 1 : 0;
    }
    assertEquals(2, shared, "the newest, twice");
    assertArrayEquals(expected.toByteArray(), client.written());
    for (ByteBuf part : parts) {
      assertEquals(0, part.refCnt());
    }
  }

  @Test
  void largePayloadIsReleasedWithTheConnection() {
    EmbeddedClient client = client(ProtocolVersion.V5_0);
    List<ByteBuf> written = new ArrayList<>();
    client
        .channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                written.add((ByteBuf) message);
                ctx.write(message, promise);
              }
            });
    client.connection.publish(form("t", LARGE, QoS.AT_MOST_ONCE, false), 0);
    client.connection.abort();
    client.connection.flush();
    client.channel.runPendingTasks();
    assertEquals(2, written.size());
    assertEquals(0, written.get(0).refCnt() + written.get(1).refCnt());
  }

  private EmbeddedClient client(ProtocolVersion version) {
    EmbeddedClient client = new EmbeddedClient(loop);
    client.connection.established(version, UNLIMITED);
    return client;
  }
}
