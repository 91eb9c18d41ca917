package io.fluxmqtt.transport;

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
import io.fluxmqtt.session.broker.Broker;
import io.fluxmqtt.session.broker.HouseLoop;
import io.fluxmqtt.session.wiring.TestSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The real session manager on threads of its own. All are accepted, without a user name too, but
 * user {@code bad}; all is allowed.
 */
final class LiveBroker implements AutoCloseable {
  private static final Comparable<Object> REFERENCE = other -> 0;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final HouseLoop house = new HouseLoop();
  private final Broker broker;
  volatile @Nullable InetSocketAddress lastAddress; // that the authenticator was shown

  LiveBroker() throws IOException {
    AccessControl access =
        new AccessControl(
            AccessSettings.of(List.of("all"), List.of("rules")).withInline(Set.of("test")),
            new SystemTime(timer));
    Authenticator all = this::authenticate;
    access.putAuthenticator(new Plugin<>("all", "test", true, REFERENCE, all));
    Authorizer rules = (client, wish) -> Decision.ALLOW;
    access.putAuthorizer(new Plugin<>("rules", "test", false, REFERENCE, rules));
    LateStores stores = new LateStores(timer::execute);
    broker =
        new Broker(
            access,
            stores,
            stores,
            TestSettings.of(Map.of()),
            house,
            System::nanoTime,
            System::currentTimeMillis);
    broker.start();
  }

  SessionManager sessions() {
    return broker;
  }

  private CompletionStage<Authentication> authenticate(Credentials credentials) {
    lastAddress = credentials.remoteAddress();
    return CompletableFuture.completedFuture(
        "bad".equals(credentials.userName())
            ? new Authentication.Abstained()
            : new Authentication.Accepted(Principal.ANONYMOUS));
  }

  @Override
  public void close() {
    broker.stop();
    house.close(300);
    timer.shutdownNow();
  }

  private record SystemTime(ScheduledExecutorService timer) implements Time {
    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public Runnable after(long nanos, Runnable task) {
      var alarm = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
      return () -> alarm.cancel(false);
    }
  }
}
