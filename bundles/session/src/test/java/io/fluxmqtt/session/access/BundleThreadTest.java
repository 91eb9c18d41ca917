package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BundleThreadTest {
  private static final Duration DEADLINE = Duration.ofSeconds(1);

  private final HandTime time = new HandTime();
  private final BundleThread thread = new BundleThread(new PluginGuard("foreign", time), time);
  private final List<String> answers = new CopyOnWriteArrayList<>();
  private final Set<Thread> seen = ConcurrentHashMap.newKeySet();
  private final AtomicInteger entered = new AtomicInteger();
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void everyThreadEnds() {
    release.countDown();
    thread.close();
    await(() -> seen.stream().noneMatch(Thread::isAlive));
    assertEquals(0, time.alarms());
  }

  @Test
  void callsRunInOrderOnOneThread() {
    for (int i = 0; i < 100; i++) {
      submit("call " + i);
    }
    await(() -> answers.size() == 100);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      expected.add("call " + i);
    }
    assertEquals(expected, answers);
    assertEquals(1, seen.size());
  }

  @Test
  void stuckThreadIsReplacedAndItsLateAnswerDoesNotCount() {
    hang();
    await(() -> entered.get() == 1);
    time.advance(DEADLINE);
    assertEquals(List.of("null"), answers);
    submit("next");
    await(() -> answers.size() == 2);
    assertEquals(List.of("null", "next"), answers);
    assertEquals(2, seen.size());
    assertTrue(thread.problems().get(0).contains("bundle foreign: 1 of its calls do not return"));
    assertEquals(List.of(), thread.outages(), "another thread serves");
    release.countDown();
    await(() -> thread.problems().isEmpty());
    assertEquals(List.of("null", "next"), answers);
  }

  @Test
  void callsBehindAStuckOneAreServedByTheReplacement() {
    hang();
    await(() -> entered.get() == 1);
    time.advanceMillis(500);
    submit("behind");
    time.advanceMillis(500);
    await(() -> answers.size() == 2);
    assertEquals(Set.of("null", "behind"), Set.copyOf(answers));
  }

  @Test
  void onlySoManyThreadsAreGivenUp() {
    for (int i = 1; i <= BundleThread.STUCK_MAX; i++) {
      int count = i;
      assertNull(hang());
      await(() -> entered.get() == count);
      time.advance(DEADLINE);
    }
    assertEquals(BundleThread.Refusal.STUCK, submit("refused"));
    assertTrue(thread.problems().get(0).contains("bundle foreign: 3 of its calls do not return"));
    assertEquals(thread.problems(), thread.outages());
    release.countDown();
    await(() -> thread.problems().isEmpty());
    assertNull(submit("served again"));
    await(() -> answers.contains("served again"));
  }

  @Test
  void queueIsBounded() {
    hang();
    await(() -> entered.get() == 1);
    for (int i = 0; i < BundleThread.QUEUE_MAX; i++) {
      assertNull(submit("queued"));
    }
    assertEquals(BundleThread.Refusal.FULL, submit("refused"));
  }

  @Test
  void failuresInARowOpenTheBreakerAndASuccessClosesIt() {
    for (int i = 1; i <= BundleThread.FAILURES_MAX; i++) {
      int count = i;
      assertNull(submit(null));
      await(() -> answers.size() == count);
    }
    assertEquals(BundleThread.Refusal.BROKEN, submit("refused"));
    assertEquals(1, thread.problems().size());
    assertEquals(thread.problems(), thread.outages());
    time.advance(Duration.ofNanos(BundleThread.BREAK_NANOS));
    assertNull(submit("tried"));
    await(() -> answers.contains("tried"));
    assertEquals(List.of(), thread.problems());
    assertNull(submit("served"));
    await(() -> answers.contains("served"));
  }

  @Test
  void interruptLeftBehindDoesNotReachTheNextCall() {
    thread.submit(
        new BundleThread.Call<>(
            () -> {
              Thread.currentThread().interrupt();
              return "interrupting";
            },
            answers::add),
        DEADLINE.toNanos());
    thread.submit(
        new BundleThread.Call<>(
            () -> Thread.currentThread().isInterrupted() ? "interrupted" : "clean", answers::add),
        DEADLINE.toNanos());
    await(() -> answers.size() == 2);
    assertEquals(List.of("interrupting", "clean"), answers);
  }

  @Test
  void askerThatThrowsDoesNotEndTheThread() {
    thread.submit(
        new BundleThread.Call<>(
            () -> "answer",
            answer -> {
              throw new IllegalStateException("not ours");
            }),
        DEADLINE.toNanos());
    submit("next");
    await(() -> !answers.isEmpty());
    assertEquals(List.of("next"), answers);
  }

  @Test
  void callThatIsWithdrawnLeavesTheQueue() {
    hang();
    await(() -> entered.get() == 1);
    for (int i = 0; i < 2 * BundleThread.QUEUE_MAX; i++) {
      BundleThread.Call<String> call = new BundleThread.Call<>(() -> "unwanted", this::note);
      assertNull(thread.submit(call, DEADLINE.toNanos()));
      thread.withdraw(call);
    }
    release.countDown();
    submit("wanted");
    await(() -> answers.size() == 2);
    assertEquals(List.of("released", "wanted"), answers);
  }

  @Test
  void trialThatIsWithdrawnLeavesItsPlaceToAnother() {
    hang(Duration.ofHours(1));
    await(() -> entered.get() == 1);
    for (int i = 0; i < BundleThread.FAILURES_MAX; i++) {
      submit("too late");
    }
    time.advance(DEADLINE.plusNanos(BundleThread.BREAK_NANOS));
    BundleThread.Call<String> trial = new BundleThread.Call<>(() -> "unwanted", this::note);
    assertNull(thread.submit(trial, DEADLINE.toNanos()));
    assertEquals(BundleThread.Refusal.BROKEN, submit("refused"));
    thread.withdraw(trial);
    assertNull(submit("tried"));
    release.countDown();
    await(() -> answers.contains("tried"));
  }

  @Test
  void closingFailsWhatWaitsAndRefusesWhatComes() {
    hang();
    await(() -> entered.get() == 1);
    submit("waiting");
    thread.close();
    assertEquals(List.of("null"), answers);
    assertEquals(BundleThread.Refusal.CLOSED, submit("refused"));
    release.countDown();
    await(() -> answers.size() == 2);
    assertEquals(List.of("null", "released"), answers);
  }

  private BundleThread.@Nullable Refusal submit(@Nullable String answer) {
    return thread.submit(
        new BundleThread.Call<>(
            () -> {
              seen.add(Thread.currentThread());
              return answer;
            },
            this::note),
        DEADLINE.toNanos());
  }

  private BundleThread.@Nullable Refusal hang() {
    return hang(DEADLINE);
  }

  private BundleThread.@Nullable Refusal hang(Duration deadline) {
    return thread.submit(
        new BundleThread.Call<>(
            () -> {
              seen.add(Thread.currentThread());
              entered.incrementAndGet();
              while (release.getCount() > 0) {
                try {
                  release.await();
                } catch (InterruptedException e) {
                  // As a plug-in that does not care.
                }
              }
              return "released";
            },
            this::note),
        deadline.toNanos());
  }

  private void note(@Nullable String answer) {
    answers.add(String.valueOf(answer));
  }
}
