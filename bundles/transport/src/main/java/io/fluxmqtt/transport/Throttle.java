package io.fluxmqtt.transport;

import io.fluxmqtt.session.EventLoop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one client to the rates of its listener: what it sends beyond them is not read until a
 * timer says so, so that it waits at the client. Nothing is dropped. Owned by the connection's
 * loop; a connection without rates has none.
 *
 * <p>As the first handler it counts the bytes that come from the socket, with those of TLS and
 * WebSocket. More than was allowed may have come with the last read, and is waited for afterwards.
 * PUBLISH packets {@link FrameDecoder} asks for one by one, and keeps the rest of the read back. It
 * begins with CONNECT: that one has its own limits of time and size.
 */
final class Throttle extends ChannelInboundHandlerAdapter {
  /** More pauses a second would cost more than they keep away. */
  private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final NettyConnection connection;
  private final AtomicLong pauses;
  private final LongSupplier nanoTime;
  private final TokenBucket messages;
  private final TokenBucket bytes;
  private Runnable goOn = () -> {};
  private Runnable whenOver = () -> {};
  private boolean begun;
  private EventLoop.@Nullable Timer timer; // null while the client may send
  private long dueAt; // of the timer

  private Throttle(
      ClientRates rates, NettyConnection connection, AtomicLong pauses, LongSupplier nanoTime) {
    long now = nanoTime.getAsLong();
    this.connection = connection;
    this.pauses = pauses;
    this.nanoTime = nanoTime;
    this.messages = new TokenBucket(rates.messagesPerSecond(), now);
    this.bytes = new TokenBucket(rates.bytesPerSecond(), now);
  }

  /**
   * Keeps a new connection, which has no handlers yet, to rates.
   *
   * @param pauses counts how often reading was paused
   */
  static Throttle install(
      ClientRates rates,
      Channel channel,
      NettyConnection connection,
      AtomicLong pauses,
      LongSupplier nanoTime) {
    Throttle throttle = new Throttle(rates, connection, pauses, nanoTime);
    channel.config().setRecvByteBufAllocator(Acceptor.readBuffers(rates.readBytes()));
    channel.pipeline().addLast(throttle);
    connection.keepTo(throttle);
    return throttle;
  }

  /**
   * Sets what is told.
   *
   * @param next has what was read and kept back decoded, as far as it may be now
   * @param over called when the client may send again
   */
  void onPause(Runnable next, Runnable over) {
    goOn = next;
    whenOver = over;
  }

  /** CONNECT has come. */
  void begin() {
    begun = true;
  }

  /** Whether a PUBLISH may be handed on now; else all that was read waits. */
  boolean permitsPublish() {
    long now = nanoTime.getAsLong();
    long wait = messages.nanosUntil(1, now);
    if (wait > 0) {
      pause(wait, now);
    }
    return wait == 0;
  }

  /** A PUBLISH was handed on. */
  void published() {
    messages.take(1, nanoTime.getAsLong());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (begun) {
      long now = nanoTime.getAsLong();
      bytes.take(((ByteBuf) message).readableBytes(), now);
      pauseForBytes(now);
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (timer != null) {
      timer.cancel();
    }
    ctx.fireChannelInactive();
  }

  private void pauseForBytes(long now) {
    long wait = bytes.nanosUntil(0, now);
    if (wait > 0) {
      pause(wait, now);
    }
  }

  /** Of several reasons the first that ends counts; whether another goes on is seen then. */
  private void pause(long atLeast, long now) {
    long nanos = Math.max(atLeast, LEAST_PAUSE_NANOS);
    if (timer != null) {
      if (now + nanos - dueAt >= 0) {
        return;
      }
      timer.cancel();
    }
    if (!connection.isHeldBack()) {
      pauses.incrementAndGet();
      connection.holdBack(true);
    }
    dueAt = now + nanos;
    timer = connection.loop().schedule(this::due, nanos, TimeUnit.NANOSECONDS);
  }

  private void due() {
    timer = null;
    goOn.run();
    pauseForBytes(nanoTime.getAsLong());
    if (timer == null) {
      connection.holdBack(false);
      whenOver.run();
    }
  }
}
