package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.SessionStore.Completion;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Waits for the end of a commit and counts how often it was told. */
final class Outcome implements Completion {
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicInteger times = new AtomicInteger();
  private volatile @Nullable Throwable failure;

  @Override
  public void completed(@Nullable Throwable newFailure) {
    failure = newFailure;
    times.incrementAndGet();
    done.countDown();
  }

  boolean isDone() {
    return times.get() > 0;
  }

  int times() {
    return times.get();
  }

  @Nullable Throwable await() throws InterruptedException {
    assertTrue(done.await(10, TimeUnit.SECONDS), "no completion");
    return failure;
  }

  void assertSuccess() throws InterruptedException {
    assertNull(await());
  }
}
