package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.events.BrokerEvent;
import io.fluxmqtt.api.events.BrokerEventListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what happens, on one thread that is there while there is something to tell. What
 * they are too slow for is lost and counted. Any thread; nothing blocks.
 */
public final class EventDispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventDispatcher.class);
  private static final int WAITING_MAX = 10_000;
  private static final long KEEP_THREAD_SECONDS = 5;

  private final List<BrokerEventListener> listeners = new CopyOnWriteArrayList<>();
  private final LongAdder lost = new LongAdder();
  private final ThreadPoolExecutor thread;

  /** Without listeners. */
  public EventDispatcher() {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            KEEP_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            EventDispatcher::daemon);
    thread.allowCoreThreadTimeOut(true);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "flux-mqtt-events");
    thread.setDaemon(true);
    return thread;
  }

  /** Somebody wants to know. */
  public void add(BrokerEventListener listener) {
    listeners.add(listener);
  }

  /** Somebody does not want to know any more; what is being told may still end. */
  public void remove(BrokerEventListener listener) {
    listeners.remove(listener);
  }

  /** Has an event told. */
  public void post(BrokerEvent event) {
    if (listeners.isEmpty()) {
      return;
    }
    try {
      thread.execute(() -> tell(event));
    } catch (RejectedExecutionException e) {
      lost.increment();
    }
  }

  private void tell(BrokerEvent event) {
    for (BrokerEventListener listener : listeners) {
      try {
        listener.onEvent(event);
      } catch (Throwable e) { // the edge to other bundles: one that fails must not hide it from all
        LOG.warn("Event listener {} failed: {}", listener.getClass().getName(), e.toString());
        LOG.debug("where it came from", e);
      }
    }
  }

  /** How many events nobody was told. */
  public long lost() {
    return lost.sum();
  }

  /** Tells nothing any more. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
