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
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many log in, half of them with wrong passwords, while others exchange messages. {@code
 * -Dswap.seconds=60 -Dswap.logins=500 -Dlogins=20000} is the full form.
 */
@Timeout(600)
class LoginLoadIT {
  private static final String AUTH_FILE = "io.fluxmqtt.auth.file";
  private static final String ACCESS = "io.fluxmqtt.access.cfg";
  private static final int SWAP_SECONDS = Integer.getInteger("swap.seconds", 5);
  private static final int SWAP_LOGINS = Integer.getInteger("swap.logins", 100);
  private static final int LOGINS = Integer.getInteger("logins", 1_000);
  private static final int LOGINS_AT_ONCE = 2_000;
  private static final int PUBLISHERS = 50;
  private static final int SUBSCRIBERS = 5;
  private static final int MESSAGES_PER_SECOND = 200;
  private static final long SWAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final Duration LIMIT = Duration.ofSeconds(300);

  private BrokerProcess process;
  private BrokerAddress broker;
  private Door door;

  @BeforeEach
  void start() throws Exception {
    int port = BrokerProcess.freePort();
    process = BrokerProcess.prepare("logins", Map.of("JAVA_OPTS", "-Xmx256m " + Door.option(port)));
    Passwords.write(process, Map.of("device", "right", "watcher", "watching"));
    process.set(ACCESS, "authenticators", "file, anonymous");
    process.set(ACCESS, "policyGraceMillis", 20); // shorter than it is away
    process.write(
        "io.fluxmqtt.acl-default.cfg",
        """
        rule.devices = allow publish topic=# user=device
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

  private boolean loginWorks() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      return client.connect(ConnectPacket.v5("login").login("device", "right")).reason() == 0;
    }
  }

  @Test
  void swappedAuthenticatorsLetNobodyInWhoIsWrongAndKeepAllWhoAreIn() throws Exception {
    int total = SWAP_SECONDS * SWAP_LOGINS;
    try (Fleet fleet = launchFleet();
        Storm storm = new Storm(broker, "device", "right", total, SWAP_LOGINS, LOGINS_AT_ONCE)) {
      fleet.rate(MESSAGES_PER_SECOND);
      storm.launch();
      int swaps = swap();
      double seconds = storm.awaitEnd(LIMIT);
      System.out.printf(
          "LoginLoadIT: %d swaps while %d logged in within %.1f s: %s, %d tries at most; %s%n",
          swaps, total, seconds, storm.answers(), storm.triesMax(), load());
      assertNoneWrong(storm, total, Set.of("0x86", "0x88"), Set.of("0x04", "0x03"));
      assertTrue(
          storm.count("right 5.0 0x88") + storm.count("right 3.1.1 0x03") > 0,
          "somebody was refused meanwhile");
      assertEquals(0, storm.count("right 5.0 0x89"), "nobody is told else");
      assertAtSea(fleet);
    }
  }

  /** Swaps one way or another, again and again; how often. */
  private int swap() throws Exception {
    String users = Files.readString(process.etc().resolve(Passwords.FILE));
    long begin = System.nanoTime();
    int swaps = 0;
    while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(SWAP_SECONDS)) {
      switch (swaps % 5) {
        case 0 -> door.update(AUTH_FILE);
        case 1 -> door.uninstall(AUTH_FILE);
        case 2 -> door.install(AUTH_FILE);
        case 3 ->
            process.set(
                ACCESS, "authenticators", swaps % 2 == 0 ? "file, anonymous" : "anonymous, file");
        default -> process.write(Passwords.FILE, users + "# " + swaps + "\n");
      }
      swaps++;
      long next = begin + swaps * SWAP_NANOS;
      Await.until("the next swap is due", () -> System.nanoTime() - next >= 0);
    }
    if (swaps % 5 == 2) {
      door.install(AUTH_FILE);
    }
    return swaps;
  }

  @Test
  void manyLoginsAtOnceDelayOthersLittle() throws Exception {
    try (Fleet fleet = launchFleet();
        Storm storm = new Storm(broker, "device", "right", LOGINS, 0, LOGINS_AT_ONCE)) {
      fleet.rate(MESSAGES_PER_SECOND);
      Await.until("messages flow", () -> fleet.delivered().size() > MESSAGES_PER_SECOND);
      double before = percentile99(fleet);
      storm.launch();
      double seconds = storm.awaitEnd(LIMIT);
      double during = percentile99(fleet);
      System.out.printf(
          "LoginLoadIT: %d logged in within %.1f s (%.0f answers/s): %s, %d tries at most; p99 of"
              + " messages %.1f ms, %.1f ms before; %s%n",
          LOGINS,
          seconds,
          storm.answers().values().stream().mapToInt(Integer::intValue).sum() / seconds,
          storm.answers(),
          storm.triesMax(),
          during,
          before,
          load());
      assertNoneWrong(storm, LOGINS, Set.of("0x86", "0x89"), Set.of("0x04", "0x03"));
      assertEquals(0, storm.count("right 5.0 0x88"), "busy is what they are told");
      if (Boolean.getBoolean("assert.latency")) {
        assertTrue(during < 50, during + " ms");
      }
      assertAtSea(fleet);
    }
  }

  private Fleet launchFleet() throws Exception {
    Fleet fleet = new Fleet(broker);
    for (int i = 0; i < SUBSCRIBERS; i++) {
      fleet.subscriber(
          ConnectPacket.v5("watcher-" + i).login("watcher", "watching"), "load/" + i + "/#");
    }
    for (int i = 0; i < PUBLISHERS; i++) {
      ConnectPacket connect =
          i % 2 == 0 ? ConnectPacket.v5("device-" + i) : ConnectPacket.v311("device-" + i);
      fleet.publisher(connect.login("device", "right"), "load/" + i % SUBSCRIBERS + "/" + i);
    }
    fleet.launch();
    return fleet;
  }

  /** Who is right is in, who is wrong was refused as it must be, and all were answered. */
  private static void assertNoneWrong(Storm storm, int total, Set<String> of5, Set<String> of3) {
    assertEquals(List.of(), storm.faults());
    Set<String> allowed = new HashSet<>();
    for (String each : of5) {
      allowed.add("wrong 5.0 " + each);
    }
    for (String each : of3) {
      allowed.add("wrong 3.1.1 " + each);
    }
    allowed.addAll(
        Set.of("right 5.0 0x00", "right 3.1.1 0x00", "right 5.0 0x88", "right 5.0 0x89"));
    allowed.add("right 3.1.1 0x03");
    Set<String> others = new HashSet<>(storm.answers().keySet());
    others.removeAll(allowed);
    assertEquals(Set.of(), others, "other answers than these");
    assertEquals(total / 2, storm.count("right 5.0 0x00") + storm.count("right 3.1.1 0x00"));
    assertTrue(storm.count("wrong 5.0 0x86") > 0 && storm.count("wrong 3.1.1 0x04") > 0);
  }

  /** No connection of the fleet was closed and no message was refused or lost. */
  private static void assertAtSea(Fleet fleet) throws Exception {
    fleet.settle();
    Await.until(
        "all acknowledged messages are delivered",
        () -> fleet.delivered().containsAll(fleet.acknowledged()));
    assertEquals(List.of(), fleet.losses());
    assertEquals(Set.of(), fleet.refusals().keySet(), "all publishes are allowed");
    assertTrue(fleet.acknowledged().size() > 0);
  }

  private static double percentile99(Fleet fleet) {
    List<Long> sorted = fleet.takeLatencies().stream().sorted().toList();
    return sorted.isEmpty() ? 0 : sorted.get((sorted.size() - 1) * 99 / 100) / 1e6;
  }

  private static String load() {
    return "load of the machine %.1f"
        .formatted(
            java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                .getSystemLoadAverage());
  }
}
