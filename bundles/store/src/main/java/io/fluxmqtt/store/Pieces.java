package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads many entries in pieces. A read that goes on for long keeps old files and old values alive,
 * an engine from opening its files anew after a failure, and a store from being closed. What is on
 * the heap anyway is read in one go, as its engine would sort all of it for each piece.
 */
final class Pieces {
  static final int MAX_ENTRIES = 5_000;
  static final int MAX_BYTES = 1 << 20;

  /** Takes what is read. */
  interface Taker {
    /** An entry, in key order; at the time of this call the engine must not be called. */
    void entry(byte[] key, byte[] value);

    /**
     * The entries since the last piece were one.
     *
     * @param last whether nothing comes behind them
     */
    void piece(boolean last) throws IOException;
  }

  private final KvEngine engine;
  private final BooleanSupplier closed;

  /** Of an engine that may be read until something is closed. */
  Pieces(KvEngine engine, BooleanSupplier closed) {
    this.engine = engine;
    this.closed = closed;
  }

  /** Reads a range. Blocks for I/O. */
  void read(KeyRange range, Taker taker) throws IOException {
    byte[] from = range.from();
    while (from != null) {
      Piece piece = new Piece(taker);
      if (Arrays.compareUnsigned(from, range.to()) < 0) {
        engine.scan(from, range.to(), piece);
      }
      piece.end();
      from = piece.next;
    }
  }

  private final class Piece implements KvEngine.Visitor {
    private final Taker taker;
    private int entries;
    private int bytes;
    private byte @Nullable [] next;
    private @Nullable IOException failure;

    Piece(Taker taker) {
      this.taker = taker;
    }

    @Override
    public boolean visit(byte[] key, byte[] value) {
      if (closed.getAsBoolean()) {
        failure = new IOException("the store is closed");
        return false;
      }
      if (entries == MAX_ENTRIES || bytes > MAX_BYTES) {
        if (!engine.isOnHeap()) {
          next = key;
          return false;
        }
        if (!goesOn()) {
          return false;
        }
      }
      entries++;
      bytes += key.length + value.length;
      taker.entry(key, value);
      return true;
    }

    private boolean goesOn() {
      entries = 0;
      bytes = 0;
      try {
        taker.piece(false);
        return true;
      } catch (IOException e) {
        failure = e;
        return false;
      }
    }

    void end() throws IOException {
      if (failure != null) {
        throw failure;
      }
      taker.piece(next == null);
    }
  }
}
