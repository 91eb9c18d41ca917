package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings data of an older format up to date, one format after the other. What a step changes is
 * written in one batch with the note of the new format, so that a power cut leaves the old or the
 * new one. Data of a later format are refused before anything is written.
 *
 * @param steps the first leads from format 1 to 2, and so on; the last to the one in use
 */
record Upgrade(List<Step> steps) {
  /** Of this version. */
  static final Upgrade CURRENT = new Upgrade(List.of()); // format 1 is the first

  private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);

  /** From one format to the next. */
  @FunctionalInterface
  interface Step {
    /** Adds all changes; reads the engine, and does not write to it. Blocks for I/O. */
    void addTo(List<KvEngine.Write> changes, KvEngine engine) throws IOException;
  }

  /** The format after the last step. */
  long version() {
    return steps.size() + 1L;
  }

  /**
   * Does what is to be done. Blocks for I/O.
   *
   * @param from the format of the data
   * @throws EngineException if that is later than this version's, or none that ever was
   */
  void run(KvEngine engine, long from) throws IOException {
    if (from < 1 || from > version()) {
      throw new EngineException(
          EngineException.Reason.NEWER,
          "the data have format %d, this version reads %d; start the version that wrote them, nothing was changed"
              .formatted(from, version()));
    }
    for (long format = from; format < version(); format++) {
      List<KvEngine.Write> changes = new ArrayList<>();
      steps.get((int) format - 1).addTo(changes, engine);
      changes.add(StoreHeader.formatMark(format + 1));
      engine.write(changes, true);
      LOG.info(
          "the store's data were brought from format {} to {}: {} entries",
          format,
          format + 1,
          changes.size() - 1);
    }
  }
}
