package io.fluxmqtt.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Accepts no faster than the loops keep up, so that a rush of new clients does not delay those who
 * are there. As long as fewer come than the server socket takes at once, nothing is changed. After
 * a full batch the next has to wait until each loop has come round once since, and {@link #REST}
 * times as long as that took: where it takes long, the processors have enough to do. It waits
 * {@link #PATIENCE_MILLIS} at most, as a loop that hangs must not close the door of the others. Who
 * waits does so in the backlog of the socket.
 *
 * <p>One for each server socket, on the loop of that.
 */
final class Turnstile extends ChannelInboundHandlerAdapter {
  /** As many as netty accepts at once. */
  static final int BATCH = 16;

  static final int REST = 3;
  static final long PATIENCE_MILLIS = 100;

  private final Collection<? extends Executor> loops;
  private final LongSupplier nanoTime;
  // all owned by the loop of the server socket
  private int accepted;
  private long batch; // the number of the one that the loops are asked about
  private @Nullable Future<?> patience;

  /**
   * At a server socket.
   *
   * @param loops those that clients are spread over
   * @param nanoTime a monotonic clock, for any thread
   */
  Turnstile(Collection<? extends Executor> loops, LongSupplier nanoTime) {
    this.loops = loops;
    this.nanoTime = nanoTime;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    accepted++;
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (accepted >= BATCH) {
      ctx.channel().config().setAutoRead(false);
      askRound(ctx);
    }
    accepted = 0;
    ctx.fireChannelReadComplete();
  }

  private void askRound(ChannelHandlerContext ctx) {
    long asked = ++batch;
    long begin = nanoTime.getAsLong();
    AtomicInteger missing = new AtomicInteger(loops.size());
    Runnable answer =
        () -> {
          if (missing.decrementAndGet() == 0) {
            resumeAfter(ctx, asked, (nanoTime.getAsLong() - begin) * REST);
          }
        };
    patience =
        ctx.executor().schedule(() -> resume(ctx, asked), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    for (Executor loop : loops) {
      try {
        loop.execute(answer);
      } catch (RejectedExecutionException e) { // it has ended, so it holds up nobody
        answer.run();
      }
    }
  }

  private void resumeAfter(ChannelHandlerContext ctx, long asked, long nanos) {
    try {
      ctx.executor().schedule(() -> resume(ctx, asked), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // the loop has ended, and with it the socket
    }
  }

  private void resume(ChannelHandlerContext ctx, long asked) {
    Channel channel = ctx.channel();
    if (asked != batch || patience == null) {
      return;
    }
    patience.cancel(false);
    patience = null;
    channel.config().setAutoRead(true);
  }
}
