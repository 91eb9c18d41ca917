package io.fluxmqtt.transport;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS of one listener: reads its files when they or the configuration change. Changed files are
 * read once they have looked the same for two polls, so that whoever writes them can finish. Files
 * that cannot be used leave those of the last good reading in force.
 *
 * <p>Owned by the control thread, save {@link #expires} and {@link #problem}.
 */
final class TlsKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(TlsKeeper.class);

  private final String listener;
  private final TlsWorkers workers;
  private final TurnedAway turnedAway;
  private final Clock clock;
  private Map<Path, String> tried = Map.of(); // the files as they were read last, well or not
  private @Nullable TlsSettings triedSettings;
  private @Nullable Map<Path, String> candidate; // seen at the last poll, not yet read
  private volatile @Nullable TlsProblem failure; // of what was tried last
  private volatile @Nullable TlsLayer live;

  TlsKeeper(String listener, TlsWorkers workers, TurnedAway turnedAway, Clock clock) {
    this.listener = listener;
    this.workers = workers;
    this.turnedAway = turnedAway;
    this.clock = clock;
  }

  /**
   * The layer for new connections: the newest that can be made of these settings and the files.
   *
   * @throws TlsProblem if none can be made of these settings at all
   */
  TlsLayer layer(TlsSettings settings) throws TlsProblem {
    Map<Path, String> stamps = TlsFiles.stamps(settings);
    if (!settings.equals(triedSettings) || !stamps.equals(tried)) {
      read(settings, stamps);
    }
    TlsLayer layer = live;
    if (layer != null && layer.context().settings().equals(settings)) {
      return layer;
    }
    throw failure == null ? new TlsProblem("TLS", "is not configured") : failure;
  }

  private void read(TlsSettings settings, Map<Path, String> stamps) {
    candidate = null;
    triedSettings = settings;
    tried = stamps;
    try {
      TlsContext context = TlsContext.load(settings, clock);
      failure = null;
      live = new TlsLayer(context, workers, turnedAway);
      Instant expires = context.expires();
      LOG.info("listener {}: certificates read, valid until {}", listener, expires);
    } catch (TlsProblem e) {
      TlsLayer before = live;
      if (before != null && before.context().settings().equals(settings)) {
        LOG.error("listener {}: {}; what was read before stays in force", listener, e.getMessage());
      }
      failure = e;
    }
  }

  /** Whether files have changed and are at rest, so that it is time to ask for the layer. */
  boolean isDue(TlsSettings settings) {
    Map<Path, String> now = TlsFiles.stamps(settings);
    if (now.equals(tried)) {
      candidate = null;
      return false;
    }
    boolean rests = now.equals(candidate);
    candidate = now;
    return rests;
  }

  /** What is not as configured though clients are served, or null. */
  @Nullable String problem() {
    TlsLayer layer = live;
    TlsProblem problem = failure;
    if (problem != null) {
      return problem.getMessage() + "; what was read before stays in force";
    }
    return layer == null ? null : layer.context().problem().orElse(null);
  }

  /** When the first certificate in force ends, or null. Any thread. */
  @Nullable Instant expires() {
    TlsLayer layer = live;
    return layer == null ? null : layer.context().expires();
  }
}
