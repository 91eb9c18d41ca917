package io.fluxmqtt.session.access;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.access.Ruling;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way into the plug-ins of a bundle: times, counts and catches every call, and names the
 * bundle. Any thread; lives on while the bundle is updated. Answers are enums and records of the
 * {@code api} that copy their collections, so nothing of a plug-in stays behind.
 */
final class PluginGuard {
  private static final Logger LOG = LoggerFactory.getLogger(PluginGuard.class);
  private static final long QUIET_NANOS = 10_000_000_000L;
  private static final int TEXT_MAX = 200;

  private final String bundle;
  private final Time time;
  private final LongAdder calls = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final AtomicLong loggedAt;
  private final LongAdder notLogged = new LongAdder();

  PluginGuard(String bundle, Time time) {
    this.bundle = bundle;
    this.time = time;
    this.loggedAt = new AtomicLong(time.nanos() - QUIET_NANOS);
  }

  String bundle() {
    return bundle;
  }

  PluginStatistics statistics() {
    return new PluginStatistics(bundle, calls.sum(), failures.sum(), nanos.sum());
  }

  /** Asks an authorizer; null if it failed. */
  @Nullable Decision decide(Slot<Authorizer> slot, Client client, Access access) {
    long start = time.nanos();
    Decision decision = null;
    try {
      decision = slot.service().decide(client, access);
      if (decision == null) {
        failed(Role.AUTHORIZER, slot, "answered null", null);
      }
    } catch (Throwable e) { // LinkageError too: its bundle may just have been uninstalled
      failed(Role.AUTHORIZER, slot, "threw", e);
    }
    long now = time.nanos();
    calls.increment();
    nanos.add(now - start);
    if (decision != null) {
      slot.pulse().answered(now, start, PluginPulse.SLOW_DECISION_NANOS);
    }
    return decision;
  }

  /** Asks an authorizer why; null if it failed. */
  @Nullable Ruling explain(Slot<Authorizer> slot, Client client, Access access) {
    long start = time.nanos();
    Ruling ruling = null;
    try {
      ruling = slot.service().explain(client, access);
      if (ruling == null || ruling.decision() == null) {
        failed(Role.AUTHORIZER, slot, "explained with null", null);
        ruling = null;
      }
    } catch (Throwable e) { // as above
      failed(Role.AUTHORIZER, slot, "threw", e);
    }
    calls.increment();
    nanos.add(time.nanos() - start);
    return ruling;
  }

  /**
   * Asks an authenticator.
   *
   * @param then gets the answer, null if it failed; more than once only if its stage misbehaves
   */
  void authenticate(
      Slot<Authenticator> slot, Credentials credentials, Consumer<@Nullable Authentication> then) {
    ask(Role.AUTHENTICATOR, slot, () -> slot.service().authenticate(credentials), then);
  }

  /** Lets an exchange take a step; as {@link #authenticate}. */
  void step(
      Slot<EnhancedAuthenticator> slot,
      Supplier<CompletionStage<ExchangeStep>> step,
      Consumer<@Nullable ExchangeStep> then) {
    ask(Role.ENHANCED, slot, step, then);
  }

  /** Tells an exchange that it is over. */
  void close(Slot<EnhancedAuthenticator> slot, Exchange exchange) {
    try {
      exchange.closed();
    } catch (Throwable e) { // as above
      failed(Role.ENHANCED, slot, "threw when its exchange was closed", e);
    }
  }

  private <A> void ask(
      Role role, Slot<?> slot, Supplier<CompletionStage<A>> call, Consumer<@Nullable A> then) {
    long start = time.nanos();
    calls.increment();
    try {
      CompletionStage<A> stage = call.get();
      if (stage != null) {
        stage.whenComplete((answer, failure) -> answered(role, slot, start, answer, failure, then));
        return;
      }
      failed(role, slot, "returned null", null);
    } catch (Throwable e) { // as above
      failed(role, slot, "threw", e);
    }
    then.accept(null);
  }

  private <A> void answered(
      Role role,
      Slot<?> slot,
      long start,
      @Nullable A answer,
      @Nullable Throwable failure,
      Consumer<@Nullable A> then) {
    long now = time.nanos();
    nanos.add(now - start);
    if (failure != null) {
      failed(role, slot, "failed", failure);
    } else if (answer == null) {
      failed(role, slot, "answered null", null);
    } else {
      slot.pulse().answered(now, start, PluginPulse.SLOW_AUTHENTICATION_NANOS);
    }
    then.accept(failure == null ? answer : null);
  }

  /** Counts a failure of one plug-in and tells the log, though not each time. */
  void failed(Role role, Slot<?> slot, String what, @Nullable Throwable cause) {
    slot.pulse().failed(time.nanos());
    failed(role.toString(), slot.name(), what, cause);
  }

  /** As above, where it is not known of which. */
  void failed(String kind, String name, String what, @Nullable Throwable cause) {
    failures.increment();
    long now = time.nanos();
    long last = loggedAt.get();
    if (now - last < QUIET_NANOS || !loggedAt.compareAndSet(last, now)) {
      notLogged.increment();
      return;
    }
    long more = notLogged.sumThenReset();
    LOG.warn(
        "Bundle {}: {} {} {}{}; the request is refused{}",
        bundle,
        kind,
        name,
        what,
        cause == null ? "" : " " + describe(cause),
        more == 0 ? "" : " (" + more + " more failures since the last line)");
    LOG.debug("Bundle {}: {} {}", bundle, kind, name, cause);
  }

  private static String describe(Throwable cause) {
    String text;
    try {
      text = String.valueOf(cause.getMessage());
    } catch (Throwable e) { // its message is plug-in code as well
      text = "";
    }
    StringBuilder safe = new StringBuilder(cause.getClass().getName()).append(": ");
    text.codePoints()
        .limit(TEXT_MAX)
        .map(c -> isPrintable(c) ? c : '?')
        .forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
