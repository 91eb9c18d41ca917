package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;

/** The damaged records that were set aside, by this start and earlier ones. */
final class Quarantine {
  private Quarantine() {}

  /** How many there are. Blocks for I/O. */
  static long count(KvEngine engine) throws IOException {
    long[] count = {0};
    KeyRange all = Table.QUARANTINE.all();
    engine.seek(
        all.from(),
        all.to(),
        (key, value) -> {
          count[0]++;
          return key;
        });
    return count[0];
  }
}
