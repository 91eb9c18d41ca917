package io.fluxmqtt.auth.jaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class LoginWorkersTest {
  private static final Authentication DONE = new Authentication.Abstained();
  private static final Authentication OVERDUE =
      new Authentication.Rejected(ReasonCode.SERVER_UNAVAILABLE);
  private static final Authentication BUSY = new Authentication.Rejected(ReasonCode.SERVER_BUSY);
  private static final long LONG = 600_000;

  private final CountDownLatch gate = new CountDownLatch(1);
  private final LoginWorkers workers = workers(1, 1, LONG);

  @AfterEach
  void tearDown() {
    gate.countDown();
    workers.close();
  }

  private static LoginWorkers workers(int threads, int queueMax, long millis) {
    return new LoginWorkers("test", new LoginWorkers.Bounds(threads, queueMax, millis));
  }

  @Test
  void workIsDoneOnAThreadOfItsOwn() {
    AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
    Authentication answer =
        submit(
                () -> {
                  worker.set(Thread.currentThread());
                  return DONE;
                })
            .join();
    assertEquals(DONE, answer);
    assertNotSame(Thread.currentThread(), worker.get());
    assertTrue(worker.get().isDaemon());
  }

  @Test
  void fullQueueIsBusyUntilItMayBeLonger() {
    List<CompletableFuture<Authentication>> taken = new ArrayList<>();
    taken.add(submit(this::blocked));
    taken.add(submit(this::blocked));
    assertEquals(BUSY, submit(this::blocked).join());
    workers.resize(new LoginWorkers.Bounds(2, 1, LONG));
    taken.add(submit(this::blocked));
    assertEquals(BUSY, submit(this::blocked).join());
    workers.resize(new LoginWorkers.Bounds(1, 2, LONG));
    assertEquals(BUSY, submit(this::blocked).join());
    gate.countDown();
    taken.forEach(each -> assertEquals(DONE, each.join()));
    while (submit(() -> DONE).join().equals(BUSY)) {
      Thread.onSpinWait(); // a worker leaves the count right after its answer
    }
  }

  @Test
  void loginThatTakesTooLongIsRefusedAndInterrupted() throws InterruptedException {
    workers.resize(new LoginWorkers.Bounds(1, 1, 20));
    CountDownLatch interrupted = new CountDownLatch(1);
    Authentication answer =
        submit(
                () -> {
                  try {
                    gate.await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                  return DONE;
                })
            .join();
    assertEquals(OVERDUE, answer);
    assertTrue(interrupted.await(20, TimeUnit.SECONDS));
    workers.resize(new LoginWorkers.Bounds(1, 1, LONG));
    Authentication next;
    do {
      next = submit(() -> Thread.currentThread().isInterrupted() ? OVERDUE : DONE).join();
    } while (next.equals(BUSY));
    assertEquals(DONE, next, "the interrupt is not for the next");
  }

  @Test
  void whoWaitsBehindAStuckLoginIsRefusedInTimeToo() {
    CompletableFuture<Authentication> stuck = submit(this::blocked);
    workers.resize(new LoginWorkers.Bounds(1, 1, 20));
    AtomicReference<String> ran = new AtomicReference<>("no");
    CompletableFuture<Authentication> behind =
        submit(
            () -> {
              ran.set("yes");
              return DONE;
            });
    assertEquals(OVERDUE, behind.join());
    assertFalse(stuck.isDone());
    gate.countDown();
    assertEquals(DONE, stuck.join());
    workers.resize(new LoginWorkers.Bounds(1, 5, LONG));
    assertEquals(DONE, submit(() -> DONE).join());
    assertEquals("no", ran.get(), "its work is spared");
  }

  @Test
  void workThatThrowsAnswersExceptionally() {
    CompletableFuture<Authentication> answer =
        submit(
            () -> {
              throw new IllegalStateException("thrown");
            });
    assertThrows(CompletionException.class, answer::join);
    Supplier<Authentication> overdue =
        () -> {
          throw new IllegalStateException("thrown");
        };
    workers.resize(new LoginWorkers.Bounds(1, 5, 20));
    assertThrows(
        CompletionException.class,
        () -> workers.submit(this::blocked, overdue).toCompletableFuture().join());
  }

  @Test
  void closingCompletesWhatIsPendingAndWhatComesLater() {
    CompletableFuture<Authentication> running = submit(this::blocked);
    CompletableFuture<Authentication> waiting = submit(this::blocked);
    workers.close();
    assertThrows(CompletionException.class, running::join);
    assertThrows(CompletionException.class, waiting::join);
    assertThrows(CompletionException.class, () -> submit(() -> DONE).join());
  }

  private Authentication blocked() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return DONE;
  }

  private CompletableFuture<Authentication> submit(Supplier<Authentication> work) {
    return workers.submit(work, () -> OVERDUE).toCompletableFuture();
  }
}
