package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.blackbox.BrokerMeter.Memory;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Door;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients that take one Client Identifier from each other over and over. {@code
 * -Dtakeover.seconds=60} is the full form.
 */
@Timeout(600)
class TakeOverIT {
  private static final int SECONDS = Integer.getInteger("takeover.seconds", 3);
  private static final int PER_SECOND = Integer.getInteger("takeover.rate", 500);
  private static final int TAKEN_OVER = 0x8E;
  private static final String ID = "the-one";

  /** The counters and rings of the broker that the run fills may take this. */
  private static final long HEAP_SLACK_KB = 2_048;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private BrokerProcess process;
  private BrokerAddress broker;
  private BrokerMeter meter;
  private Door door;

  @BeforeEach
  void start() throws Exception {
    int port = BrokerProcess.freePort();
    process =
        BrokerProcess.prepare(
            "takeover",
            Map.of("JAVA_OPTS", "-Xmx256m " + BrokerMeter.JAVA_OPTION + " " + Door.option(port)));
    Door.hang(process);
    process.start();
    broker = process.address();
    meter = new BrokerMeter(process);
    door = Door.open(process, port);
  }

  @AfterEach
  void stop() throws Exception {
    if (door != null) {
      door.close();
    }
    process.close();
  }

  @Test
  void oneIsLeftAndNothingLeaks() throws Exception {
    run(500); // classes are loaded, buffers allocated, compiled
    awaitNobody();
    Memory before = meter.memory();
    int threads = meter.threads();
    int sockets = meter.sockets();

    run(SECONDS * PER_SECOND);

    awaitNobody();
    Memory after = meter.memory();
    System.out.printf(
        "TakeOverIT: heap %d KB before and %d KB after, direct %d and %d KB, %d and %d threads%n",
        before.heap(), after.heap(), before.direct(), after.direct(), threads, meter.threads());
    assertEquals(sockets, meter.sockets(), "sockets of the broker");
    assertTrue(meter.threads() <= threads, threads + " threads before, now " + meter.threads());
    long more = after.heap() + after.direct() - before.heap() - before.direct();
    assertTrue(more < HEAP_SLACK_KB, more + " KB more");
  }

  private void run(int count) throws Exception {
    try (Rivals rivals = new Rivals(count);
        RawClient neighbour = RawClient.connected(broker, ConnectPacket.v5("neighbour"))) {
      rivals.launch();
      Await.until(
          "all but one are gone",
          Duration.ofSeconds(SECONDS).plus(LIMIT),
          () -> rivals.ended.get() == count - 1 || !rivals.faults().isEmpty());
      System.out.printf(
          "TakeOverIT: %d connected in %.1f s, %d of 5.0 were told, %d were gone before CONNACK;"
              + " load of the machine %.1f%n",
          rivals.accepted.get(),
          (rivals.last - rivals.begin) / 1e9,
          rivals.told.get(),
          rivals.unanswered.get(),
          java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      assertEquals(List.of(), rivals.faults());
      assertEquals(2, door.count("connections"), "the one and its neighbour");
      assertEquals(2, door.count("sessions"));
      rivals.isAsked = true;
      Await.until("the last one is served", () -> rivals.pongs.get() == 1);
      neighbour.ping();
      assertEquals(count - 1, rivals.ended.get(), "it stays");
      assertEquals(List.of(), rivals.faults());
    }
  }

  /** Waits until no connection and no session is left. */
  private void awaitNobody() throws Exception {
    try (RawClient last = RawClient.connected(broker, ConnectPacket.v5(ID))) {
      last.disconnect(); // and the session with it
    }
    Await.until(
        "all are gone", LIMIT, () -> door.count("connections") == 0 && door.count("sessions") == 0);
    Await.until("all sockets are closed", LIMIT, this::isQuiet);
  }

  /** Those of listener, door and event loops stay, so that two looks agree. */
  private boolean isQuiet() throws Exception {
    int before = meter.sockets();
    Await.passed(Duration.ofMillis(200));
    return before == meter.sockets();
  }

  /** All of them with the same Client Identifier; some keep a session, some begin anew. */
  private final class Rivals extends Flock {
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger told = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    final AtomicInteger unanswered = new AtomicInteger();
    final AtomicInteger pongs = new AtomicInteger();
    private final Queue<Rival> alive = new ArrayDeque<>(); // owned by the thread
    private final int total;
    private int begun; // owned by the thread
    private boolean hasAsked; // owned by the thread
    volatile boolean isAsked;
    volatile long begin;
    volatile long last;

    Rivals(int total) throws IOException {
      super(broker);
      this.total = total;
    }

    @Override
    void tick(long now) throws IOException {
      if (begin == 0) {
        begin = now;
      }
      long due = (now - begin) * PER_SECOND / TimeUnit.SECONDS.toNanos(1);
      while (begun < total && begun < due) {
        alive.add(new Rival(connect(begun++)));
        last = now;
      }
      if (isAsked && !hasAsked) {
        hasAsked = true;
        alive.element().send(Wire.pingReq());
      }
    }

    private ConnectPacket connect(int number) {
      return switch (number % 4) {
        case 0 -> ConnectPacket.v5(ID);
        case 1 -> ConnectPacket.v5(ID).resume().sessionExpiry(60);
        case 2 -> ConnectPacket.v5(ID).resume().sessionExpiry(60).will("will", "gone", 1);
        default -> ConnectPacket.v311(ID);
      };
    }

    private final class Rival extends Bird {
      private boolean isAccepted;
      private boolean isTold;

      Rival(ConnectPacket connect) throws IOException {
        super(connect);
      }

      @Override
      void received(RawPacket packet) throws IOException {
        if (packet.type() == Wire.CONNACK && packet.reason() == 0 && !isAccepted) {
          isAccepted = true;
          accepted.incrementAndGet();
        } else if (packet.type() == Wire.DISCONNECT && packet.reason() == TAKEN_OVER && !isTold) {
          isTold = true;
          told.incrementAndGet();
        } else if (packet.type() == Wire.PINGRESP) {
          pongs.incrementAndGet();
        } else {
          fault("got " + packet);
        }
      }

      @Override
      void ended(String how) {
        alive.remove(this);
        ended.incrementAndGet();
        if (!isAccepted) {
          unanswered.incrementAndGet();
        } else if (version() == 5 && !isTold) {
          fault("was not told why it was closed: " + how);
        }
      }
    }
  }
}
