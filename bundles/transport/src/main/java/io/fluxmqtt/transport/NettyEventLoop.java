package io.fluxmqtt.transport;

import io.fluxmqtt.session.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A loop of netty's. There is one instance for each, so equal references are the same loop. */
final class NettyEventLoop implements EventLoop {
  private static final Logger LOG = LoggerFactory.getLogger(NettyEventLoop.class);

  private final io.netty.channel.EventLoop loop;
  private final RecentTopics topics = new RecentTopics();
  private final SharedFrames frames = new SharedFrames();
  private final SharedDecoder decoder = new SharedDecoder();

  NettyEventLoop(io.netty.channel.EventLoop loop) {
    this.loop = loop;
  }

  /** The Topic Names that came last on this loop. */
  RecentTopics topics() {
    return topics;
  }

  /** What the connections of this loop encode for one another. On the loop. */
  SharedFrames frames() {
    return frames;
  }

  /** Netty's decoder. */
  SharedDecoder decoder() {
    return decoder;
  }

  @Override
  public boolean inLoop() {
    return loop.inEventLoop();
  }

  @Override
  public void execute(Runnable task) {
    try {
      loop.execute(() -> run(task));
    } catch (RejectedExecutionException e) {
      LOG.debug("task dropped, the loop has ended");
    }
  }

  @Override
  public Timer schedule(Runnable task, long delay, TimeUnit unit) {
    try {
      ScheduledFuture<?> future = loop.schedule(() -> run(task), delay, unit);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      LOG.debug("timer dropped, the loop has ended");
      return () -> {};
    }
  }

  /** One task's failure must not reach the loop's other connections, nor vanish in a future. */
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      LOG.error("a task on an event loop failed", e);
    }
  }
}
