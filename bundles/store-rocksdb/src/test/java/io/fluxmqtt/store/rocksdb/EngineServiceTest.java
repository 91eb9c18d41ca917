package io.fluxmqtt.store.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class EngineServiceTest {
  private static final byte[] KEY = {1};
  private static final byte[] VALUE = {2};

  @TempDir private Path folder;

  private final AtomicInteger loads = new AtomicInteger();
  private final List<EngineException> told = new ArrayList<>();

  private EngineService service() {
    return new EngineService(
        folder,
        () -> {
          loads.incrementAndGet();
          Natives.load(Path.of("target", "native").toAbsolutePath(), Machine.library());
        },
        told::add);
  }

  @Test
  void nothingIsOnDiskBeforeTheFirstCall() throws Exception {
    EngineService service = service();
    service.close();
    assertNull(service.failure());
    assertSame(KvEngine.Statistics.NONE, service.statistics());
    assertEquals(0, loads.get());
    service.load();
    assertEquals(1, loads.get());
    assertFalse(Files.exists(folder.resolve("rocksdb")));
    service.write(List.of(new Write(KEY, VALUE)), true);
    assertEquals(1, service.statistics().writes());
    assertNotEquals(Long.MAX_VALUE, service.usableBytes());
    assertNotEquals(0, service.usableBytes());
    service.close();
  }

  @Test
  void closedItOpensAgainWithTheNextCall() throws Exception {
    EngineService service = service();
    service.write(List.of(new Write(KEY, VALUE)), true);
    service.close();
    new RocksEngine(folder.resolve("rocksdb"), 16 << 20, 100).close(); // the folder is free
    assertArrayEquals(VALUE, service.get(KEY));
    service.close();
    assertEquals(1, loads.get());
    assertEquals(List.of(), told);
  }

  @Test
  void eachCallSaysWhyItCannotBeOpenedUntilItCan() throws Exception {
    EngineService service = service();
    service.load();
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
  void whatCannotBeLoadedIsToldOnceAndTriedOnce() {
    EngineException refusal = new EngineException(Reason.UNAVAILABLE, "libstdc++ is missing");
    EngineService service =
        new EngineService(
            folder,
            () -> {
              loads.incrementAndGet();
              throw refusal;
            },
            told::add);
    assertNull(service.failure());
    assertEquals(List.of(), told);
    for (Executable use : uses(service)) {
      EngineException thrown = assertThrows(EngineException.class, use);
      assertEquals(Reason.UNAVAILABLE, thrown.reason());
      assertEquals("libstdc++ is missing", thrown.getMessage());
    }
    assertSame(refusal, service.failure());
    assertEquals(1, loads.get());
    assertEquals(List.of(refusal), told);
    assertFalse(Files.exists(folder.resolve("rocksdb")));
  }

  @Test
  void whatIsKnownNotToRunHereSaysSoAndTouchesNothing() {
    EngineException refusal = new EngineException(Reason.UNAVAILABLE, "no library for this");
    EngineService service = EngineService.refusing(folder, refusal);
    assertSame(refusal, service.failure());
    for (Executable use : uses(service)) {
      EngineException thrown = assertThrows(EngineException.class, use);
      assertEquals(Reason.UNAVAILABLE, thrown.reason());
      assertEquals("no library for this", thrown.getMessage());
    }
    assertFalse(Files.exists(folder.resolve("rocksdb")));
  }

  private static List<Executable> uses(EngineService service) {
    return List.of(
        service::load, () -> service.get(KEY), () -> service.write(List.of(), true), service::load);
  }
}
