package io.fluxmqtt.session.access;

import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.session.ListenerProfile;
import java.util.List;

/** The policy between two changes: a snapshot, immutable, never half built. */
final class Policy {
  private final long epoch;
  private final boolean closed;
  private final AccessSettings settings;
  private final List<Slot<Authenticator>> authenticators;
  private final List<Slot<EnhancedAuthenticator>> enhanced;
  private final List<Slot<Authorizer>> authorizers;
  private final boolean asksReceive;

  Policy(
      long epoch,
      AccessSettings settings,
      List<Slot<Authenticator>> authenticators,
      List<Slot<EnhancedAuthenticator>> enhanced,
      List<Slot<Authorizer>> authorizers) {
    this(epoch, false, settings, authenticators, enhanced, authorizers);
  }

  private Policy(
      long epoch,
      boolean closed,
      AccessSettings settings,
      List<Slot<Authenticator>> authenticators,
      List<Slot<EnhancedAuthenticator>> enhanced,
      List<Slot<Authorizer>> authorizers) {
    this.epoch = epoch;
    this.closed = closed;
    this.settings = settings;
    this.authenticators = List.copyOf(authenticators);
    this.enhanced = List.copyOf(enhanced);
    this.authorizers = List.copyOf(authorizers);
    this.asksReceive = this.authorizers.stream().anyMatch(Slot::asksReceive);
  }

  /** The last policy: whatever is asked is unavailable at once. */
  Policy closed(long now) {
    return new Policy(
        epoch + 1,
        true,
        settings,
        List.of(Slot.absent("stopping", null, now, now)),
        List.of(Slot.absent("stopping", null, now, now)),
        List.of(Slot.absent("stopping", null, now, now)));
  }

  long epoch() {
    return epoch;
  }

  boolean isClosed() {
    return closed;
  }

  AccessSettings settings() {
    return settings;
  }

  List<Slot<Authenticator>> authenticators() {
    return authenticators;
  }

  List<Slot<EnhancedAuthenticator>> enhanced() {
    return enhanced;
  }

  List<Slot<Authorizer>> authorizers() {
    return authorizers;
  }

  /** Whether an authorizer wants to be asked about each message that a client is to receive. */
  boolean asksReceive() {
    return asksReceive;
  }

  /** The authenticators that a listener names, in the order of the policy. */
  List<Slot<Authenticator>> named(ListenerProfile listener) {
    return named(authenticators, listener);
  }

  /** The enhanced ones that a listener names, in the order of the policy. */
  List<Slot<EnhancedAuthenticator>> namedEnhanced(ListenerProfile listener) {
    return named(enhanced, listener);
  }

  /** The authenticators that are asked about clients of a listener, in order. */
  List<Slot<Authenticator>> asked(ListenerProfile listener) {
    return asked(named(listener), listener);
  }

  /** The enhanced ones that are asked about clients of a listener, in order. */
  List<Slot<EnhancedAuthenticator>> askedEnhanced(ListenerProfile listener) {
    return asked(namedEnhanced(listener), listener);
  }

  /**
   * Who judges the clients of a listener that name a method: the first that offers it, or did
   * before it left. If there is none, those of whom nobody knows yet what they will offer.
   */
  List<Slot<EnhancedAuthenticator>> offering(String method, ListenerProfile listener) {
    List<Slot<EnhancedAuthenticator>> asked = askedEnhanced(listener);
    for (Slot<EnhancedAuthenticator> slot : asked) {
      if (method.equals(slot.method())) {
        return List.of(slot);
      }
    }
    return asked.stream().filter(slot -> slot.isAbsent() && slot.method() == null).toList();
  }

  private <S> List<Slot<S>> named(List<Slot<S>> slots, ListenerProfile listener) {
    List<String> names = listener.authenticators();
    if (names.isEmpty() || closed) {
      return slots;
    }
    return slots.stream().filter(slot -> names.contains(slot.name())).toList();
  }

  private static <S> List<Slot<S>> asked(List<Slot<S>> named, ListenerProfile listener) {
    if (listener.loopbackOnly() || listener.allowAnonymousRemote()) {
      return named;
    }
    return named.stream().filter(slot -> !slot.anonymous()).toList();
  }
}
