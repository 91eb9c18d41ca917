package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Connection;
import io.fluxmqtt.session.ConnectionHandler;
import io.fluxmqtt.session.EventLoop;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.SharedPublish;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A session moves between real loops, and in and out of the house, while others publish to it; QoS
 * 1 loses nothing, and what comes for the first time is in order.
 */
class TakeOverStressTest {
  private static final ListenerProfile LISTENER =
      new ListenerProfile("test", true, false, List.of(), 1 << 20, 60_000);
  private static final int MOVES = 2_000;
  private static final int MESSAGES = 20_000;

  @Test
  @Timeout(120)
  void sessionLosesNothingWhileItMoves() throws Exception {
    move(false);
  }

  @Test
  @Timeout(120)
  void sessionLosesNothingWhileItComesAndGoesAmongMany() throws Exception {
    move(true);
  }

  /**
   * @param goesAway whether it is away between two connections, as many others are all the time
   */
  private void move(boolean goesAway) throws Exception {
    HouseLoop house = new HouseLoop();
    List<HouseLoop> loops = List.of(new HouseLoop(), new HouseLoop(), new HouseLoop());
    Fixture policy = new Fixture();
    Broker broker =
        new Broker(
            policy.access,
            new MemoryStores(),
            new MemoryStores(),
            new BrokerSettings(
                0,
                0xFFFF_FFFFL,
                65_535,
                100,
                0,
                0,
                4,
                100,
                10,
                1_000_000,
                1L << 40,
                1L << 40,
                1L << 40,
                1L << 40,
                1L << 40,
                1 << 16,
                BrokerSettings.Overflow.DROP_NEWEST,
                1,
                1,
                false,
                false,
                true,
                false,
                BrokerSettings.Ownership.USER,
                0,
                DurabilityRules.NONE,
                List.of()),
            house,
            System::nanoTime,
            System::currentTimeMillis);
    Set<String> got = new HashSet<>(); // guarded by itself
    List<String> wrong = new ArrayList<>(); // guarded by got
    int[] next = {0, 0}; // of each publisher; guarded by got
    CountDownLatch allGot = new CountDownLatch(1);
    Consumer<Packet.Publish> note =
        publish -> {
          synchronized (got) {
            String text = publish.payload().toUtf8();
            int from = text.charAt(0) - '0';
            if (got.add(text) && !text.equals(from + "/" + next[from]++)) {
              wrong.add(text);
            }
            if (got.size() == 2 * MESSAGES) {
              allGot.countDown();
            }
          }
        };
    if (goesAway) {
      for (int i = 0; i < RouteCache.SUBSCRIPTIONS_MIN; i++) {
        leaveSession(broker, loops.get(i % loops.size()), "away" + i);
      }
    }
    Live first = new Live(broker, loops.get(0), note);
    first.connect("moving", false);
    first.subscribe("t");
    assertTrue(first.subscribed.await(10, TimeUnit.SECONDS));

    List<Thread> publishers = new ArrayList<>();
    for (int p = 0; p < 2; p++) {
      Live publisher = new Live(broker, loops.get(p), note);
      publisher.connect("publisher" + p, true);
      int number = p;
      Thread thread = new Thread(() -> publisher.publishAll(number));
      publishers.add(thread);
      thread.start();
    }
    Random random = new Random(42);
    Live current = first;
    for (int i = 0; i < MOVES; i++) {
      if (goesAway) {
        current.cut();
        awaitAway(broker.sessions().find("moving"), random.nextInt(3));
      }
      Live newer = new Live(broker, loops.get(random.nextInt(loops.size())), note);
      newer.connect("moving", false);
      if (!goesAway && random.nextBoolean()) {
        current.cut();
      }
      current = newer;
    }
    settle(broker, loops);
    new Live(broker, loops.get(0), note).connect("moving", false);
    for (Thread thread : publishers) {
      thread.join();
    }
    boolean complete = allGot.await(30, TimeUnit.SECONDS);
    synchronized (got) {
      assertTrue(complete, got.size() + " of " + 2 * MESSAGES + " messages came");
      assertEquals(List.of(), wrong, "out of order");
    }
    assertEquals(goesAway ? 3 + RouteCache.SUBSCRIPTIONS_MIN : 3, broker.sessions().size());
    for (HouseLoop loop : loops) {
      loop.close(1_000);
    }
    house.close(1_000);
  }

  private static void leaveSession(Broker broker, EventLoop loop, String clientId)
      throws InterruptedException {
    Live live = new Live(broker, loop, publish -> {});
    live.connect(clientId, false);
    live.subscribe("t");
    assertTrue(live.subscribed.await(10, TimeUnit.SECONDS));
    live.cut();
  }

  /** Gives a session a little time to be away, as long as it has ended its connection. */
  private static void awaitAway(Session session, int looks) {
    for (int i = 0; i < 1_000 * looks && !session.isAway(); i++) {
      Thread.onSpinWait();
    }
  }

  /**
   * Waits until all have had the session who were to. Loops get to it in any order, so without this
   * it might end with one that was cut.
   */
  private static void settle(Broker broker, List<HouseLoop> loops) throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(loops.size());
    loops.forEach(loop -> loop.execute(asked::countDown));
    assertTrue(asked.await(30, TimeUnit.SECONDS));
    CountDownLatch given = new CountDownLatch(1);
    broker.sessions().find("moving").command(given::countDown);
    assertTrue(given.await(30, TimeUnit.SECONDS));
  }

  /** A client that acknowledges all it gets. */
  private static final class Live implements Connection {
    final CountDownLatch subscribed = new CountDownLatch(1);
    private final EventLoop loop;
    private final Consumer<Packet.Publish> note;
    private final ConnectionHandler[] handler = new ConnectionHandler[1];
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final List<Packet> answers = new ArrayList<>();
    private boolean closed;
    private boolean answering;

    Live(Broker broker, EventLoop loop, Consumer<Packet.Publish> note) {
      this.loop = loop;
      this.note = note;
      loop.execute(() -> handler[0] = broker.connected(this));
    }

    void connect(String clientId, boolean cleanStart) {
      give(TestClient.connect5(clientId, cleanStart, cleanStart ? 0 : 1_000));
    }

    void subscribe(String filter) {
      give(
          new Packet.Subscribe(
              1,
              0,
              List.of(new Packet.SubscribeRequest(filter, QoS.AT_LEAST_ONCE, false, false, 0))));
    }

    void publishAll(int publisher) {
      for (int i = 0; i < MESSAGES; i++) {
        while (i - acknowledged.get() > 1_000) {
          Thread.onSpinWait();
        }
        give(
            TestClient.publication(
                "t", publisher + "/" + i, QoS.AT_LEAST_ONCE, 1 + i % 60_000, false));
      }
    }

    void cut() {
      loop.execute(
          () -> {
            if (!closed) {
              closed = true;
              handler[0].closed(null);
            }
          });
    }

    private void give(Packet packet) {
      loop.execute(
          () -> {
            if (!closed) {
              handler[0].received(packet);
              handler[0].batchComplete();
            }
          });
    }

    @Override
    public void send(Packet packet) {
      if (closed) {
        return;
      }
      if (packet instanceof Packet.Publish publish) {
        note.accept(publish);
        answers.add(new Packet.PubAck(publish.packetId(), ReasonCode.SUCCESS, null));
        if (!answering) {
          answering = true;
          loop.execute(this::answer);
        }
      } else if (packet instanceof Packet.PubAck) {
        acknowledged.incrementAndGet();
      } else if (packet instanceof Packet.SubAck) {
        subscribed.countDown();
      }
    }

    private void answer() {
      answering = false;
      List<Packet> batch = List.copyOf(answers);
      answers.clear();
      if (!closed) {
        batch.forEach(handler[0]::received);
        handler[0].batchComplete();
      }
    }

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public ListenerProfile listener() {
      return LISTENER;
    }

    @Override
    public InetSocketAddress remoteAddress() {
      return new InetSocketAddress(0);
    }

    @Override
    public List<X509Certificate> certificates() {
      return List.of();
    }

    @Override
    public void established(ProtocolVersion version, long maximumPacketSize) {}

    @Override
    public boolean publish(Packet.Publish packet) {
      send(packet);
      return true;
    }

    @Override
    public boolean publish(SharedPublish form, int packetId) {
      return publish(form.packet(packetId));
    }

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
      return !closed;
    }

    @Override
    public void pauseReading() {}

    @Override
    public void resumeReading() {}

    @Override
    public void close() {
      cut();
    }
  }
}
