package io.fluxmqtt.itests.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * The clients of one measurement and the threads that serve them. One thread sets it up and
 * watches; the clients number from 0, and publisher and subscriber of the same number share a
 * thread.
 */
public final class Generator implements AutoCloseable {
  private static final AtomicLong GENERATORS = new AtomicLong();
  private static final byte[] NOTHING = {};
  private static final long LOOK_MILLIS = 2;
  private static final int TRIES = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final InetSocketAddress broker;
  private final String prefix = "bench" + GENERATORS.incrementAndGet() + "-";
  private final List<Loop> loops = new ArrayList<>();
  private final List<Publisher> publishers = new ArrayList<>();
  private final AtomicReference<IOException> failure = new AtomicReference<>();
  private final AtomicLong wrong = new AtomicLong();
  private volatile Flow[] flows = {};
  private final List<Link> receivers = new ArrayList<>();
  private int subscribers;
  private int dialers;

  /** Arrivals of all flows. */
  public record Count(long expected, long arrived) {
    public long missing() {
      return expected - arrived;
    }
  }

  public Generator(InetSocketAddress broker, int threads) throws IOException {
    this.broker = broker;
    for (int i = 0; i < threads; i++) {
      loops.add(new Loop(i, failure));
    }
    loops.forEach(Loop::start);
  }

  /** A client with a clean session that has subscribed. */
  public void subscriber(List<String> filters, int qos) throws IOException {
    attach(subscribed(filters, qos), new InOrder(), NOTHING);
  }

  /**
   * A client that has subscribed. Moquette sends CONNACK before it is ready for a SUBSCRIBE, and
   * closes when one comes at once; so there is another try.
   */
  private Link subscribed(List<String> filters, int qos) throws IOException {
    for (int i = 1; ; i++) {
      Link link = Link.open(broker, prefix + "sub" + subscribers + "-" + i, true);
      try {
        link.subscribe(filters, qos);
        return link;
      } catch (IOException e) {
        link.close();
        if (i == TRIES) {
          throw e;
        }
      }
    }
  }

  /** A client that is sent what is retained, in any order, as soon as it subscribes. */
  public void subscribeRetained(String filter, int qos) throws IOException {
    Link link = Link.open(broker, prefix + "sub" + subscribers, true);
    attach(link, new InAnyOrder(), Packets.subscribe(1, List.of(filter), qos));
  }

  /** Leaves a session that has subscribed and is offline; one of that name is ended before. */
  public void offlineSession(String clientId, String filter, int qos) throws IOException {
    endSession(clientId);
    Link link = Link.open(broker, clientId, false);
    link.subscribe(List.of(filter), qos);
    link.disconnect();
  }

  /** Ends a session. */
  public void endSession(String clientId) throws IOException {
    Link.open(broker, clientId, true).disconnect();
  }

  /**
   * Connects to a session that is offline. Artemis may send its messages ahead of the CONNACK, and
   * again when it is asked again; so there is another try.
   */
  public void resume(String clientId) throws IOException {
    for (int i = 1; ; i++) {
      try {
        attach(Link.open(broker, clientId, false), new InOrder(), NOTHING);
        return;
      } catch (IOException e) {
        if (i == TRIES) {
          throw e;
        }
      }
    }
  }

  private void attach(Link link, Seen seen, byte[] begin) throws IOException {
    Loop loop = loops.get(subscribers++ % loops.size());
    link.attach(loop, new Subscriber(link, loop, this, seen), begin);
    receivers.add(link);
  }

  /** Has the first so many subscribers read nothing from now on, and the others all. */
  public void deafen(int count) {
    for (int i = 0; i < receivers.size(); i++) {
      receivers.get(i).hear(i >= count);
    }
  }

  /** What a publisher sends: over and over these topics, which must be of one length. */
  public record Messages(List<String> topics, int qos, boolean retain, int payloadBytes) {}

  /**
   * A client that publishes.
   *
   * @param copies how often each message should arrive; 0 if that is not to be counted
   */
  public Publisher publisher(Messages messages, int copies, Publisher.Window window)
      throws IOException {
    Link link = Link.open(broker, prefix + "pub" + publishers.size(), true);
    Loop loop = loops.get(publishers.size() % loops.size());
    Flow flow = new Flow(flows.length, copies, loop, loops.size());
    Flow[] more = Arrays.copyOf(flows, flows.length + 1);
    more[flow.index] = flow;
    flows = more;
    int qos = messages.qos();
    Frames frames = new Frames(messages.topics(), qos, messages.retain(), messages.payloadBytes());
    Publisher publisher = new Publisher(link, flow, frames, qos, window);
    link.attach(loop, publisher, NOTHING);
    loop.add(publisher);
    loops.forEach(each -> each.watch(flow));
    publishers.add(publisher);
    return publisher;
  }

  /** Opens and closes connections, {@code total} in all, so many at a time. */
  public Dialer dialer(int concurrent, int total) {
    Loop loop = loops.get(dialers++ % loops.size());
    Dialer dialer = new Dialer(loop, broker, prefix + "dial" + dialers + "-", total);
    loop.execute(() -> dialer.begin(concurrent));
    return dialer;
  }

  public List<Publisher> publishers() {
    return publishers;
  }

  /** Messages that the publishers have sent. */
  public long sent() {
    return publishers.stream().mapToLong(Publisher::sent).sum();
  }

  /** Messages that the broker has acknowledged to the publishers. */
  public long acknowledged() {
    return publishers.stream().mapToLong(Publisher::acknowledged).sum();
  }

  public void pace(Pace pace) {
    publishers.forEach(publisher -> publisher.pace(pace));
  }

  /** What should have arrived so far, and what has. */
  public Count count() {
    long arrived = 0;
    for (Flow flow : flows) {
      arrived += flow.arrived();
    }
    long expected = 0;
    for (Flow flow : flows) {
      expected += flow.expected();
    }
    return new Count(expected, arrived);
  }

  /** Messages that came twice or after a later one. */
  public long wrongs() {
    return wrong.get();
  }

  /** Waits; fails as soon as a connection does. */
  public void run(Duration time) throws IOException, InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    waitUntil(() -> System.nanoTime() - end >= 0);
  }

  /** Waits until {@code true}; fails as soon as a connection does, or after a minute or two. */
  public void runUntil(BooleanSupplier done) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    waitUntil(() -> done.getAsBoolean() || System.nanoTime() - end >= 0);
    if (!done.getAsBoolean()) {
      throw new IOException("not done after " + PATIENCE.toSeconds() + " s");
    }
  }

  /** Waits until {@code true}, or until for so long nothing has arrived. */
  public boolean awaitUnlessStill(BooleanSupplier done, Duration still)
      throws IOException, InterruptedException {
    long[] seen = {-1, 0}; // arrivals, when
    waitUntil(
        () -> {
          long arrived = count().arrived();
          if (arrived != seen[0]) {
            seen[0] = arrived;
            seen[1] = System.nanoTime();
          }
          return done.getAsBoolean() || System.nanoTime() - seen[1] > still.toNanos();
        });
    return done.getAsBoolean();
  }

  private void waitUntil(BooleanSupplier done) throws IOException, InterruptedException {
    while (!done.getAsBoolean()) {
      IOException cause = failure.get();
      if (cause != null) {
        throw new IOException(cause.getMessage(), cause);
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  Flow flow(int index) throws IOException {
    Flow[] all = flows;
    if (index >= all.length) {
      throw new IOException("a message that nobody here sent");
    }
    return all[index];
  }

  int flows() {
    return flows.length;
  }

  void wrong() {
    wrong.incrementAndGet();
  }

  /** Closes all connections and ends the threads; then {@link #latency} may be read. */
  @Override
  public void close() throws IOException, InterruptedException {
    for (Loop loop : loops) {
      loop.close();
    }
  }

  /** Latencies of all messages that carried their time, after {@link #close}. */
  public Histogram latency() {
    Histogram all = new Histogram();
    loops.forEach(loop -> all.add(loop.latency));
    return all;
  }
}
