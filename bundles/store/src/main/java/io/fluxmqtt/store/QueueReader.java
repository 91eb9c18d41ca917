package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.SessionStore.QueueAnswer;
import io.fluxmqtt.api.spi.store.SessionStore.QueueSlice;
import io.fluxmqtt.api.spi.store.SessionStore.Queued;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pieces of queues on the reader's thread, beside the committer: ids are given by who knows
 * what waits, so nothing of what the committer owns is needed. A damaged record is set aside and is
 * not found; the other receivers of its message do not find it either.
 */
final class QueueReader {
  private static final Logger LOG = LoggerFactory.getLogger(QueueReader.class);
  private static final int CLOSE = 4;
  private static final QueueSlice NOTHING = new QueueSlice(List.of(), 0);

  private final KvEngine engine;
  private final Committer committer;
  private final StoreReader reader;
  private final LongAdder damaged;

  QueueReader(KvEngine engine, Committer committer, StoreReader reader, LongAdder damaged) {
    this.engine = engine;
    this.committer = committer;
    this.reader = reader;
    this.damaged = damaged;
  }

  /**
   * As {@link SessionStore#read}. If more than a batch is to be written, it is first: whoever sends
   * what is read gives the committer more to do, and would outrun a slow disk until no memory is
   * left.
   */
  void read(long number, long[] messageIds, long maxBytes, QueueAnswer answer) {
    Runnable task = () -> answer(number, messageIds, maxBytes, answer);
    if (committer.pendingBytes() > Committer.MAX_BYTES) {
      committer.whenWritten(failure -> reader.execute(task));
    } else {
      reader.execute(task);
    }
  }

  private void answer(long number, long[] messageIds, long maxBytes, QueueAnswer answer) {
    QueueSlice slice = NOTHING;
    IOException failure = null;
    try {
      slice = slice(number, messageIds, maxBytes);
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException | Error e) { // edge: the engine is somebody else's code
      failure = new IOException("the engine failed", e);
    }
    try {
      answer.read(slice, failure);
    } catch (RuntimeException | Error e) { // edge: a caller's code
      LOG.error("{} failed on what was read for it", answer.getClass().getName(), e);
    }
  }

  private QueueSlice slice(long number, long[] messageIds, long maxBytes) throws IOException {
    Piece piece = new Piece(number, messageIds, maxBytes);
    if (!engine.isOnHeap() && areClose(messageIds)) {
      piece.scan();
    } else {
      piece.get();
    }
    return new QueueSlice(piece.found, piece.looked);
  }

  /** Whether a scan of all between the first and the last costs less than to look for each. */
  private static boolean areClose(long[] ids) {
    for (int i = 1; i < ids.length; i++) {
      if (ids[i] <= ids[i - 1]) {
        return false;
      }
    }
    return ids[ids.length - 1] - ids[0] < (long) CLOSE * ids.length;
  }

  /** One read. */
  private final class Piece {
    private final long number;
    private final long[] ids;
    private final long maxBytes;
    private final List<Queued> found;
    private long bytes;
    private int looked;

    Piece(long number, long[] ids, long maxBytes) {
      this.number = number;
      this.ids = ids;
      this.maxBytes = maxBytes;
      this.found = new ArrayList<>(ids.length);
    }

    void get() throws IOException {
      while (isToGoOn()) {
        long id = ids[looked];
        byte[] record = engine.get(Keys.body(id));
        if (record != null) {
          take(id, record);
        }
        looked++;
      }
      checkOpen();
    }

    void scan() throws IOException {
      IOException[] failure = {null};
      engine.scan(
          Keys.body(ids[0]),
          Keys.body(ids[ids.length - 1] + 1),
          (key, record) -> {
            try {
              visit(Keys.soleNumber(key), record);
            } catch (DamagedRecordException e) {
              LOG.debug("a key of no message: {}", e.getMessage()); // the next load sees to it
            } catch (IOException e) {
              failure[0] = e;
            }
            return failure[0] == null && isToGoOn();
          });
      if (failure[0] != null) {
        throw failure[0];
      }
      checkOpen();
      if (isToGoOn()) {
        looked = ids.length; // there is no more
      }
    }

    private void visit(long id, byte[] record) throws IOException {
      while (isToGoOn() && ids[looked] < id) {
        looked++;
      }
      if (isToGoOn() && ids[looked] == id) {
        take(id, record);
        looked++;
      }
    }

    private void take(long id, byte[] record) throws IOException {
      bytes += record.length;
      Queued queued = queued(number, id, record);
      if (queued != null) {
        found.add(queued);
      }
    }

    private boolean isToGoOn() {
      return looked < ids.length && (looked == 0 || bytes < maxBytes) && !reader.isClosed();
    }

    private void checkOpen() throws IOException {
      if (reader.isClosed()) {
        throw new IOException("the store is closed");
      }
    }
  }

  private @Nullable Queued queued(long number, long id, byte[] record) throws IOException {
    Records.Body body;
    try {
      body = Records.body(record);
    } catch (DamagedRecordException e) {
      setAside(Keys.body(id), record, e);
      return null;
    }
    Receivers receivers = body.receivers();
    for (int i = receivers.size() - 1; i >= 0; i--) {
      if (receivers.number(i) == number) {
        return new Queued(receivers.delivery(i, id), body.message());
      }
    }
    StoredDelivery delivery = ownRecord(number, id);
    return delivery == null ? null : new Queued(delivery, body.message());
  }

  /** A delivery that the record of its message does not name. */
  private @Nullable StoredDelivery ownRecord(long number, long id) throws IOException {
    byte[] key = Keys.delivery(number, id);
    byte[] record = engine.get(key);
    if (record == null || Records.isMark(record)) {
      return null;
    }
    try {
      return Records.delivery(id, record);
    } catch (DamagedRecordException e) {
      setAside(key, record, e);
      return null;
    }
  }

  /** Moves a damaged record into the quarantine, unless it was replaced meanwhile. */
  private void setAside(byte[] key, byte[] record, DamagedRecordException reason) {
    LOG.warn("a damaged record of a queue was set aside: {}", reason.getMessage());
    boolean[] moved = {false};
    committer.commit(
        draft -> {
          moved[0] = Arrays.equals(record, draft.get(key));
          if (moved[0]) {
            draft.put(Keys.quarantined(key), record);
            draft.remove(key);
          }
        },
        Weight.ofRemoval(),
        failure -> {
          if (failure == null && moved[0]) {
            damaged.increment();
          }
        });
  }
}
