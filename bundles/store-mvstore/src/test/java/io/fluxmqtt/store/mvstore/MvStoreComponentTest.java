package io.fluxmqtt.store.mvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MvStoreComponentTest {
  private static final byte[] KEY = {1};
  private static final byte[] VALUE = {2};

  @TempDir Path data;

  @Test
  void fileIsOpenedByTheFirstCallAndNotBefore() throws Exception {
    MvStoreComponent service = new MvStoreComponent(data);
    assertNull(service.failure());
    assertEquals(KvEngine.Statistics.NONE, service.statistics());
    assertEquals(Long.MAX_VALUE, service.usableBytes());
    assertTrue(Files.notExists(data.resolve("store")));
    service.write(List.of(new KvEngine.Write(KEY, VALUE)), true);
    assertTrue(Files.exists(data.resolve("store/mvstore/mvstore.db")));
    assertArrayEquals(VALUE, service.get(KEY));
    List<byte[]> keys = new ArrayList<>();
    service.scan(new byte[0], new byte[] {9}, (key, value) -> keys.add(key));
    assertEquals(1, keys.size());
    assertEquals(1, service.statistics().writes());
    assertNotEquals(Long.MAX_VALUE, service.usableBytes());
    assertNotEquals(0, service.usableBytes());
    assertNull(service.failure());
    service.backup(data.resolve("copy"));
    assertTrue(Files.exists(data.resolve("copy/mvstore.db")));
    service.close();
    EngineException closed = assertThrows(EngineException.class, () -> service.get(KEY));
    assertEquals(EngineException.Reason.CLOSED, closed.reason());

    MvStoreComponent next = new MvStoreComponent(data);
    assertArrayEquals(VALUE, next.get(KEY));
    next.close();
  }

  @Test
  void serviceThatWasNeverUsedOpensNothingWhenItIsClosed() {
    MvStoreComponent service = new MvStoreComponent(data);
    service.close();
    assertThrows(EngineException.class, () -> service.get(KEY));
    assertTrue(Files.notExists(data.resolve("store")));
  }

  @Test
  void roomThatCannotBeReadIsNotSaidToBeNone() throws Exception {
    MvStoreComponent service = new MvStoreComponent(data);
    service.write(List.of(new KvEngine.Write(KEY, VALUE)), true);
    Path store = data.resolve("store/mvstore");
    Path elsewhere = data.resolve("elsewhere");
    Files.move(store, elsewhere);
    assertEquals(Long.MAX_VALUE, service.usableBytes());
    Files.move(elsewhere, store);
    service.close();
  }
}
