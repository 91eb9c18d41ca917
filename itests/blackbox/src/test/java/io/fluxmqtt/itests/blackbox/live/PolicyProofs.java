package io.fluxmqtt.itests.blackbox.live;

import static io.fluxmqtt.itests.blackbox.live.Liveness.HOT;
import static io.fluxmqtt.itests.blackbox.live.Liveness.NEW_CONNECTIONS;
import static io.fluxmqtt.itests.blackbox.live.Liveness.NEW_EXCHANGES;
import static io.fluxmqtt.itests.blackbox.live.Liveness.RESTARTS_BROKER;
import static io.fluxmqtt.itests.blackbox.live.Liveness.RESTARTS_LISTENERS;
import static io.fluxmqtt.itests.blackbox.live.Sights.answerTo;
import static io.fluxmqtt.itests.blackbox.live.Sights.told;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Tool;
import io.fluxmqtt.itests.kit.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What a change of each key of the PIDs of the whole broker does. */
final class PolicyProofs {
  private static final String UNIT_TESTS =
      "bundles/session/src/test/java/io/fluxmqtt/session/access/";
  private static final int AUTHENTICATION_METHOD = 0x15;
  private static final byte[] PUBLISH = Wire.publish("t", 1, 1, "x");

  private PolicyProofs() {}

  /** {@code io.fluxmqtt.access}. */
  static Map<String, Proof> access() {
    return Map.ofEntries(
        Map.entry("authenticators", Proof.of(NEW_CONNECTIONS, PolicyProofs::authenticators)),
        Map.entry(
            "enhancedAuthenticators",
            Proof.of(NEW_CONNECTIONS, PolicyProofs::enhancedAuthenticators)
                .given("policyGraceMillis = 0")),
        Map.entry("authorizers", Proof.seen(HOT, "", answerTo(PUBLISH), "PUBACK 10", "PUBACK 87")),
        Map.entry(
            "policyGraceMillis",
            Proof.of(HOT, PolicyProofs::policyGrace).given("policyGraceMillis = 60000")),
        Map.entry("inline", Proof.of(HOT, PolicyProofs::inline)),
        Map.entry(
            "authenticationTimeoutSeconds",
            unitTested(
                NEW_CONNECTIONS, "Authentication", "changedTimeoutCountsForThoseWhoComeThen")),
        Map.entry(
            "exchangeTimeoutSeconds",
            unitTested(NEW_EXCHANGES, "ExchangeFailure", "changedTimeoutCountsForNewExchanges")),
        Map.entry(
            "exchangeStepsMax",
            unitTested(
                NEW_EXCHANGES, "ExchangeFailure", "changedNumberOfStepsCountsForNewExchanges")),
        Map.entry(
            "authorizationTimeoutMillis",
            unitTested(HOT, "Authorization", "changedTimeoutCountsForTheNextRequest")),
        Map.entry(
            "failuresMax",
            unitTested(NEW_CONNECTIONS, "FailureThrottle", "changedLimitsCountForNewConnections")),
        Map.entry(
            "failureDelayMaxSeconds",
            unitTested(NEW_CONNECTIONS, "FailureThrottle", "changedLimitsCountForNewConnections")),
        Map.entry(
            "failureExempt",
            Proof.elsewhere(
                NEW_CONNECTIONS,
                "10.0.0.0/33",
                UNIT_TESTS + "FailureThrottleTest.java",
                "changedLimitsCountForNewConnections")));
  }

  private static Proof unitTested(Liveness liveness, String of, String method) {
    return Proof.elsewhere(liveness, UNIT_TESTS + of + "Test.java", method);
  }

  /** {@code io.fluxmqtt.transport}. */
  static Map<String, Proof> transport() {
    return Map.of("eventLoops", Proof.of(RESTARTS_LISTENERS, PolicyProofs::eventLoops));
  }

  /** {@code io.fluxmqtt.store}. */
  static Map<String, Proof> store() {
    return Map.of("engine", Proof.of(RESTARTS_BROKER, PolicyProofs::engine));
  }

  private static void authenticators(Bench bench) throws Exception {
    RawClient old = bench.connected();
    bench.set("");
    Proof.awaitSight("after", bench, Bench::open, answerTo(Bench.v5()), "CONNACK 87");
    old.ping();
  }

  /** A method is unknown until somebody is named who may serve it, though nobody does. */
  private static void enhancedAuthenticators(Bench bench) throws Exception {
    ConnectPacket connect = Bench.v5().with(AUTHENTICATION_METHOD, Wire.utf8("SCRAM"));
    Proof.awaitSight("before", bench, Bench::open, answerTo(connect), "CONNACK 8c");
    RawClient old = bench.connected();
    bench.set("ghost");
    Proof.awaitSight("after", bench, Bench::open, answerTo(connect), "CONNACK 88");
    old.ping();
  }

  /** A request that waits for a long grace is answered once the grace is short. */
  private static void policyGrace(Bench bench) throws Exception {
    RawClient old = bench.connected();
    bench.setOther("authorizers", "ghost, acl");
    Proof.Sight waits =
        client -> {
          client.ping(); // it is there, so what comes now is waited for on purpose
          client.send(PUBLISH);
          try {
            return told(client.receive(Duration.ofSeconds(1)));
          } catch (java.net.SocketTimeoutException e) {
            return "waits";
          }
        };
    Proof.awaitSight("before", bench, Bench::connected, waits, "waits");
    old.send(PUBLISH);
    bench.set(0);
    assertEquals("PUBACK 83", told(old.receive()));
    Proof.awaitSight("after", bench, Bench::connected, answerTo(PUBLISH), "PUBACK 83");
  }

  /** The rules are asked on a thread of their own once their bundle is not named any more. */
  private static void inline(Bench bench) throws Exception {
    RawClient old = bench.connected();
    assertEquals("PUBACK 10", answerTo(PUBLISH).of(old));
    assertTrue(!threads(bench).contains("flux-access io.fluxmqtt.acl"));
    bench.set("io.fluxmqtt.auth.anonymous");
    io.fluxmqtt.itests.kit.Await.until(
        "the rules have a thread",
        Duration.ofSeconds(30),
        () -> {
          assertEquals("PUBACK 10", answerTo(PUBLISH).of(old));
          return threads(bench).contains("flux-access io.fluxmqtt.acl");
        });
  }

  private static String threads(Bench bench) throws Exception {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "jstack");
    String pid = String.valueOf(bench.process().process().pid());
    Tool.Result result = Tool.run(Duration.ofSeconds(20), tool.toString(), pid);
    assertEquals(0, result.exit(), result.output());
    return result.output();
  }

  private static void eventLoops(Bench bench) throws Exception {
    RawClient old = bench.connected();
    bench.set(3);
    assertEquals("DISCONNECT 8b", told(old.receive()));
    old.expectClosed();
    Proof.awaitSight("after", bench, Bench::open, answerTo(Bench.v5()), "CONNACK 00");
  }

  /** Data are not moved; back at the old engine they are there again. */
  private static void engine(Bench bench) throws Exception {
    RawClient durable = bench.connected();
    int mark = bench.process().mark();
    bench.set("memory");
    bench.process().awaitLine("the store takes the engine memory", mark, Proof.READ_LIMIT);
    durable.expectDisconnect(0x8B);
    Proof.awaitSight("after", bench, Bench::connected, PolicyProofs::served, "served");

    bench.set("tape");
    String line = bench.process().awaitLine("engine=tape", mark, Proof.READ_LIMIT);
    assertTrue(line.contains("the old engine stays"), line);
    RawClient forgetful = bench.connected();
    forgetful.ping();

    mark = bench.process().mark();
    bench.set("auto");
    bench.process().awaitLine("the store takes the engine", mark, Proof.READ_LIMIT);
    forgetful.expectDisconnect(0x8B);
    Proof.awaitSight("again", bench, Bench::connected, PolicyProofs::served, "served");
  }

  private static String served(RawClient client) throws Exception {
    client.ping();
    return "served";
  }
}
