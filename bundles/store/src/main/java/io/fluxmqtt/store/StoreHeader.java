package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the store notes about itself: the version of its format and up to where numbers are
 * reserved. A mark that is lost, or may be an old one since the engine has set damage aside, is
 * made up for from the numbers in use.
 *
 * @param sessionMark session numbers up to this may have been used
 * @param messageMark message ids up to this may have been used
 */
record StoreHeader(long sessionMark, long messageMark) {
  static final String SESSION_MARK = "sessionNumber";
  static final String MESSAGE_MARK = "messageId";

  private static final Logger LOG = LoggerFactory.getLogger(StoreHeader.class);
  private static final String FORMAT = "format";
  static final long FORMAT_VERSION = 1;

  /** What a store that was opened has under {@link Keys#meta}, at least. */
  static final List<String> NOTES =
      List.of(FORMAT, SESSION_MARK, MESSAGE_MARK, RetainedUse.COUNT, RetainedUse.BYTES);

  /** Numbers that were handed out and are in no record can lie this far above those that are. */
  private static final long LEAP = 1L << 40;

  /** A number in a record. */
  @FunctionalInterface
  private interface Number {
    long of(byte[] key, byte[] value) throws DamagedRecordException;
  }

  /**
   * Reads the notes.
   *
   * @throws IOException also if the data is of a later version of this store
   */
  static StoreHeader read(KvEngine engine) throws IOException {
    byte[] format = engine.get(Keys.meta(FORMAT));
    if (format != null) {
      Upgrade.CURRENT.run(engine, formatOf(format));
    }
    return new StoreHeader(
        mark(
            engine,
            SESSION_MARK,
            List.of(
                Table.SESSION,
                Table.PROGRESS,
                Table.QUEUE,
                Table.SUBSCRIPTION,
                Table.RELEASE,
                Table.INCOMING),
            (key, value) -> Keys.number(key)),
        Math.max(
            mark(engine, MESSAGE_MARK, List.of(Table.BODY), (key, value) -> Keys.number(key)),
            mark(
                engine,
                MESSAGE_MARK,
                List.of(Table.RETAINED),
                (key, value) -> Records.message(value).id())));
  }

  /** The note of the format. */
  static KvEngine.Write formatMark() {
    return formatMark(FORMAT_VERSION);
  }

  static KvEngine.Write formatMark(long version) {
    return new KvEngine.Write(Keys.meta(FORMAT), Records.number(version));
  }

  private static long formatOf(byte[] record) {
    try {
      return Records.number(record);
    } catch (DamagedRecordException e) {
      LOG.warn("the format version of the store is damaged; it is taken for {}", FORMAT_VERSION, e);
      return FORMAT_VERSION;
    }
  }

  private static long mark(KvEngine engine, String name, List<Table> tables, Number number)
      throws IOException {
    byte[] record = engine.get(Keys.meta(name));
    long noted = 0;
    if (record != null) {
      try {
        long mark = Records.number(record);
        if (mark >= 0 && mark < Keys.MAX_NUMBER) {
          noted = mark;
          if (engine.statistics().setAside() == 0) {
            return mark;
          }
        }
      } catch (DamagedRecordException e) {
        LOG.warn("the store's mark {} is damaged: {}", name, e.getMessage());
      }
    }
    long highest = Math.max(noted, highest(engine, tables, number));
    return highest == 0 ? 0 : Math.min(highest + LEAP, Keys.MAX_NUMBER / 2 + highest / 2);
  }

  private static long highest(KvEngine engine, List<Table> tables, Number number)
      throws IOException {
    long[] highest = {0};
    for (Table table : tables) {
      table
          .all()
          .scan(
              engine,
              (key, value) -> {
                try {
                  highest[0] = Math.max(highest[0], number.of(key, value));
                } catch (DamagedRecordException e) {
                  LOG.debug("damaged record of {}: {}", table, e.getMessage());
                }
                return true;
              });
    }
    return highest[0];
  }
}
