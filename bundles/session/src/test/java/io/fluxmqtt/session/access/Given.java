package io.fluxmqtt.session.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.ListenerProfile;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the tests of this package take for granted. */
final class Given {
  static final ListenerProfile LOCAL = listener(true, false);
  static final ListenerProfile REMOTE = listener(false, false);
  static final ListenerProfile REMOTE_OPEN = listener(false, true);
  static final Client CLIENT = new Client("sensor", Principal.user("ann"), "default", null);
  static final Access PUBLISH = new Access.Publish("a/b", QoS.AT_LEAST_ONCE, false);
  static final Principal ANN = Principal.user("ann");
  static final Credentials ANNS_CREDENTIALS = credentials("ann", "secret");
  static final Credentials NO_CREDENTIALS = credentials(null, null);

  private Given() {}

  /** A registration; the greater counts. */
  @SuppressWarnings("ComparableType") // as ServiceReference
  record Ref(int rank) implements Comparable<Object> {
    @Override
    public int compareTo(Object other) {
      return Integer.compare(rank, ((Ref) other).rank);
    }
  }

  static ListenerProfile listener(
      boolean loopbackOnly, boolean allowAnonymousRemote, String... authenticators) {
    return new ListenerProfile(
        "default", loopbackOnly, allowAnonymousRemote, List.of(authenticators), 1000, 5000);
  }

  static Credentials credentials(@Nullable String user, @Nullable String password) {
    Payload bytes = password == null ? null : Payload.ofUtf8(password);
    return new Credentials("sensor", user, bytes, "default", null, List.of());
  }

  /** Grace 2 s, authentication 10 s, authorization 1 s; the bundle "inline" is inline. */
  static AccessSettings settings(List<String> authenticators, List<String> authorizers) {
    return AccessSettings.of(authenticators, authorizers).withInline(Set.of("inline"));
  }

  static AccessSettings withGrace(AccessSettings settings, Duration grace) {
    return new AccessSettings(
        settings.authenticators(),
        settings.enhanced(),
        settings.authorizers(),
        grace,
        settings.inline(),
        settings.authenticationTimeout(),
        settings.exchangeTimeout(),
        settings.exchangeStepsMax(),
        settings.authorizationTimeout(),
        settings.failureLimits());
  }

  /** The same with another value of one component. */
  static AccessSettings with(AccessSettings settings, String component, Object value) {
    RecordComponent[] components = AccessSettings.class.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        boolean isMeant = components[i].getName().equals(component);
        types[i] = components[i].getType();
        values[i] = isMeant ? value : components[i].getAccessor().invoke(settings);
      }
      return AccessSettings.class.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(component, e);
    }
  }

  static Plugin<Authenticator> authenticator(String name, int rank, Authenticator service) {
    return new Plugin<>(name, "inline", false, new Ref(rank), service);
  }

  static Plugin<Authorizer> authorizer(String name, int rank, Authorizer service) {
    return new Plugin<>(name, "inline", false, new Ref(rank), service);
  }

  static Authenticator answering(Authentication answer) {
    return credentials -> CompletableFuture.completedFuture(answer);
  }

  static Authenticator accepting() {
    return answering(new Authentication.Accepted(ANN));
  }

  static Authenticator abstaining() {
    return answering(new Authentication.Abstained());
  }

  static Authorizer deciding(@Nullable Decision decision) {
    return (client, access) -> decision;
  }

  /** Notes that it is asked. */
  static Authenticator noting(List<String> asked, String name, Authenticator then) {
    return credentials -> {
      asked.add(name);
      return then.authenticate(credentials);
    };
  }

  static void assertGranted(List<Admission> result) {
    assertEquals(List.of(new Admission.Granted(ANN)), result);
  }

  static Admission.Refused assertRefused(ReasonCode reason, List<Admission> result) {
    assertEquals(1, result.size(), result::toString);
    assertTrue(result.get(0) instanceof Admission.Refused, result::toString);
    Admission.Refused refused = (Admission.Refused) result.get(0);
    assertEquals(reason, refused.reason(), refused::text);
    return refused;
  }

  /** Waits until something is so, for what other threads do. */
  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within 20 s");
      }
      Thread.onSpinWait();
    }
  }
}
