package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.Durability;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What is counted since the broker started. Striped, so that loops do not share a cache line. */
final class Counters {
  /** Why a message was dropped. */
  enum Drop {
    /** Its publisher may not publish it. */
    NOT_AUTHORIZED,
    /** Its publisher's right, or its receiver's, could not be decided. */
    POLICY_UNAVAILABLE,
    /** Its receiver may subscribe to what matches it, but not receive it. */
    RECEIVE_DENIED,
    /** Its topic is beyond the listener's limits, or its payload is not what it says. */
    REFUSED,
    /** The session's queue was full. */
    QUEUE_FULL,
    /** All queues together were full. */
    TOTAL_QUEUE_FULL,
    /** A QoS 0 message found a connection that takes too little. */
    SLOW_CONNECTION,
    /** It expired before it was sent. */
    EXPIRED,
    /** It is larger than the client accepts. */
    PACKET_TOO_LARGE,
    /** It was to be retained and there is no room. */
    RETAINED_FULL,
    /**
     * What a new Subscription was due of the Retained Messages could not be read; once for each.
     */
    RETAINED_UNREADABLE,
    /** The store could not take it. */
    STORE_FAILED,
    /** The store could not give it back. */
    UNREADABLE
  }

  final LongAdder received = new LongAdder();
  final LongAdder sent = new LongAdder();
  final LongAdder connections = new LongAdder();
  final LongAdder subscriptions = new LongAdder();
  final LongAdder queued = new LongAdder(); // messages that wait
  private final Map<Drop, LongAdder> drops = new EnumMap<>(Drop.class);
  private final Map<ReasonCode, LongAdder> refusals = new EnumMap<>(ReasonCode.class);
  private final Map<Durability.Level, LongAdder> promises = new EnumMap<>(Durability.Level.class);

  Counters() {
    for (Drop drop : Drop.values()) {
      drops.put(drop, new LongAdder());
    }
    for (ReasonCode reason : ReasonCode.values()) {
      refusals.put(reason, new LongAdder());
    }
    for (Durability.Level level : Durability.Level.values()) {
      promises.put(level, new LongAdder());
    }
  }

  void dropped(Drop reason) {
    adder(drops, reason).increment();
  }

  void refused(ReasonCode reason) {
    adder(refusals, reason).increment();
  }

  /** A message was acknowledged before it was safe. */
  void promised(Durability.Level level) {
    adder(promises, level).increment();
  }

  Map<String, Long> promises() {
    return names(promises);
  }

  Map<String, Long> drops() {
    return names(drops);
  }

  Map<String, Long> refusals() {
    return names(refusals);
  }

  private static <E extends Enum<E>> LongAdder adder(Map<E, LongAdder> map, E key) {
    LongAdder adder = map.get(key);
    if (adder == null) {
      throw new IllegalStateException(key + " is not counted");
    }
    return adder;
  }

  private static <E extends Enum<E>> Map<String, Long> names(Map<E, LongAdder> map) {
    Map<String, Long> names = new TreeMap<>();
    map.forEach(
        (key, adder) -> {
          if (adder.sum() > 0) {
            names.put(key.name().toLowerCase(Locale.ROOT), adder.sum());
          }
        });
    return names;
  }
}
