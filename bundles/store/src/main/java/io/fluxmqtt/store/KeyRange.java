package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;

/** The keys from {@code from} (inclusive) to {@code to} (exclusive). */
record KeyRange(byte[] from, byte[] to) {

  void scan(KvEngine engine, KvEngine.Visitor visitor) throws IOException {
    engine.scan(from, to, visitor);
  }
}
