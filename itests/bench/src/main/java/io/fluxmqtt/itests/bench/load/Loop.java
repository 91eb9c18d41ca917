package io.fluxmqtt.itests.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/** One thread of the generator with the channels that it serves. */
final class Loop implements Runnable, AutoCloseable {
  private static final int READ_BYTES = 256 * 1024;
  private static final long IDLE_MILLIS = 100;
  private static final long CLOCK_MILLIS = 1;

  final int index;
  final ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES); // of this thread
  final Histogram latency = new Histogram(); // of this thread until it has ended

  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final List<Publisher> publishers = new ArrayList<>(); // of this thread
  private final List<Foreign> foreign = new ArrayList<>(); // of this thread
  private final AtomicReference<IOException> failure;
  private volatile boolean closed;

  Loop(int index, AtomicReference<IOException> failure) throws IOException {
    this.index = index;
    this.failure = failure;
    selector = Selector.open();
    thread = new Thread(this, "load-" + index);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Runs on this loop's thread, soon. */
  void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  void wake() {
    selector.wakeup();
  }

  /** Serves a channel from now on. Called on this thread. */
  SelectionKey register(SelectableChannel channel, int interest, Ready ready) {
    try {
      return channel.register(selector, interest, ready);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void add(Publisher publisher) {
    execute(() -> publishers.add(publisher));
  }

  /** Wakes the publisher of a flow when copies arrive here. */
  void watch(Flow flow) {
    if (flow.home != this) {
      execute(() -> foreign.add(new Foreign(flow)));
    }
  }

  /** The measurement is spoilt. */
  void fail(IOException cause) {
    if (!closed) {
      failure.compareAndSet(null, cause);
    }
  }

  @Override
  public void run() {
    try {
      boolean more = false;
      while (!closed) {
        turn(more);
        more = pump();
      }
    } catch (IOException | UncheckedIOException | ClosedSelectorException e) {
      fail(new IOException("a loop of the generator ended", e));
    }
  }

  private void turn(boolean more) throws IOException {
    if (more) {
      selector.selectNow(this::serve);
    } else {
      selector.select(this::serve, isClocked() ? CLOCK_MILLIS : IDLE_MILLIS);
    }
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private void serve(SelectionKey key) {
    Ready ready = (Ready) key.attachment();
    try {
      ready.ready();
    } catch (IOException e) {
      key.cancel();
      ready.failed(e);
    }
  }

  /** Lets all publishers send; whether one of them could go on at once. */
  private boolean pump() throws IOException {
    boolean more = false;
    for (int i = 0; i < publishers.size(); i++) {
      more |= publishers.get(i).pump();
    }
    if (!foreign.isEmpty()) {
      VarHandle.fullFence(); // arrivals first: who starves after this sees them
    }
    for (int i = 0; i < foreign.size(); i++) {
      foreign.get(i).look();
    }
    return more;
  }

  private boolean isClocked() {
    for (int i = 0; i < publishers.size(); i++) {
      if (publishers.get(i).isClocked()) {
        return true;
      }
    }
    return false;
  }

  /** Closes all channels and ends the thread. */
  @Override
  public void close() throws IOException, InterruptedException {
    closed = true;
    selector.wakeup();
    thread.join();
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }

  /** A flow whose publisher is on another loop. */
  private final class Foreign {
    private final Flow flow;
    private long seen;

    Foreign(Flow flow) {
      this.flow = flow;
    }

    /** Wakes the publisher if it waits and something has arrived here. */
    void look() {
      long arrived = flow.arrived(index);
      if (arrived != seen && flow.isStarved()) {
        flow.home.wake();
      }
      seen = arrived;
    }
  }
}
