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
  private final Ids bodies = new Ids(); // to be removed; there may be a great many
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

  /** Removes a message that nobody is to get. */
  void dropBody(long id) {
    orphans++;
    bodies.add(id);
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
    while (!bodies.isEmpty()) {
      engine.write(someBodies(), true);
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

  private List<KvEngine.Write> someBodies() {
    List<KvEngine.Write> some = new ArrayList<>();
    while (!bodies.isEmpty() && some.size() < BATCH) {
      long id = bodies.first();
      bodies.remove(id);
      some.add(new KvEngine.Write(Keys.body(id), null));
    }
    return some;
  }
}
