package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.RefusalInfo;
import io.fluxmqtt.api.events.BrokerEvent;
import io.fluxmqtt.api.message.ReasonCode;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The last refusals; one that happens again soon is counted. Any thread. */
final class RefusalRing {
  /** How long after the last time the same refusal is no new one. */
  private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Map<Key, Entry> entries = new LinkedHashMap<>(); // guarded by this; newest last

  /** What makes two refusals the same. */
  record Key(
      @Nullable String clientId,
      @Nullable String userName,
      String listener,
      @Nullable InetAddress address,
      String what,
      ReasonCode reason,
      long epoch) {}

  private static final class Entry {
    final BrokerEvent.Refused refusal;
    long times;
    Instant last;
    long lastNanos;

    Entry(BrokerEvent.Refused refusal, long nowNanos) {
      this.refusal = refusal;
      this.times = 1;
      this.last = refusal.time();
      this.lastNanos = nowNanos;
    }
  }

  /** Counts a refusal that is there already; returns whether it is. */
  synchronized boolean again(Key key, Instant now, long nowNanos) {
    Entry entry = entries.remove(key);
    if (entry == null || nowNanos - entry.lastNanos > SOON_NANOS) {
      return false; // an old one leaves: it would hide how long it was quiet
    }
    entry.times++;
    entry.last = now;
    entry.lastNanos = nowNanos;
    entries.put(key, entry);
    return true;
  }

  /**
   * Adds a refusal that was not there; returns whether it is new still.
   *
   * @param max how many are kept
   */
  synchronized boolean add(Key key, BrokerEvent.Refused refusal, long nowNanos, int max) {
    boolean isNew = !again(key, refusal.time(), nowNanos);
    if (isNew) {
      entries.put(key, new Entry(refusal, nowNanos));
    }
    trim(max);
    return isNew;
  }

  /** Forgets the oldest beyond a number. */
  synchronized void trim(int max) {
    Iterator<Entry> oldest = entries.values().iterator();
    for (int surplus = entries.size() - max; surplus > 0; surplus--) {
      oldest.next();
      oldest.remove();
    }
  }

  synchronized List<RefusalInfo> newestFirst() {
    List<RefusalInfo> infos = new ArrayList<>(entries.size());
    for (Entry entry : entries.values()) {
      infos.add(new RefusalInfo(entry.refusal, entry.times, entry.last));
    }
    Collections.reverse(infos);
    return infos;
  }
}
