package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Reads entries piece by piece, tells those that are damaged, and has each piece judged. */
final class CheckedReader {
  /** Reads one record, and adds to the suspects what is not damaged and may yet be wrong. */
  @FunctionalInterface
  interface Check {
    void read(byte[] key, byte[] value) throws DamagedRecordException;
  }

  /** Comes behind each piece; {@code last} says whether nothing follows. */
  @FunctionalInterface
  interface End {
    void piece(boolean last) throws IOException;
  }

  private final Pieces pieces;
  private final Suspects suspects;
  private long entries;

  CheckedReader(KvEngine engine, BooleanSupplier closed, Suspects suspects) {
    pieces = new Pieces(engine, closed);
    this.suspects = suspects;
  }

  /** How many entries were read. */
  long entries() {
    return entries;
  }

  /** As the other, with nothing more to do behind a piece. */
  void read(KeyRange range, String fate, Check check) throws IOException {
    read(range, fate, check, last -> {});
  }

  /**
   * Reads a range. Blocks for I/O and waits for the committer.
   *
   * @param fate what will be done with an entry that is damaged
   */
  void read(KeyRange range, String fate, Check check, End end) throws IOException {
    pieces.read(
        range,
        new Pieces.Taker() {
          @Override
          public void entry(byte[] key, byte[] value) {
            entries++;
            try {
              check.read(key, value);
            } catch (DamagedRecordException e) {
              suspects.addDamaged(key, value, "damaged (%s); %s".formatted(e.getMessage(), fate));
            }
          }

          @Override
          public void piece(boolean last) throws IOException {
            suspects.judge();
            end.piece(last);
          }
        });
  }
}
