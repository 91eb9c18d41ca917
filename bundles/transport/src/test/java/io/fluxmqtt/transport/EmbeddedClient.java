package io.fluxmqtt.transport;

import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Checks;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.ReasonStrings;
import io.fluxmqtt.session.ResponseInformation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A connection without a socket, set up as {@link Door} does it. */
final class EmbeddedClient {
  static final int MAX_BYTES = 200_000;

  final EmbeddedChannel channel =
      new EmbeddedChannel() {
        @Override
        protected void doWrite(ChannelOutboundBuffer waiting) throws Exception {
          if (taking) {
            super.doWrite(waiting);
          }
        }
      };
  final NettyConnection connection;
  final RecordingSessions sessions = new RecordingSessions();
  final RecordingSessions.Recorder recorder;
  final AtomicLong pauses = new AtomicLong();
  private long nowNanos;
  private boolean taking = true;

  EmbeddedClient() {
    this(Limits.of(MAX_BYTES, 5000));
  }

  EmbeddedClient(int packetMaxBytes) {
    this(Limits.of(packetMaxBytes, 5000));
  }

  EmbeddedClient(Limits limits) {
    this(limits, null);
  }

  /** One of several on a loop. */
  EmbeddedClient(NettyEventLoop loop) {
    this(Limits.of(MAX_BYTES, 5000), loop);
  }

  /** One that is kept to rates; the time is {@link #pass driven by hand}. */
  EmbeddedClient(ClientRates rates) {
    this(Limits.of(MAX_BYTES, 5000), null, rates);
  }

  private EmbeddedClient(Limits limits, @Nullable NettyEventLoop shared) {
    this(limits, shared, ClientRates.NONE);
  }

  private EmbeddedClient(Limits limits, @Nullable NettyEventLoop shared, ClientRates rates) {
    NettyEventLoop loop = shared == null ? new NettyEventLoop(channel.eventLoop()) : shared;
    connection = new NettyConnection(channel, loop, profile(limits));
    recorder = (RecordingSessions.Recorder) sessions.connected(connection);
    FrameDecoder frames = new FrameDecoder(limits, new RecentTopics());
    PacketReceiver receiver = new PacketReceiver(connection, recorder, frames);
    if (rates.isOn()) {
      channel.freezeTime();
      Throttle throttle = Throttle.install(rates, channel, connection, pauses, () -> nowNanos);
      frames.keepTo(throttle);
      throttle.onPause(frames::goOn, receiver::readsAgain);
    }
    channel.pipeline().addLast(frames, receiver);
  }

  /** Lets time go by, where that is driven by hand. */
  void pass(long millis) {
    for (long i = 0; i < millis; i++) {
      nowNanos += 1_000_000;
      channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
    }
  }

  /** A listener that restricts nothing. */
  static ListenerProfile profile(Limits limits) {
    return new ListenerProfile(
        "test",
        true,
        false,
        List.of(),
        limits,
        Capabilities.ALL,
        Checks.STANDARD,
        ReasonStrings.UNLESS_DECLINED,
        ResponseInformation.NONE,
        null);
  }

  /** One that has sent CONNECT. */
  static EmbeddedClient connected(int level) {
    return connected(level, MAX_BYTES);
  }

  static EmbeddedClient connected(int level, int packetMaxBytes) {
    EmbeddedClient client = new EmbeddedClient(packetMaxBytes);
    client.feed(Bytes.connect(level));
    client.recorder.received.clear();
    return client;
  }

  /** Sends bytes as one read. */
  void feed(byte... bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes));
    channel.runPendingTasks();
  }

  /** From now on nothing leaves, as if the client did not read. */
  void stopTaking() {
    taking = false;
  }

  /** All that waits leaves. */
  void take() {
    taking = true;
    channel.flush();
    channel.runPendingTasks();
  }

  Packet onlyPacket() {
    if (recorder.received.size() != 1 || !(recorder.received.get(0) instanceof Packet packet)) {
      throw new AssertionError("not one packet: " + recorder.received);
    }
    return packet;
  }

  ProtocolViolation onlyViolation() {
    if (recorder.received.size() != 1
        || !(recorder.received.get(0) instanceof ProtocolViolation violation)) {
      throw new AssertionError("not one violation: " + recorder.received);
    }
    return violation;
  }

  /** What was written since the last call. */
  byte[] written() {
    channel.runPendingTasks();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuf buffer = channel.readOutbound(); buffer != null; buffer = channel.readOutbound()) {
      all.writeBytes(ByteBufUtil.getBytes(buffer));
      buffer.release();
    }
    return all.toByteArray();
  }
}
