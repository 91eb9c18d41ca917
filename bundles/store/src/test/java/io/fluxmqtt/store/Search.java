package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Waits for what a search finds, and counts how often it was told. */
final class Search implements RetainedStore.Answer {
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicInteger times = new AtomicInteger();
  private volatile RetainedStore.Slice slice = RetainedStore.Slice.END;
  private volatile @Nullable IOException failure;
  private volatile @Nullable Thread thread;

  @Override
  public void found(RetainedStore.Slice found, @Nullable IOException newFailure) {
    slice = found;
    failure = newFailure;
    thread = Thread.currentThread();
    times.incrementAndGet();
    done.countDown();
  }

  boolean isDone() {
    return times.get() > 0;
  }

  int times() {
    return times.get();
  }

  /** The thread that told. */
  @Nullable Thread thread() {
    return thread;
  }

  RetainedStore.Slice await() throws IOException, InterruptedException {
    if (!done.await(10, TimeUnit.SECONDS)) {
      throw new AssertionError("no answer");
    }
    IOException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
    return slice;
  }

  /** A search from the beginning. */
  static RetainedStore.Slice first(Store store, String filter, int limit) throws Exception {
    return next(store, filter, null, limit);
  }

  static RetainedStore.Slice next(Store store, String filter, byte @Nullable [] from, int limit)
      throws Exception {
    Search search = new Search();
    store.retained().find(filter, from, limit, search);
    return search.await();
  }

  /** All that match a filter. */
  static List<StoredMessage> all(Store store, String filter) throws Exception {
    return all(store, filter, 100);
  }

  static List<StoredMessage> all(Store store, String filter, int limit) throws Exception {
    List<StoredMessage> found = new ArrayList<>();
    RetainedStore.Slice slice = first(store, filter, limit);
    found.addAll(slice.messages());
    while (slice.next() != null) {
      slice = next(store, filter, slice.next(), limit);
      found.addAll(slice.messages());
    }
    return found;
  }

  /** Waits for all that was committed, also by the store itself. */
  static void settle(Store store) throws Exception {
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(), outcome);
    outcome.await();
  }
}
