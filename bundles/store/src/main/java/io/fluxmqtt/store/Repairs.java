package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one load finds wrong: damaged records, set aside under the quarantine's prefix, and orphans,
 * removed. The load goes on without them; {@link #write} makes it last.
 */
final class Repairs {
  private static final Logger LOG = LoggerFactory.getLogger(Repairs.class);
  private static final int BATCH = 1_000;

  private final List<KvEngine.Write> writes = new ArrayList<>();
  private final Map<Table, Integer> damaged = new EnumMap<>(Table.class);
  private int orphans;

  /** Moves a damaged record into the quarantine. */
  void setAside(Table table, byte[] key, byte[] value, DamagedRecordException reason) {
    LOG.debug("damaged record of {}: {}", table, reason.getMessage());
    damaged.merge(table, 1, Integer::sum);
    writes.add(new KvEngine.Write(Keys.quarantined(key), value));
    writes.add(new KvEngine.Write(key, null));
  }

  /** Removes a record that belongs to nothing. */
  void dropOrphan(byte[] key) {
    orphans++;
    writes.add(new KvEngine.Write(key, null));
  }

  /** How many records were set aside. */
  int damaged() {
    return damaged.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Writes all repairs and says in one line what there was. */
  void write(KvEngine engine) throws IOException {
    for (int from = 0; from < writes.size(); from += BATCH) { // an even number: pairs stay together
      int to = Math.min(writes.size(), from + BATCH);
      engine.write(List.copyOf(writes.subList(from, to)), true);
    }
    if (!damaged.isEmpty()) {
      LOG.warn(
          "damaged records were set aside, {}; {} that depended on them or on nothing were removed",
          damaged,
          orphans);
    } else if (orphans > 0) {
      LOG.info("{} records that belonged to nothing were removed", orphans);
    }
  }
}
