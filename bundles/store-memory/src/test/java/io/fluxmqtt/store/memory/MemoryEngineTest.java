package io.fluxmqtt.store.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.store.KvEngineContract;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryEngineTest implements KvEngineContract {
  @Override
  public KvEngine openEmpty() {
    return new MemoryEngine();
  }

  @Test
  void visitorMayWriteAndSeesTheEntriesAsTheyWere() {
    MemoryEngine engine = new MemoryEngine();
    byte[] value = {};
    engine.write(List.of(new KvEngine.Write(new byte[] {1}, value)), true);
    int[] visits = {0};
    engine.scan(
        new byte[] {0},
        new byte[] {9},
        (key, ignored) -> {
          visits[0]++;
          engine.write(List.of(new KvEngine.Write(new byte[] {2}, value)), true);
          return true;
        });
    assertEquals(1, visits[0]);
  }
}
