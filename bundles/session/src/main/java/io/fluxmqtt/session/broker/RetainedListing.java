package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.RetainedInfo;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lists Retained Messages for shells and consoles, piece by piece. For one thread at a time: the
 * caller's, then those of the store.
 */
final class RetainedListing {
  /** Messages that are read at once, with their payloads; the store bounds their bytes. */
  private static final int SLICE = 256;

  private final Broker broker;
  private final String filter;
  private final int limit;
  private final List<RetainedInfo> infos = new ArrayList<>();
  private final CompletableFuture<List<RetainedInfo>> result = new CompletableFuture<>();
  private byte @Nullable [] position; // where to go on, null to begin

  RetainedListing(Broker broker, String filter, int limit) {
    this.broker = broker;
    this.filter = filter;
    this.limit = limit;
  }

  /** Begins; called once. Ends as the store's answers come. */
  CompletableFuture<List<RetainedInfo>> list() {
    goOn();
    return result;
  }

  private void goOn() {
    Retained.Found found = null;
    do {
      int wanted = Math.min(SLICE, limit - infos.size());
      found = broker.retained().find(filter, position, Math.max(1, wanted), this::takeAndGoOn);
    } while (found != null && take(found));
  }

  private void takeAndGoOn(Retained.Found found) {
    if (take(found)) {
      goOn();
    }
  }

  /** Returns whether there is more to look for. */
  private boolean take(Retained.Found found) {
    if (found.failure() != null) {
      broker.retained().unreadable(found.failure());
      result.completeExceptionally(found.failure());
      return false;
    }
    for (StoredMessage message : found.slice().messages()) {
      Publication publication = broker.fromStored(message);
      long now = broker.nanoTime();
      if (infos.size() < limit && !publication.isExpired(now)) {
        infos.add(
            new RetainedInfo(
                publication.message().topic(),
                publication.message().qos(),
                publication.message().payload().length(),
                publication.publisher(),
                publication.expires() ? publication.remainingSeconds(now) : null));
      }
    }
    position = found.slice().next();
    if (position == null || infos.size() >= limit) {
      result.complete(infos);
      return false;
    }
    return true;
  }
}
