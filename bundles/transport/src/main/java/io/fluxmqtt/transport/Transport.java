package io.fluxmqtt.transport;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the listeners share: the event loops, one thread that binds and retries (a host name may
 * take long to resolve, and loops never block), and who else is there.
 */
final class Transport {
  private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
  private static final long STOP_MILLIS = 300;
  private static final long APPLY_MILLIS = 2000;
  private static final long RELEASE_MILLIS = 50;

  /** How often files are looked at; twice the same, and they are read. */
  private static final long LOOK_MILLIS = 500;

  private final Loops loops;
  private final long retryMillis;
  private final ScheduledThreadPoolExecutor control =
      new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("flux-mqtt-listeners", true));
  private final Set<TcpListener> listeners = ConcurrentHashMap.newKeySet();
  private final TlsWorkers tlsWorkers = TlsWorkers.ofThisMachine();
  private final AtomicBoolean rehearsed = new AtomicBoolean();

  /**
   * Starts the loops.
   *
   * @param retryMillis how long a listener waits before it tries again
   */
  Transport(Loops loops, long retryMillis) {
    this.loops = loops;
    this.retryMillis = retryMillis;
    control.setRemoveOnCancelPolicy(true);
    control.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  Loops loops() {
    return loops;
  }

  /** Who does what is too long for the loops in handshakes. */
  TlsWorkers tlsWorkers() {
    return tlsWorkers;
  }

  private void look() {
    for (TcpListener listener : listeners) {
      try {
        listener.look();
      } catch (RuntimeException e) { // else the executor would stop looking without a word
        LOG.error("listener {}: its files could not be looked at", listener.name(), e);
      }
    }
  }

  /** Has the loops rehearse a connection on such terms, unless they have, before any bind. */
  void rehearse(Door.Terms terms) {
    if (rehearsed.compareAndSet(false, true)) {
      apply(() -> Rehearsal.succeeds(loops, terms));
    }
  }

  void add(TcpListener listener) {
    listeners.add(listener);
  }

  void remove(TcpListener listener) {
    listeners.remove(listener);
  }

  /** The other listener that holds an address. */
  Optional<TcpListener> holderOf(BindAddress address, TcpListener asking) {
    return listeners.stream().filter(l -> l != asking && l.holds(address)).findAny();
  }

  /** A port has been given back, or is about to be; somebody may wait for it. */
  void portReleased() {
    listeners.stream()
        .filter(TcpListener::isWaiting)
        .forEach(listener -> after(RELEASE_MILLIS, listener::reconcile));
  }

  /** Runs a task of a listener on the thread for that, and waits for it, but not for long. */
  void apply(Runnable task) {
    try {
      Future<?> done = control.submit(task);
      done.get(APPLY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.debug("a listener takes long to bind; it goes on in the background");
    } catch (ExecutionException e) {
      LOG.error("a listener could not be changed", e.getCause());
    } catch (RejectedExecutionException e) {
      LOG.debug("the transport has stopped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs a task of a listener when it is time to try again; gives what takes that back. */
  Runnable later(Runnable task) {
    return after(retryMillis, task);
  }

  /** Closes all that is left and ends the threads. The listeners have been closed before. */
  void close() {
    control.shutdownNow();
    tlsWorkers.close();
    loops.close(STOP_MILLIS);
  }

  private Runnable after(long millis, Runnable task) {
    try {
      Future<?> due = control.schedule(task, millis, TimeUnit.MILLISECONDS);
      return () -> due.cancel(false);
    } catch (RejectedExecutionException e) {
      LOG.debug("the transport has stopped");
      return () -> {};
    }
  }
}
