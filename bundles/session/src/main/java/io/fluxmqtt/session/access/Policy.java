package io.fluxmqtt.session.access;

import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.session.ListenerProfile;
import java.util.List;

/** The policy between two changes: a snapshot, immutable, never half built. */
final class Policy {
  private final long epoch;
  private final boolean closed;
  private final AccessSettings settings;
  private final List<Slot<Authenticator>> authenticators;
  private final List<Slot<Authorizer>> authorizers;

  Policy(
      long epoch,
      AccessSettings settings,
      List<Slot<Authenticator>> authenticators,
      List<Slot<Authorizer>> authorizers) {
    this(epoch, false, settings, authenticators, authorizers);
  }

  private Policy(
      long epoch,
      boolean closed,
      AccessSettings settings,
      List<Slot<Authenticator>> authenticators,
      List<Slot<Authorizer>> authorizers) {
    this.epoch = epoch;
    this.closed = closed;
    this.settings = settings;
    this.authenticators = List.copyOf(authenticators);
    this.authorizers = List.copyOf(authorizers);
  }

  /** The last policy: whatever is asked is unavailable at once. */
  Policy closed(long now) {
    return new Policy(
        epoch + 1,
        true,
        settings,
        List.of(Slot.absent("stopping", false, now, now)),
        List.of(Slot.absent("stopping", false, now, now)));
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

  List<Slot<Authorizer>> authorizers() {
    return authorizers;
  }

  /** The authenticators that a listener names, in the order of the policy. */
  List<Slot<Authenticator>> named(ListenerProfile listener) {
    List<String> names = listener.authenticators();
    if (names.isEmpty() || closed) {
      return authenticators;
    }
    return authenticators.stream().filter(slot -> names.contains(slot.name())).toList();
  }

  /** The authenticators that are asked about clients of a listener, in order. */
  List<Slot<Authenticator>> asked(ListenerProfile listener) {
    List<Slot<Authenticator>> named = named(listener);
    if (listener.loopbackOnly() || listener.allowAnonymousRemote()) {
      return named;
    }
    return named.stream().filter(slot -> !slot.anonymous()).toList();
  }
}
