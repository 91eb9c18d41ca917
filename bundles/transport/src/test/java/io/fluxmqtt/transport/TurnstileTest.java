package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TurnstileTest {
  private final Queue<Runnable> first = new ArrayDeque<>();
  private final Queue<Runnable> second = new ArrayDeque<>();
  private long now;
  private final EmbeddedChannel server = server(List.of(first::add, second::add));

  private EmbeddedChannel server(List<Executor> loops) {
    EmbeddedChannel server = new EmbeddedChannel(new Turnstile(loops, () -> now));
    server.freezeTime();
    return server;
  }

  private static void accept(EmbeddedChannel server, int clients) {
    for (int i = 0; i < clients; i++) {
      server.pipeline().fireChannelRead("client");
    }
    server.pipeline().fireChannelReadComplete();
  }

  private boolean isOpen() {
    server.runPendingTasks();
    server.runScheduledPendingTasks();
    return server.config().isAutoRead();
  }

  private void pass(long nanos) {
    now += nanos;
    server.advanceTimeBy(nanos, TimeUnit.NANOSECONDS);
  }

  @Test
  void fewClientsPassWithoutAQuestion() {
    accept(server, Turnstile.BATCH - 1);
    accept(server, Turnstile.BATCH - 1);

    assertTrue(isOpen());
    assertEquals(0, first.size() + second.size());
  }

  @Test
  void aFullBatchPassesAndTheNextWaitsForAllLoops() {
    accept(server, Turnstile.BATCH);
    assertEquals(Turnstile.BATCH, server.inboundMessages().size());
    assertFalse(isOpen());

    first.remove().run();
    assertFalse(isOpen());

    second.remove().run();
    assertTrue(isOpen());
  }

  @Test
  void theLongerTheLoopsTakeTheLongerTheNextBatchWaits() {
    accept(server, Turnstile.BATCH);
    pass(1_000_000);
    first.remove().run();
    second.remove().run();
    assertFalse(isOpen());

    pass(1_000_000L * Turnstile.REST - 1);
    assertFalse(isOpen());

    pass(1);
    assertTrue(isOpen());
  }

  @Test
  void aLoopThatHangsHoldsUpTheOthersNoLongerThanPatienceLasts() {
    accept(server, Turnstile.BATCH);
    first.remove().run();
    pass(TimeUnit.MILLISECONDS.toNanos(Turnstile.PATIENCE_MILLIS));
    assertTrue(isOpen());

    accept(server, Turnstile.BATCH);
    second.remove().run(); // of the batch before
    first.remove().run();
    assertFalse(isOpen());

    second.remove().run();
    assertTrue(isOpen());
  }

  @Test
  void aLoopThatHasEndedIsNotWaitedFor() {
    Executor ended =
        task -> {
          throw new RejectedExecutionException();
        };
    EmbeddedChannel other = server(List.of(ended));
    accept(other, Turnstile.BATCH);
    other.runPendingTasks();
    other.runScheduledPendingTasks();

    assertTrue(other.config().isAutoRead());
  }
}
