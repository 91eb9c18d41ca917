package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.access.AccessControl;
import io.fluxmqtt.session.access.AccessSettings;
import io.fluxmqtt.session.access.Plugin;
import io.fluxmqtt.session.access.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A broker with two loops and a house loop, a clock that stands still, and a policy to set. */
final class Fixture {
  static final BrokerSettings SETTINGS =
      new BrokerSettings(
          0,
          0xFFFF_FFFFL,
          10,
          5,
          4,
          3,
          4,
          100,
          10,
          4,
          1 << 20,
          1 << 22,
          1_000_000,
          1 << 24,
          1 << 10,
          1 << 12,
          BrokerSettings.Overflow.DROP_OLDEST,
          3,
          1 << 20,
          false,
          false,
          true,
          false,
          BrokerSettings.Ownership.USER,
          3,
          DurabilityRules.NONE,
          List.of());

  /** {@link #SETTINGS} with another value of one component. */
  static BrokerSettings with(String component, Object value) {
    RecordComponent[] components = BrokerSettings.class.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        boolean isMeant = components[i].getName().equals(component);
        types[i] = components[i].getType();
        values[i] = isMeant ? value : components[i].getAccessor().invoke(SETTINGS);
      }
      return BrokerSettings.class.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(component, e);
    }
  }

  private static final Comparable<Object> AUTHORIZER = other -> 0;
  static final Comparable<Object> AUTHENTICATOR = other -> 0;
  private static final Comparable<Object> ENHANCED = other -> 0;

  final MemoryStores stores = new MemoryStores();
  final HandLoop one = new HandLoop(this::nanos);
  final HandLoop two = new HandLoop(this::nanos);
  final HandLoop house = new HandLoop(this::nanos);
  final HandLoop policyTimer = new HandLoop(this::nanos);
  final AccessControl access;
  final Broker broker;
  @Nullable String denied; // a topic or filter that nobody may use
  @Nullable String deniedFor; // the only client that may not use it; null for all
  @Nullable String receiveDenied; // a topic that nobody may receive, but deniedFor if it is set
  boolean receiveFails; // who is asked about messages
  Runnable whenAsked = () -> {}; // after the answer is known
  int decisions; // that were asked for
  @Nullable Client asked; // for whom the last of them was
  @Nullable String forGroupOnly; // a topic or filter for members of the group "in"
  long wallMillis; // when the clock stood at 0; jumps when somebody sets it
  private long nanos = 1;

  Fixture() {
    this(SETTINGS);
  }

  Fixture(BrokerSettings settings) {
    this(settings, visitor -> {});
  }

  /** With what the store has kept; the clock stands at 0. */
  Fixture(BrokerSettings settings, Consumer<SessionStore.Visitor> kept) {
    stores.keep(kept);
    stores.clock(() -> nanos / 1_000_000);
    access =
        new AccessControl(
            AccessSettings.of(List.of("all"), List.of("rules")).withInline(Set.of("test")),
            new Time() {
              @Override
              public long nanos() {
                return nanos;
              }

              @Override
              public Runnable after(long delay, Runnable task) {
                return policyTimer.schedule(task, delay, TimeUnit.NANOSECONDS)::cancel;
              }
            });
    access.putAuthenticator(
        new Plugin<Authenticator>(
            "all",
            "test",
            true,
            AUTHENTICATOR,
            credentials ->
                CompletableFuture.completedFuture(
                    new Authentication.Accepted(Principal.ANONYMOUS))));
    putAuthorizer();
    broker =
        new Broker(
            access,
            stores,
            stores,
            settings,
            house,
            this::nanos,
            () -> wallMillis + nanos / 1_000_000);
    try {
      broker.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts an enhanced authenticator in force that offers a method. */
  void putEnhanced(String method, EnhancedAuthenticator service) {
    access.configure(
        AccessSettings.of(List.of("all"), List.of("rules"))
            .withEnhanced(List.of("enhanced"))
            .withInline(Set.of("test")));
    access.putEnhanced(new Plugin<>("enhanced", "test", false, method, ENHANCED, service));
  }

  void removeEnhanced() {
    access.removeEnhanced(ENHANCED);
  }

  void putAuthorizer() {
    access.putAuthorizer(new Plugin<Authorizer>("rules", "test", false, AUTHORIZER, this::rule));
  }

  /** As {@link #putAuthorizer}; the rules promise to hold until it is called again. */
  void putPromisingAuthorizer() {
    access.putAuthorizer(
        new Plugin<Authorizer>("rules", "test", false, AUTHORIZER, this::rule).lasting());
  }

  /** As {@link #putPromisingAuthorizer}; it wants to be asked about messages. */
  void putReceivingAuthorizer() {
    access.putAuthorizer(receiving().lasting());
  }

  /** As {@link #putAuthorizer}; it wants to be asked about messages. */
  Plugin<Authorizer> receiving() {
    return new Plugin<Authorizer>("rules", "test", false, AUTHORIZER, this::rule).receiving();
  }

  /** As {@link #receiving}, on a thread of its own. */
  Plugin<Authorizer> foreign() {
    return new Plugin<Authorizer>("rules", "foreign", false, AUTHORIZER, this::rule).receiving();
  }

  void removeAuthorizer() {
    access.removeAuthorizer(AUTHORIZER);
  }

  private Decision rule(Client client, Access wish) {
    decisions++;
    asked = client;
    if (wish instanceof Access.Receive receive) {
      if (receiveFails) {
        throw new IllegalStateException("for a test");
      }
      boolean may = deniedFor != null && !deniedFor.equals(client.clientId());
      return receive.topic().equals(receiveDenied) && !may ? Decision.DENY : Decision.ALLOW;
    }
    String subject =
        wish instanceof Access.Publish publish
            ? publish.topic()
            : wish instanceof Access.Subscribe subscribe ? subscribe.filter().filter() : "";
    boolean outside = !client.principal().groups().contains("in");
    boolean isMeant = deniedFor == null || deniedFor.equals(client.clientId());
    Decision decision =
        (subject.equals(denied) && isMeant) || (subject.equals(forGroupOnly) && outside)
            ? Decision.DENY
            : Decision.ALLOW;
    whenAsked.run();
    return decision;
  }

  TestClient client() {
    return new TestClient(this, one);
  }

  TestClient client(ListenerProfile listener) {
    return new TestClient(this, one, listener);
  }

  TestClient clientOnOtherLoop() {
    return new TestClient(this, two);
  }

  /** Runs all loops until nothing is left to do. */
  void settle() {
    boolean any = true;
    while (any) {
      any = one.run() | two.run() | house.run() | policyTimer.run();
    }
  }

  /** Lets time pass; what is due runs on the way. */
  void pass(long seconds) {
    for (long i = 0; i < seconds; i++) {
      nanos += TimeUnit.SECONDS.toNanos(1);
      settle();
    }
  }

  /** Lets time pass while the loops do nothing. */
  void advance(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private long nanos() {
    return nanos;
  }
}
