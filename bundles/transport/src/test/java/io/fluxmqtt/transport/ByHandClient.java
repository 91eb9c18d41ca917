package io.fluxmqtt.transport;

import io.fluxmqtt.session.ConnectionHandler;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client of {@link ByHandBroker}, bytes in and packets out, set up as {@link Door} does it. What
 * the broker writes must be well-formed, and no longer than the client has said.
 */
final class ByHandClient {
  private static final TestListener LISTENER = TestListener.of(Map.of("packetMaxBytes", 2048));

  private final ByHandBroker broker;
  private final EmbeddedChannel channel;
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
  private final List<Packet> received = new ArrayList<>();
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
  private @Nullable Peer peer;

  ByHandClient(ByHandBroker broker) {
    this.broker = broker;
    channel = broker.newLoop();
    channel.config().setAllocator(memory);
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(256, 512));
    NettyConnection connection =
        new NettyConnection(channel, new NettyEventLoop(channel.eventLoop()), LISTENER.profile());
    ConnectionHandler handler = broker.sessions().connected(connection);
    FrameDecoder frames = LISTENER.frames();
    channel.pipeline().addLast(frames, new PacketReceiver(connection, handler, frames));
  }

  boolean isOpen() {
    return channel.isActive();
  }

  /** Sends bytes, as one read, and lets the broker do all that follows. */
  ByHandClient send(byte... bytes) {
    if (isOpen()) {
      noteVersion(bytes);
      channel.writeInbound(memory.heapBuffer(Math.max(1, bytes.length)).writeBytes(bytes));
    }
    broker.settle();
    collect();
    return this;
  }

  /** The client reads no more, or again. */
  void setReading(boolean reads) {
    var outbound = channel.unsafe().outboundBuffer();
    if (outbound != null) {
      outbound.setUserDefinedWritability(1, reads);
      broker.settle();
      collect();
    }
  }

  /** The network breaks, if it has not yet. */
  void cut() {
    channel.close();
    broker.settle();
    collect();
  }

  /** What has come since the last call. */
  List<Packet> received() {
    broker.settle();
    collect();
    List<Packet> all = List.copyOf(received);
    received.clear();
    return all;
  }

  /** The connection has been closed: nothing may be left of it. */
  void requireGone() {
    channel.finishAndReleaseAll();
    broker.forget(channel);
    Peer reader = peer;
    if (reader != null) {
      reader.end();
    }
    long kept = memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
    if (kept != 0) {
      throw new AssertionError(kept + " bytes of a closed connection were never released");
    }
  }

  /** Looks for the protocol level in the first bytes of all. */
  private void noteVersion(byte[] bytes) {
    if (begun.size() > 16) {
      return;
    }
    begun.write(bytes, 0, Math.min(bytes.length, 32));
    byte[] head = begun.toByteArray();
    int at = 1;
    while (at < head.length && head[at] < 0) { // the Remaining Length
      at++;
    }
    int level = at + 1 + 2 + 4; // after the length and the name "MQTT"
    if (peer == null && level < head.length && head[0] >> 4 == 0x1) {
      peer = new Peer(head[level] == 5 ? ProtocolVersion.V5_0 : ProtocolVersion.V3_1_1);
    }
  }

  private void collect() {
    for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
      byte[] copy = ByteBufUtil.getBytes(bytes);
      bytes.release();
      Peer reader = peer;
      if (reader != null) {
        received.addAll(reader.read(copy));
      } else if (copy.length > 0) {
        throw new AssertionError("the broker writes though there was no CONNECT");
      }
    }
  }
}
