package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.spi.store.SessionStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link WaitingQueue} asks the store for: some ids, the first ones that it does not have in
 * memory. Owned by the session's loop; an answer to a question that is not the queue's present one
 * counts for nothing.
 *
 * <p>An id may be asked for before its message is in the store: the loop that published it has not
 * committed yet, or the write has failed. So it is asked for again after all that is under way, and
 * is given up only then.
 */
final class QueueReading {
  /** So often a question is asked. */
  static final int TRIES = 3;

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Logger LOG = LoggerFactory.getLogger(QueueReading.class);

  private final WaitingQueue queue;
  private final Session session;
  private final Broker broker;
  private final long[] ids;
  private final long maxBytes;
  private final int repeats;
  private int gone; // so many of the ids have left the queue since, taken or dropped

  QueueReading(WaitingQueue queue, Session session, Broker broker, long[] ids, long maxBytes) {
    this(queue, session, broker, ids, maxBytes, 0);
  }

  private QueueReading(
      WaitingQueue queue, Session session, Broker broker, long[] ids, long maxBytes, int repeats) {
    this.queue = queue;
    this.session = session;
    this.broker = broker;
    this.ids = ids;
    this.maxBytes = maxBytes;
    this.repeats = repeats;
  }

  /** The first of the ids has left the queue. */
  void firstLeft() {
    gone++;
  }

  /** Asks, unless nothing is left to be asked; the answer comes as a command of the session. */
  void ask() {
    if (ids.length == 0) {
      queue.read();
      return;
    }
    broker
        .sessionStore()
        .read(
            session.number(),
            ids,
            maxBytes,
            (slice, failure) -> session.command(() -> answered(slice, failure)));
  }

  /** What was asked is answered, maybe long after the session has ended. */
  private void answered(SessionStore.QueueSlice slice, @Nullable IOException failure) {
    if (!queue.isReading(this)) {
      return;
    }
    if (failure != null) {
      unreadable(failure);
      return;
    }
    queue.readable();
    Iterator<SessionStore.Queued> found = slice.found().iterator();
    SessionStore.Queued next = found.hasNext() ? found.next() : null;
    for (int i = 0; i < slice.looked(); i++) {
      SessionStore.Queued queued = null;
      if (next != null && next.message().id() == ids[i]) {
        queued = next;
        next = found.hasNext() ? found.next() : null;
      }
      if (i < gone) {
        continue; // it was dropped meanwhile
      }
      if (queued != null) {
        queue.take(queued);
      } else if (repeats < TRIES - 1) {
        askAgain();
        return;
      } else {
        queue.giveUp();
      }
    }
    queue.read();
  }

  /** What the store does not have may be on its way to it: asks for the rest once it must be. */
  private void askAgain() {
    QueueReading again = left(repeats);
    queue.readAgain(again);
    broker.whenCommitted(
        () ->
            session.command(
                () -> {
                  if (queue.isReading(again)) {
                    QueueReading next = again.left(repeats + 1);
                    queue.readAgain(next);
                    next.ask();
                  }
                }));
  }

  /** What of it is still to be read. */
  private QueueReading left(int repeated) {
    long[] rest = Arrays.copyOfRange(ids, Math.min(gone, ids.length), ids.length);
    return new QueueReading(queue, session, broker, rest, maxBytes, repeated);
  }

  /** The disk may be well again soon; if it is not, what follows may be readable. */
  private void unreadable(IOException failure) {
    int failures = queue.unreadable();
    if (failures == 1) {
      LOG.warn(
          "The queue of client {} cannot be read from the store: {}",
          Printable.of(session.clientId()),
          failure.toString());
    }
    if (failures >= TRIES && gone < ids.length) {
      queue.lose(); // and the store keeps it: it is tried again after the next start
    }
    session
        .owner()
        .schedule(
            () ->
                session.command(
                    () -> {
                      if (queue.isReading(this)) {
                        queue.read();
                        queue.refill();
                      }
                    }),
            RETRY_NANOS);
  }
}
