package io.fluxmqtt.transport;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections that one listener has closed before they could say CONNECT, counted by the key of its
 * configuration that is the reason; each reason has a line in the log at most every ten seconds.
 * Any thread.
 */
final class TurnedAway {
  private static final Logger LOG = LoggerFactory.getLogger(TurnedAway.class);
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String listener;
  private final Map<String, AtomicInteger> counts = new ConcurrentSkipListMap<>();
  private final Map<String, RateLimit> lines = new ConcurrentHashMap<>();

  TurnedAway(String listener) {
    this.listener = listener;
  }

  /**
   * Counts one.
   *
   * @param key what is the reason, one of a few
   * @param why a sentence for the log, with values
   */
  void count(String key, String why) {
    int sofar = counts.computeIfAbsent(key, any -> new AtomicInteger()).incrementAndGet();
    if (lines.computeIfAbsent(key, any -> new RateLimit(LINE_NANOS)).permits(System.nanoTime())) {
      LOG.warn(
          "listener {}: {} connections turned away so far for {}, now as {}",
          listener,
          sofar,
          key,
          why);
    }
  }

  /** How many for each reason. */
  Map<String, Long> counts() {
    Map<String, Long> copy = new TreeMap<>();
    counts.forEach((key, count) -> copy.put(key, count.longValue()));
    return copy;
  }

  /** Such as {@code "turned away: addressesAllowed 3, origins 1"}; empty if nobody was. */
  String note() {
    String all =
        counts.entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue())
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "" : "turned away: " + all;
  }
}
