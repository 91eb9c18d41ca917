package io.fluxmqtt.health;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A service that comes and goes, and since when it is away. Any thread. */
final class Presence<S> {
  private final LongSupplier nanos;

  // guarded by this
  private @Nullable S service;
  private long absentNanos;

  /** Absent from now on. */
  Presence(LongSupplier nanos) {
    this.nanos = nanos;
    absentNanos = nanos.getAsLong();
  }

  synchronized void came(S newService) {
    service = newService;
  }

  /** Another one may have come before. */
  synchronized void went(S oldService) {
    if (service == oldService) {
      service = null;
      absentNanos = nanos.getAsLong();
    }
  }

  synchronized @Nullable S service() {
    return service;
  }

  /** How long it has been away; null if it is there. */
  synchronized @Nullable Duration absent() {
    return service != null ? null : Duration.ofNanos(nanos.getAsLong() - absentNanos);
  }
}
