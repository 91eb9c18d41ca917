package io.fluxmqtt.store.mvstore;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.itests.engine.DurableEngineContract;
import java.io.IOException;
import java.nio.file.Path;
import org.h2.mvstore.MVStore;

final class MvStoreEngineTest extends DurableEngineContract {
  @Override
  protected KvEngine open(Path folder) throws IOException {
    return MvStoreEngine.open(folder);
  }

  @Override
  protected void makeNewer(Path folder) {
    try (MVStore store = MVStore.open(folder.resolve("mvstore.db").toString())) {
      store.setStoreVersion(DataFile.FORMAT + 1);
    }
  }
}
