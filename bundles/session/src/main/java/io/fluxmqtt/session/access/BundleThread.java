package io.fluxmqtt.session.access;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the plug-ins of one bundle, one call after another, on a thread that can be given up.
 *
 * <p>Each call has a deadline that counts from its submission. A thread whose call misses it is
 * abandoned (interrupted, and left to end by itself) and replaced, as long as no more than {@link
 * #STUCK_MAX} hang; the queue is bounded; a {@link Breaker} refuses calls after failures in a row.
 * Any thread may submit; nobody waits.
 */
final class BundleThread {
  static final int QUEUE_MAX = 1000;
  static final int STUCK_MAX = 3;
  static final int FAILURES_MAX = 5;
  static final long BREAK_NANOS = 5_000_000_000L;

  /** Why a call is not made. */
  enum Refusal {
    /** Too many calls failed in a row. */
    BROKEN("too many calls failed in a row"),
    /** Too many calls wait. */
    FULL("too many calls wait"),
    /** Too many threads hang in the bundle. */
    STUCK("its calls do not return"),
    /** The bundle's services have left. */
    CLOSED("it has left");

    private final String text;

    Refusal(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(BundleThread.class);

  private final PluginGuard guard;
  private final String bundle;
  private final Time time;

  // All guarded by this.
  private final Breaker breaker = new Breaker(FAILURES_MAX, BREAK_NANOS);
  private final Queue<Call<?>> queue = new ArrayDeque<>();
  private @Nullable Worker worker;
  private int stuck;
  private boolean closed;

  BundleThread(PluginGuard guard, Time time) {
    this.guard = guard;
    this.bundle = guard.bundle();
    this.time = time;
  }

  /**
   * Queues a call.
   *
   * @return null, or why the call is refused; then nothing else happens
   */
  synchronized @Nullable Refusal submit(Call<?> call, long deadlineNanos) {
    long now = time.nanos();
    if (closed) {
      return Refusal.CLOSED;
    } else if (stuck >= STUCK_MAX) {
      return Refusal.STUCK;
    } else if (queue.size() >= QUEUE_MAX) {
      return Refusal.FULL;
    } else if (!breaker.admit(now)) {
      return Refusal.BROKEN;
    }
    call.trial = breaker.isOpen();
    call.alarm = time.after(deadlineNanos, () -> expire(call));
    queue.add(call);
    work();
    return null;
  }

  /** Takes a call back whose answer nobody wants any more; without effect once it runs. */
  synchronized void withdraw(Call<?> call) {
    if (!call.settled && queue.remove(call)) {
      call.settle();
      if (call.trial) {
        breaker.withdrawn();
      }
    }
  }

  /** Ends the thread once it is out of the bundle; calls that wait fail. */
  void close() {
    List<Call<?>> left;
    synchronized (this) {
      closed = true;
      left = new ArrayList<>(queue);
      left.forEach(Call::settle);
      queue.clear();
      if (worker != null && worker.running != null) {
        worker.thread.interrupt();
      }
      notifyAll();
    }
    left.forEach(call -> call.answer(null));
  }

  /** For what is wrong with the bundle what needs it is refused now. */
  synchronized List<String> outages() {
    List<String> outages = new ArrayList<>();
    if (breaker.isOpen()) {
      outages.add(
          "bundle %s: %d calls in a row failed or took too long; what needs it is refused until it"
                  .formatted(bundle, FAILURES_MAX)
              + " answers again: update or stop it");
    }
    if (stuck >= STUCK_MAX) {
      outages.add(stuck("; what needs it is refused"));
    }
    return outages;
  }

  /** What is wrong with the bundle now. */
  synchronized List<String> problems() {
    List<String> problems = new ArrayList<>(outages());
    if (stuck > 0 && stuck < STUCK_MAX) {
      problems.add(stuck(""));
    }
    return problems;
  }

  private String stuck(String consequence) {
    return "bundle %s: %d of its calls do not return, each holds a thread%s: update or stop it"
        .formatted(bundle, stuck, consequence);
  }

  // Called with the lock held.
  private void work() {
    if (worker == null && stuck < STUCK_MAX && !queue.isEmpty()) {
      worker = new Worker();
      worker.thread.start();
    }
    notifyAll();
  }

  private void expire(Call<?> call) {
    boolean opened;
    boolean abandoned = false;
    synchronized (this) {
      if (!call.settle()) {
        return;
      }
      if (!queue.remove(call) && worker != null && worker.running == call) {
        abandoned = true;
        stuck++;
        worker.thread.interrupt();
        worker = null;
        work();
      }
      opened = breaker.failed(time.nanos());
    }
    if (abandoned) {
      LOG.warn("Bundle {}: a call did not return in time; its thread is given up", bundle);
    }
    guard.failed("plug-in", "on its own thread", "did not return in time", null);
    warnIf(opened);
    call.answer(null);
  }

  private void warnIf(boolean opened) {
    if (opened) {
      LOG.warn(
          "Bundle {}: {} calls in a row failed or took too long; it is not asked for {} s",
          bundle,
          FAILURES_MAX,
          BREAK_NANOS / 1_000_000_000L);
    }
  }

  /** The thread; a new one for each that was given up. */
  private final class Worker implements Runnable {
    final Thread thread = new Thread(this, "flux-access " + bundle);
    @Nullable Call<?> running; // guarded by the outer lock

    Worker() {
      thread.setDaemon(true);
    }

    @Override
    public void run() {
      Call<?> call = next();
      while (call != null && call.run(this)) {
        call = next();
      }
    }

    private @Nullable Call<?> next() {
      synchronized (BundleThread.this) {
        while (queue.isEmpty() && !closed) {
          try {
            BundleThread.this.wait();
          } catch (InterruptedException e) {
            // Nobody but a plug-in interrupts this thread between calls.
          }
        }
        running = queue.poll();
        return running;
      }
    }

    /** Takes note that a call is back; whether it was in time. */
    private boolean returned(Call<?> call, boolean success) {
      boolean opened = false;
      boolean inTime;
      synchronized (BundleThread.this) {
        Thread.interrupted(); // what a plug-in left behind, or our own attempt to free it
        inTime = call.settle();
        running = null;
        if (!inTime) {
          stuck--;
          work();
        } else if (success) {
          breaker.succeeded();
        } else {
          opened = breaker.failed(time.nanos());
        }
      }
      if (!inTime) {
        LOG.info("Bundle {}: a call that was given up has returned", bundle);
      }
      warnIf(opened);
      return inTime;
    }
  }

  /** A call on its way. */
  static final class Call<A> {
    private final Supplier<@Nullable A> work;
    private final Consumer<@Nullable A> then;

    // All guarded by the thread it is submitted to.
    private @Nullable Runnable alarm;
    private boolean trial;
    private boolean settled;

    /**
     * A call to submit.
     *
     * @param work the guarded call; null means that it failed
     * @param then gets what it returned, or null if it failed or missed its deadline; once
     */
    Call(Supplier<@Nullable A> work, Consumer<@Nullable A> then) {
      this.work = work;
      this.then = then;
    }

    /** Whether it was open until now. */
    private boolean settle() {
      boolean first = !settled;
      settled = true;
      if (alarm != null) {
        alarm.run();
      }
      return first;
    }

    /** Whether the worker may go on. */
    private boolean run(Worker worker) {
      A answer = work.get();
      boolean inTime = worker.returned(this, answer != null);
      if (inTime) {
        answer(answer);
      }
      return inTime;
    }

    private void answer(@Nullable A answer) {
      try {
        then.accept(answer);
      } catch (Throwable e) { // the edge to the asker; the thread must go on
        LOG.error("An answer of a plug-in could not be taken", e);
      }
    }
  }
}
