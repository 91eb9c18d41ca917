package io.fluxmqtt.store;

import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.store.KvEngine;

/** Which engine the store is to take. */
enum EngineChoice {
  /** The best there is: the memory engine, until there are engines with a disk. */
  AUTO("memory"),
  /** The volatile one. */
  MEMORY("memory");

  private final String engineName;

  EngineChoice(String engineName) {
    this.engineName = engineName;
  }

  static EngineChoice of(Settings settings) {
    return settings.choice("engine", EngineChoice.class);
  }

  /** The value of {@link KvEngine#NAME}. */
  String engineName() {
    return engineName;
  }

  /** The target of the store's reference. */
  String target() {
    return "(" + KvEngine.NAME + "=" + engineName + ")";
  }
}
