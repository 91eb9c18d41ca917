package io.fluxmqtt.transport;

import io.netty.channel.Channel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what takes too long for an event loop in a handshake: signatures, and the validation
 * of client certificates. Each connection has at most one task here. A task that finds no room ends
 * its handshake; one whose connection has gone is not done. Threads start when there is work and
 * end when there is none.
 */
final class TlsWorkers {
  private static final int QUEUE_MAX = 20_000;
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor executor;

  TlsWorkers(int threads) {
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUE_MAX),
            new DefaultThreadFactory("flux-mqtt-tls", true));
    executor.allowCoreThreadTimeOut(true);
  }

  /** Half of the cores, as the loops have to go on. */
  static TlsWorkers ofThisMachine() {
    return new TlsWorkers(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
  }

  /** What runs the tasks of one connection. */
  Executor of(Channel channel) {
    return task ->
        executor.execute(
            () -> {
              if (channel.isOpen()) {
                task.run();
              }
            });
  }

  void close() {
    executor.shutdownNow();
  }
}
