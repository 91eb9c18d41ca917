package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.itests.engine.DurableEngineContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What every engine with a disk must do, on the real library. */
final class RocksEngineTest extends DurableEngineContract {
  private static final int BUDGET = 4 << 20;
  private static final int RETRY_MILLIS = 100;

  @Override
  protected KvEngine open(Path folder) throws IOException {
    Natives.load(Path.of("target", "native").toAbsolutePath(), Machine.library());
    return new RocksEngine(folder, BUDGET, RETRY_MILLIS);
  }

  @Override
  protected void makeNewer(Path folder) throws IOException {
    Files.writeString(folder.resolve("format"), Vault.format(2));
  }
}
