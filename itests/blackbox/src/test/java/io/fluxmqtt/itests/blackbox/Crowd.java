package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.concurrent.CopyOnWriteArrayList;

/** Many sockets that send something and wait until the broker closes them, on one thread. */
final class Crowd implements AutoCloseable {
  private final Selector selector = Selector.open();
  private final List<SocketChannel> channels = new ArrayList<>();
  private final List<Long> lifetimes = new CopyOnWriteArrayList<>(); // in milliseconds
  private final byte[] drip;
  private final long pauseMillis;
  private volatile boolean closed;

  private Crowd(byte[] drip, Duration pause) throws IOException {
    this.drip = drip;
    this.pauseMillis = pause.toMillis();
  }

  /** Sockets that send some bytes and then nothing. */
  static Crowd stalling(BrokerAddress broker, int count, byte[] bytes) throws IOException {
    Crowd crowd = new Crowd(new byte[0], Duration.ofSeconds(1));
    crowd.open(broker, count, bytes);
    return crowd;
  }

  /** Sockets that send byte after byte with a pause in between. */
  static Crowd dripping(BrokerAddress broker, int count, byte[] bytes, Duration pause)
      throws IOException {
    Crowd crowd = new Crowd(bytes, pause);
    crowd.open(broker, count, new byte[0]);
    return crowd;
  }

  private void open(BrokerAddress broker, int count, byte[] bytes) throws IOException {
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      SocketChannel channel =
          SocketChannel.open(new InetSocketAddress(broker.host(), broker.port()));
      channels.add(channel);
      channel.write(ByteBuffer.wrap(bytes));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, begin);
    }
    Thread thread = new Thread(this::run, "crowd");
    thread.setDaemon(true);
    thread.start();
  }

  int size() {
    return channels.size();
  }

  /** How many the broker has closed. */
  int gone() {
    return lifetimes.size();
  }

  /** How long those lived that the broker has closed, in milliseconds. */
  LongSummaryStatistics lifetimes() {
    return lifetimes.stream().mapToLong(Long::longValue).summaryStatistics();
  }

  void awaitEnd(Duration limit) throws Exception {
    Await.until("all sockets are closed", limit, () -> gone() == size());
  }

  @Override
  public void close() throws IOException {
    closed = true;
    selector.wakeup();
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }

  private void run() {
    ByteBuffer in = ByteBuffer.allocate(1024);
    long next = System.nanoTime();
    int at = 0;
    try {
      while (!closed) {
        selector.select(key -> read(key, in), Math.min(pauseMillis, 100));
        if (at < drip.length && System.nanoTime() - next >= 0) {
          next += pauseMillis * 1_000_000;
          sendAll(drip[at++]);
        }
      }
      selector.close();
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void sendAll(byte each) {
    for (SocketChannel channel : channels) {
      try {
        if (channel.isOpen()) {
          channel.write(ByteBuffer.wrap(new byte[] {each}));
        }
      } catch (IOException e) {
        // Its end is seen by reading.
      }
    }
  }

  private void read(SelectionKey key, ByteBuffer in) {
    SocketChannel channel = (SocketChannel) key.channel();
    boolean ended;
    try {
      ended = channel.read(in.clear()) < 0;
    } catch (IOException e) { // a reset is an end as well
      ended = true;
    }
    if (ended) {
      lifetimes.add((System.nanoTime() - (Long) key.attachment()) / 1_000_000);
      key.cancel();
      try {
        channel.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
