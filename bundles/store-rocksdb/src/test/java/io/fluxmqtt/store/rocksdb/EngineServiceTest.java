package io.fluxmqtt.store.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EngineServiceTest {
  private static final byte[] KEY = {1};
  private static final byte[] VALUE = {2};

  @TempDir private Path folder;

  @BeforeAll
  static void load() throws Exception {
    Natives.load(Path.of("target", "native").toAbsolutePath());
  }

  @Test
  void nothingIsOnDiskBeforeTheFirstCall() throws Exception {
    EngineService service = new EngineService(folder, null);
    assertNull(service.failure());
    assertSame(KvEngine.Statistics.NONE, service.statistics());
    assertFalse(Files.exists(folder.resolve("rocksdb")));
    service.write(List.of(new Write(KEY, VALUE)), true);
    assertEquals(1, service.statistics().writes());
    service.close();
  }

  @Test
  void closedItOpensAgainWithTheNextCall() throws Exception {
    EngineService service = new EngineService(folder, null);
    service.write(List.of(new Write(KEY, VALUE)), true);
    service.close();
    new RocksEngine(folder.resolve("rocksdb"), 16 << 20, 100).close(); // the folder is free
    assertArrayEquals(VALUE, service.get(KEY));
    service.close();
  }

  @Test
  void eachCallSaysWhyItCannotBeOpenedUntilItCan() throws Exception {
    EngineService service = new EngineService(folder, null);
    try (RocksEngine other = new RocksEngine(folder.resolve("rocksdb"), 16 << 20, 100)) {
      for (int i = 0; i < 2; i++) {
        EngineException refused = assertThrows(EngineException.class, () -> service.get(KEY));
        assertEquals(Reason.FAILED, refused.reason());
        assertSame(refused, service.failure());
      }
    }
    assertNull(service.get(KEY));
    assertNull(service.failure());
    service.close();
  }

  @Test
  void whatCannotRunHereSaysSoAndTouchesNothing() {
    EngineException refusal = new EngineException(Reason.UNAVAILABLE, "no library for this");
    EngineService service = new EngineService(folder, refusal);
    EngineException thrown =
        assertThrows(EngineException.class, () -> service.write(List.of(), true));
    assertEquals(Reason.UNAVAILABLE, thrown.reason());
    assertEquals("no library for this", thrown.getMessage());
    assertSame(refusal, service.failure());
    assertFalse(Files.exists(folder.resolve("rocksdb")));
  }
}
