package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.itests.engine.KvEngineContract;
import java.nio.file.Path;

final class HeapEngineTest extends KvEngineContract {
  @Override
  protected KvEngine open(Path folder) {
    return new HeapEngine();
  }
}
