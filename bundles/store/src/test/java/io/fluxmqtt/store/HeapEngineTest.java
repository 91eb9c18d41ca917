package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;

final class HeapEngineTest implements KvEngineContract {
  @Override
  public KvEngine openEmpty() {
    return new HeapEngine();
  }
}
