package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many 5.0 and 3.1.1 clients on one thread: publishers that send at QoS 1 at a steady rate
 * together, and subscribers that take it in. Each message is named {@code publisher-number@time},
 * so that what was acknowledged and what was delivered can be compared, and how long it took.
 */
final class Fleet implements AutoCloseable {
  private static final int BUFFER_BYTES = 8_192;

  private final BrokerAddress broker;
  private final Selector selector = Selector.open();
  private final List<Member> publishers = new ArrayList<>();
  private final List<Member> subscribers = new ArrayList<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<String> delivered = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
  private final Map<Integer, AtomicInteger> refusals = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> losses = new ConcurrentLinkedQueue<>();
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicInteger unacknowledged = new AtomicInteger();
  private volatile int messagesPerSecond;
  private volatile boolean closed;
  private int nextPublisher; // owned by the thread

  Fleet(BrokerAddress broker) throws IOException {
    this.broker = broker;
  }

  /** Adds a publisher to a topic; it has logged in when {@link #awaitReady} returns. */
  void publisher(ConnectPacket connect, String topic) throws IOException {
    publishers.add(new Member(connect, topic, false));
  }

  /** Adds a subscriber (5.0). */
  void subscriber(ConnectPacket connect, String filter) throws IOException {
    subscribers.add(new Member(connect, filter, true));
  }

  /** Runs the clients and waits until all are connected and subscribed. */
  void launch() throws Exception {
    Thread thread = new Thread(this::run, "fleet");
    thread.setDaemon(true);
    thread.start();
    int all = publishers.size() + subscribers.size();
    Await.until(
        all + " clients are connected", java.time.Duration.ofSeconds(30), () -> ready.get() == all);
  }

  /** How many messages all publishers send together; 0 stops. */
  void rate(int perSecond) {
    messagesPerSecond = perSecond;
  }

  /** Stops publishing and waits until every message was answered. */
  void settle() throws Exception {
    rate(0);
    Await.until("all publishes are answered", () -> unacknowledged.get() == 0);
  }

  /** Messages that the broker acknowledged with success. */
  Set<String> acknowledged() {
    return acknowledged;
  }

  /** Messages that subscribers got. */
  Set<String> delivered() {
    return delivered;
  }

  /** How long those took from the publisher to a subscriber since this was asked last, in ns. */
  List<Long> takeLatencies() {
    List<Long> taken = new ArrayList<>();
    for (Long each = latencies.poll(); each != null; each = latencies.poll()) {
      taken.add(each);
    }
    return taken;
  }

  /** How often each error code came in a PUBACK. */
  Map<Integer, AtomicInteger> refusals() {
    return refusals;
  }

  /** What happened to connections that the broker closed, a line each. */
  List<String> losses() {
    return List.copyOf(losses);
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
  }

  private void run() {
    long lastTick = System.nanoTime();
    double due = 0;
    try {
      while (!closed) {
        selector.select(this::ready, 2);
        long now = System.nanoTime();
        due += messagesPerSecond * (now - lastTick) / (double) TimeUnit.SECONDS.toNanos(1);
        lastTick = now;
        for (; due >= 1; due--) {
          publishers.get(nextPublisher++ % publishers.size()).publish();
        }
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException | RuntimeException e) {
      losses.add("the fleet sank: " + e);
    }
  }

  private void ready(SelectionKey key) {
    Member member = (Member) key.attachment();
    try {
      if (key.isReadable()) {
        member.read();
      }
      if (key.isValid() && key.isWritable()) {
        member.write();
      }
    } catch (IOException e) {
      member.lost(e.toString());
    }
  }

  /** One client. Owned by the thread once it runs. */
  private final class Member {
    private final String name;
    private final String topic;
    private final int version;
    private final boolean subscriber;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Map<Integer, String> inFlight = new HashMap<>();
    private ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
    private ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
    private int nextNumber;

    Member(ConnectPacket connect, String topic, boolean subscriber) throws IOException {
      this.topic = topic;
      this.subscriber = subscriber;
      version = connect.version();
      name = String.valueOf(publishers.size());
      channel = SocketChannel.open(new InetSocketAddress(broker.host(), broker.port()));
      channel.configureBlocking(false);
      key = channel.register(selector, SelectionKey.OP_READ, this);
      send(connect.toBytes());
    }

    void publish() throws IOException {
      if (!channel.isOpen()) {
        return;
      }
      int id = nextNumber++ % 65_535 + 1;
      String message = name + "-" + nextNumber + "@" + System.nanoTime();
      inFlight.put(id, message);
      unacknowledged.incrementAndGet();
      send(
          version == 5
              ? Wire.publish(topic, 1, id, message)
              : Wire.publish311(0x02, topic, id, message));
    }

    void read() throws IOException {
      if (channel.read(in) < 0) {
        lost("closed by the broker");
        return;
      }
      in.flip();
      RawPacket packet;
      while ((packet = RawPacket.take(version, in)) != null) {
        handle(packet);
      }
      in.compact();
    }

    private void handle(RawPacket packet) throws IOException {
      switch (packet.type()) {
        case Wire.CONNACK -> {
          if (packet.reason() != 0) {
            lost("refused: " + packet);
          } else if (subscriber) {
            send(Wire.subscribe(1, topic, 1));
          } else {
            ready.incrementAndGet();
          }
        }
        case Wire.SUBACK -> ready.incrementAndGet();
        case Wire.PUBACK -> acknowledged(packet);
        case Wire.PUBLISH -> {
          String message = packet.payloadText();
          delivered.add(message);
          latencies.add(System.nanoTime() - Long.parseLong(message.split("@")[1]));
          send(Wire.acknowledge(Wire.PUBACK, packet.packetId()));
        }
        default -> lost("got " + packet);
      }
    }

    private void acknowledged(RawPacket pubAck) {
      unacknowledged.decrementAndGet();
      String message = inFlight.remove(pubAck.packetId());
      int reason = pubAck.reason();
      if (reason < 0x80) {
        acknowledged.add(message);
      } else {
        refusals.computeIfAbsent(reason, each -> new AtomicInteger()).incrementAndGet();
      }
    }

    private void send(byte[] packet) throws IOException {
      if (out.remaining() < packet.length) {
        out = ByteBuffer.allocate(out.capacity() * 2 + packet.length).put(out.flip());
      }
      out.put(packet);
      write();
    }

    void write() throws IOException {
      out.flip();
      channel.write(out);
      int interest = SelectionKey.OP_READ | (out.hasRemaining() ? SelectionKey.OP_WRITE : 0);
      out.compact();
      key.interestOps(interest);
    }

    void lost(String how) {
      losses.add((subscriber ? "subscriber " : "publisher ") + name + ": " + how);
      unacknowledged.addAndGet(-inFlight.size());
      inFlight.clear();
      try {
        channel.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
