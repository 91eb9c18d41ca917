package io.fluxmqtt.session.broker;

import io.fluxmqtt.acl.Book;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.access.AccessControl;
import io.fluxmqtt.session.access.AccessSettings;
import io.fluxmqtt.session.access.Plugin;
import io.fluxmqtt.session.access.Time;
import io.fluxmqtt.session.access.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Whether a client may publish, asked of the policy with the authorizer {@code acl} in it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecideBenchmark {
  private static final Client CLIENT =
      new Client(
          "sensor7",
          Principal.user("ann"),
          "default",
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 1883));

  /** Of all but one nothing applies; that one comes last. */
  @Param({"1", "100", "1000"})
  public int rules;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private AccessControl access;

  /** A policy with so many rules. */
  @Setup
  public void configure() {
    Map<String, String> texts = new TreeMap<>();
    texts.put("rule.own", "allow publish topic=sensors/%c/#");
    for (int i = 1; i < rules; i++) {
      texts.put("rule.other" + i, "deny publish topic=plant" + i + "/+/state priority=1");
    }
    access =
        new AccessControl(
            AccessSettings.of(List.of(), List.of("acl")).withInline(Set.of("acl")), Time.of(timer));
    Comparable<Object> reference = other -> 0;
    access.putAuthorizer(new Plugin<>("acl", "acl", false, reference, Book.of(texts)));
  }

  /** Ends the clock. */
  @TearDown
  public void close() {
    access.close();
    timer.shutdownNow();
  }

  @Benchmark
  public Verdict decide() {
    Verdict verdict =
        access.decide(
            CLIENT,
            new Access.Publish("sensors/sensor7/temperature", QoS.AT_LEAST_ONCE, false),
            later -> {
              throw new IllegalStateException("decided later: " + later);
            });
    if (verdict != Verdict.ALLOWED) {
      throw new IllegalStateException("not allowed: " + verdict);
    }
    return verdict;
  }
}
