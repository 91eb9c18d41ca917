package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Logins of one user, every other with a wrong password, in 5.0 and 3.1.1. Who is right and is told
 * that the broker cannot or is busy comes again until it is let in.
 */
final class Storm extends Flock {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final Set<Integer> COME_AGAIN_5 = Set.of(0x88, 0x89);
  private static final int COME_AGAIN_3 = 3;

  private final Map<String, AtomicInteger> answers = new ConcurrentSkipListMap<>();
  private final Deque<Late> late = new ArrayDeque<>(); // owned by the thread
  private final AtomicInteger over = new AtomicInteger();
  private final String user;
  private final String password;
  private final int total;
  private final int perSecond;
  private final int atOnce;
  private long begin; // owned by the thread
  private int begun; // owned by the thread
  private int open; // owned by the thread
  private volatile int triesMax;
  private volatile long end;

  /** Somebody who comes again. */
  private record Late(int number, int tries, long due) {}

  /**
   * Made, not launched.
   *
   * @param perSecond how many come, 0 for as fast as they can
   * @param atOnce how many may be connected at the same time
   */
  Storm(BrokerAddress broker, String user, String password, int total, int perSecond, int atOnce)
      throws IOException {
    super(broker);
    this.user = user;
    this.password = password;
    this.total = total;
    this.perSecond = perSecond;
    this.atOnce = atOnce;
  }

  /** How often each answer came, named such as {@code right 5.0 0x88}. */
  Map<String, Integer> answers() {
    Map<String, Integer> copy = new ConcurrentSkipListMap<>();
    answers.forEach((name, count) -> copy.put(name, count.get()));
    return copy;
  }

  int count(String answer) {
    AtomicInteger count = answers.get(answer);
    return count == null ? 0 : count.get();
  }

  /** How often the one came that had to come most often. */
  int triesMax() {
    return triesMax;
  }

  /** Waits until all who are right are in and all others refused; how long it took from launch. */
  double awaitEnd(Duration limit) throws Exception {
    try {
      Await.until("all have their answer", limit, () -> over.get() == total || hasFaults());
    } catch (AssertionError e) {
      throw new AssertionError(
          "%d of %d are through: %s".formatted(over.get(), total, answers()), e);
    }
    return (end - begin) / 1e9;
  }

  private boolean hasFaults() {
    return !faults().isEmpty();
  }

  @Override
  void tick(long now) throws IOException {
    if (begin == 0) {
      begin = now;
    }
    while (!late.isEmpty() && late.peek().due - now <= 0 && open < atOnce) {
      Late next = late.poll();
      open++;
      new Visitor(next.number, next.tries);
    }
    long due = perSecond == 0 ? total : (now - begin) * perSecond / TimeUnit.SECONDS.toNanos(1);
    while (begun < total && begun < due && open < atOnce) {
      open++;
      new Visitor(begun++, 1);
    }
  }

  private static boolean isRight(int number) {
    return number % 2 == 0;
  }

  private ConnectPacket connect(int number) {
    boolean isNew = number / 2 % 2 == 0;
    String id = "storm-" + number;
    ConnectPacket connect = isNew ? ConnectPacket.v5(id) : ConnectPacket.v311(id);
    return connect.login(user, isRight(number) ? password : "wrong-" + number);
  }

  private final class Visitor extends Bird {
    private final int number;
    private final int tries;
    private boolean isAnswered;

    Visitor(int number, int tries) throws IOException {
      super(connect(number));
      this.number = number;
      this.tries = tries;
    }

    @Override
    void received(RawPacket packet) throws IOException {
      if (isAnswered || packet.type() != Wire.CONNACK) {
        fault("visitor " + number + " got " + packet);
        return;
      }
      isAnswered = true;
      int reason = packet.reason();
      String who = (isRight(number) ? "right " : "wrong ") + (version() == 5 ? "5.0" : "3.1.1");
      answers
          .computeIfAbsent("%s 0x%02X".formatted(who, reason), each -> new AtomicInteger())
          .incrementAndGet();
      if (reason == 0) {
        send(Wire.disconnect());
      }
      if (isRight(number) && isToComeAgain(reason)) {
        late.add(new Late(number, tries + 1, System.nanoTime() + PAUSE_NANOS));
      } else {
        triesMax = Math.max(triesMax, tries);
        end = System.nanoTime();
        over.incrementAndGet();
      }
    }

    private boolean isToComeAgain(int reason) {
      return version() == 5 ? COME_AGAIN_5.contains(reason) : reason == COME_AGAIN_3;
    }

    @Override
    void ended(String how) {
      open--;
      if (!isAnswered) {
        fault("visitor " + number + " got no answer: " + how);
      }
    }
  }
}
