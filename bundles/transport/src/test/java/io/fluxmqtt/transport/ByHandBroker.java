package io.fluxmqtt.transport;

import io.fluxmqtt.api.admin.BrokerStatistics;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.SessionManager;
import io.fluxmqtt.session.access.AccessControl;
import io.fluxmqtt.session.access.AccessSettings;
import io.fluxmqtt.session.access.Plugin;
import io.fluxmqtt.session.access.Time;
import io.fluxmqtt.session.broker.Administration;
import io.fluxmqtt.session.broker.Broker;
import io.fluxmqtt.session.broker.BrokerSettings;
import io.fluxmqtt.session.wiring.TestSettings;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The real session manager on loops that run when told, with a clock that moves when told. Its
 * limits are small, its store completes late, user {@code slow} is decided late, user {@code bad}
 * is nobody, and topic {@code denied} is nobody's.
 */
final class ByHandBroker {
  /** Longer than any session, will or retained message is kept. */
  static final long ALL_EXPIRED_SECONDS = 120;

  private static final BrokerSettings SETTINGS =
      TestSettings.of(
          Map.ofEntries(
              Map.entry("keepAliveMaxSeconds", 30),
              Map.entry("sessionExpiryMaxSeconds", 60),
              Map.entry("receiveMaximum", 4),
              Map.entry("inFlightMax", 3),
              Map.entry("topicAliasMaximum", 4),
              Map.entry("outgoingTopicAliasMaximum", 3),
              Map.entry("sessionsMax", 8),
              Map.entry("subscriptionsPerSessionMax", 6),
              Map.entry("queueMaxMessages", 5),
              Map.entry("queueMaxBytes", 4096),
              Map.entry("queueTotalMaxBytes", 8192),
              Map.entry("qos0QueueMaxBytes", 2048),
              Map.entry("mailboxMaxBytes", 2048),
              Map.entry("retainedMaxMessages", 5),
              Map.entry("retainedMaxBytes", 4096)));
  private static final Comparable<Object> REFERENCE = other -> 0;

  final MockTicker clock = Ticker.newMockTicker();
  final Broker broker;
  private final List<EmbeddedChannel> loops = new ArrayList<>();
  private final Queue<Runnable> late = new ArrayDeque<>();
  private final Administration administration;

  ByHandBroker() {
    EmbeddedChannel house = newLoop();
    AccessControl access =
        new AccessControl(
            AccessSettings.of(List.of("all"), List.of("rules")).withInline(Set.of("test")),
            new HouseTime(house));
    Authenticator all = this::authenticate;
    access.putAuthenticator(new Plugin<>("all", "test", true, REFERENCE, all));
    Authorizer rules = (client, wish) -> rule(wish);
    access.putAuthorizer(new Plugin<>("rules", "test", false, REFERENCE, rules));
    LateStores stores = new LateStores(late::add);
    broker =
        new Broker(
            access,
            stores,
            stores,
            SETTINGS,
            new NettyEventLoop(house.eventLoop()),
            clock::nanoTime,
            () -> TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()));
    try {
      broker.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    administration = new Administration(broker, List::of, Optional::empty);
  }

  SessionManager sessions() {
    return broker;
  }

  BrokerStatistics.Snapshot snapshot() {
    return administration.snapshot();
  }

  /** A channel with a loop of its own, which this runs from now on. */
  EmbeddedChannel newLoop() {
    EmbeddedChannel channel = EmbeddedChannel.builder().ticker(clock).build();
    loops.add(channel);
    return channel;
  }

  /** The loop of a channel has nothing more to do. */
  void forget(EmbeddedChannel channel) {
    loops.remove(channel);
  }

  /** Runs all loops and all that is late until nothing is left to do. */
  void settle() {
    for (int turn = 0; turn < 10_000; turn++) {
      for (int i = 0; i < loops.size(); i++) {
        loops.get(i).runPendingTasks();
      }
      Runnable next = late.poll();
      if (next != null) {
        next.run();
      } else if (loops.stream().noneMatch(EmbeddedChannel::hasPendingTasks)) {
        return;
      }
    }
    throw new AssertionError("the loops never come to rest");
  }

  /** Lets time pass, in steps, so that what one timer starts another ends. */
  void pass(long seconds) {
    long step = Math.max(1, seconds / 8);
    for (long passed = 0; passed < seconds; passed += step) {
      clock.advance(step, TimeUnit.SECONDS);
      settle();
    }
  }

  private CompletionStage<Authentication> authenticate(Credentials credentials) {
    Authentication answer =
        "bad".equals(credentials.userName())
            ? new Authentication.Abstained()
            : new Authentication.Accepted(Principal.ANONYMOUS);
    CompletableFuture<Authentication> future = new CompletableFuture<>();
    if ("slow".equals(credentials.userName())) {
      late.add(() -> future.complete(answer));
    } else {
      future.complete(answer);
    }
    return future;
  }

  private static Decision rule(Access wish) {
    if (wish instanceof Access.Publish publish) {
      return publish.topic().equals("denied") ? Decision.DENY : Decision.ALLOW;
    }
    boolean denied =
        wish instanceof Access.Subscribe subscribe && subscribe.filter().matches("denied/it");
    return denied ? Decision.DENY : Decision.ALLOW;
  }

  private record HouseTime(EmbeddedChannel house) implements Time {
    @Override
    public long nanos() {
      return house.eventLoop().ticker().nanoTime();
    }

    @Override
    public Runnable after(long nanos, Runnable task) {
      var alarm = house.eventLoop().schedule(task, nanos, TimeUnit.NANOSECONDS);
      return () -> alarm.cancel(false);
    }
  }
}
