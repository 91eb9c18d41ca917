package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Door;
import io.fluxmqtt.itests.kit.Passwords;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policy bundles are updated, removed and replaced under load; no client notices. */
class HotSwapIT {
  private static final String AUTH_FILE = "io.fluxmqtt.auth.file";
  private static final String ACL = "io.fluxmqtt.acl";
  private static final int SWAPS = 20;
  private static final int PUBLISHERS = 1_000;
  private static final int SUBSCRIBERS = 10;
  private static final int MESSAGES_PER_SECOND = 2_000;
  private static final Duration SHORT_GAP = Duration.ofMillis(200);
  private static final Duration LONGER_THAN_GRACE = Duration.ofMillis(2_600);

  private BrokerProcess process;
  private BrokerAddress broker;
  private Door door;

  @BeforeEach
  void start() throws Exception {
    int port = BrokerProcess.freePort();
    process = BrokerProcess.prepare("swap", Map.of("JAVA_OPTS", "-Xmx256m " + Door.option(port)));
    Passwords.write(process, Map.of("device", "right", "watcher", "watching"));
    process.set("io.fluxmqtt.access.cfg", "authenticators", "file");
    process.write(
        "io.fluxmqtt.acl-default.cfg",
        """
        rule.devices = allow publish topic=# user=device
        rule.denied = deny publish topic=denied/# priority=10
        rule.watchers = allow subscribe topic=# user=watcher
        """);
    Door.hang(process);
    process.start();
    broker = process.address();
    door = Door.open(process, port);
    Await.until("logging in works", this::loginWorks);
  }

  @AfterEach
  void stop() throws Exception {
    if (door != null) {
      door.close();
    }
    process.close();
  }

  @Test
  void swapsWithinTheGraceCloseLoseAndAdmitNothing() throws Exception {
    try (Fleet fleet = new Fleet(broker);
        Intruder intruder = new Intruder();
        Smuggler smuggler = new Smuggler()) {
      for (int i = 0; i < SUBSCRIBERS; i++) {
        fleet.subscriber(watcher("watcher-" + i), "load/" + i + "/#");
      }
      for (int i = 0; i < PUBLISHERS; i++) {
        ConnectPacket connect =
            i % 2 == 0 ? ConnectPacket.v5("device-" + i) : ConnectPacket.v311("device-" + i);
        fleet.publisher(connect.login("device", "right"), "load/" + i % SUBSCRIBERS + "/" + i);
      }
      fleet.launch();
      intruder.loose();
      smuggler.loose();
      fleet.rate(MESSAGES_PER_SECOND);
      long begin = System.nanoTime();
      for (int i = 0; i < SWAPS; i++) {
        swap(AUTH_FILE, this::loginWorks);
        swap(ACL, this::publishWorks);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      fleet.settle();

      Await.until(
          "all acknowledged messages are delivered",
          () -> fleet.delivered().containsAll(fleet.acknowledged()));
      System.out.printf(
          "HotSwapIT: %d swaps in %.1f s, %d messages acknowledged, %d wrong passwords and %d"
              + " denied publishes tried%n",
          4 * SWAPS, seconds, fleet.acknowledged().size(), intruder.tries(), smuggler.tries());
      assertEquals(List.of(), fleet.losses());
      assertEquals(Set.of(), fleet.refusals().keySet(), "all publishes are allowed");
      assertTrue(fleet.acknowledged().size() > MESSAGES_PER_SECOND * seconds / 2);
      intruder.assertRefusedWith(Set.of(0x86));
      smuggler.assertRefusedWith(Set.of(0x87));
    }
  }

  @Test
  void gapBeyondTheGraceRefusesAndRecovers() throws Exception {
    try (Fleet fleet = new Fleet(broker);
        Intruder intruder = new Intruder();
        Smuggler smuggler = new Smuggler()) {
      fleet.subscriber(watcher("watcher"), "load/#");
      for (int i = 0; i < 50; i++) {
        fleet.publisher(ConnectPacket.v5("device-" + i).login("device", "right"), "load/" + i);
      }
      fleet.launch();
      intruder.loose();
      smuggler.loose();
      fleet.rate(200);
      RawClient old = RawClient.connected(broker, v311("old"));

      door.uninstall(AUTH_FILE);
      door.uninstall(ACL);
      awaitGap(LONGER_THAN_GRACE);
      assertEquals(0x88, loginCode(ConnectPacket.v5("late").login("device", "right")));
      assertEquals(0x03, loginCode(v311("late")));
      old.send(Wire.publish311(0x02, "load/old", 1, "x"));
      old.expectClosed();
      Await.until("publishes are refused", () -> fleet.refusals().containsKey(0x83));

      door.install(AUTH_FILE);
      door.install(ACL);
      Await.until("logging in works again", this::loginWorks);
      Await.until("publishing works again", this::publishWorks);
      int before = fleet.acknowledged().size();
      Await.until("the fleet goes on", () -> fleet.acknowledged().size() > before + 100);
      fleet.settle();

      Await.until(
          "all acknowledged messages are delivered",
          () -> fleet.delivered().containsAll(fleet.acknowledged()));
      assertEquals(List.of(), fleet.losses());
      assertEquals(Set.of(0x83), fleet.refusals().keySet());
      intruder.assertRefusedWith(Set.of(0x86, 0x88));
      smuggler.assertRefusedWith(Set.of(0x87, 0x83));
    }
  }

  private void swap(String bundle, java.util.concurrent.Callable<Boolean> works) throws Exception {
    door.update(bundle);
    Await.until(bundle + " works after its update", works);
    door.uninstall(bundle);
    awaitGap(SHORT_GAP);
    door.install(bundle);
    Await.until(bundle + " works after it was replaced", works);
  }

  /** The gap itself is the condition. */
  private static void awaitGap(Duration gap) throws Exception {
    long end = System.nanoTime() + gap.toNanos();
    Await.until("the gap is over", () -> System.nanoTime() > end);
  }

  private boolean loginWorks() throws IOException {
    return loginCode(ConnectPacket.v5("login").login("device", "right")) == 0;
  }

  private boolean publishWorks() throws IOException {
    ConnectPacket connect = ConnectPacket.v5("publish").login("device", "right");
    try (RawClient client = RawClient.open(broker)) {
      return client.connect(connect).reason() == 0 && client.publish("works", "x") < 0x80;
    }
  }

  private int loginCode(ConnectPacket connect) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      return client.connect(connect).reason();
    }
  }

  private static ConnectPacket watcher(String id) {
    return ConnectPacket.v5(id).login("watcher", "watching");
  }

  private static ConnectPacket v311(String id) {
    return ConnectPacket.v311(id).login("device", "right");
  }

  /** Tries something forbidden over and over and notes each answer. */
  private abstract static class Culprit implements AutoCloseable {
    private final Map<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();
    private final Set<String> failures = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean end = new AtomicBoolean();
    private final Thread thread = new Thread(this::run, getClass().getSimpleName());

    /** Begins. */
    void loose() {
      thread.setDaemon(true);
      thread.start();
    }

    /** One try; the Reason Code that came. */
    abstract int attempt() throws IOException;

    int tries() {
      return answers.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    void assertRefusedWith(Set<Integer> allowed) throws InterruptedException {
      end.set(true);
      thread.join(TimeUnit.SECONDS.toMillis(10));
      assertEquals(Set.of(), failures);
      assertTrue(tries() > 0, "it was tried");
      Set<Integer> others = new HashSet<>(answers.keySet());
      others.removeAll(allowed);
      assertEquals(Set.of(), others, "other answers than refusals");
    }

    @Override
    public void close() {
      end.set(true);
    }

    private void run() {
      while (!end.get()) {
        try {
          answers.computeIfAbsent(attempt(), each -> new AtomicInteger()).incrementAndGet();
          TimeUnit.MILLISECONDS.sleep(2);
        } catch (EOFException | SocketException e) {
          failures.add("closed without an answer");
        } catch (IOException | InterruptedException | AssertionError e) {
          failures.add(e.toString());
        }
      }
    }
  }

  /** Logs in with a wrong password. */
  private final class Intruder extends Culprit {
    @Override
    int attempt() throws IOException {
      return loginCode(ConnectPacket.v5("intruder").login("device", "wrong"));
    }
  }

  /** Publishes where it must not, while somebody listens there. */
  private final class Smuggler extends Culprit {
    private final RawClient client =
        RawClient.connected(broker, ConnectPacket.v5("smuggler").login("device", "right"));
    private final RawClient listener = RawClient.connected(broker, watcher("customs"));

    Smuggler() throws IOException {
      listener.subscribe("denied/#", 1);
    }

    @Override
    int attempt() throws IOException {
      return client.publish("denied/x", "contraband");
    }

    @Override
    void assertRefusedWith(Set<Integer> allowed) throws InterruptedException {
      super.assertRefusedWith(allowed);
      try {
        listener.ping(); // fails if something was delivered before
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {
      super.close();
      try {
        client.close();
        listener.close();
      } catch (IOException e) {
        // They are gone either way.
      }
    }
  }
}
