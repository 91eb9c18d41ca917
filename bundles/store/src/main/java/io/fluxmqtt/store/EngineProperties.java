package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.util.Map;

/**
 * How an engine's service describes itself.
 *
 * @param durable whether what it is given outlives the process
 */
record EngineProperties(String name, boolean durable) {
  static final EngineProperties UNKNOWN = new EngineProperties("unknown", false);

  static EngineProperties of(Map<String, Object> service) {
    return new EngineProperties(
        String.valueOf(service.getOrDefault(KvEngine.NAME, UNKNOWN.name())),
        Boolean.TRUE.equals(service.get(KvEngine.DURABLE)));
  }
}
