package io.fluxmqtt.store.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

final class RocksEngineComponentTest {
  private static final byte[] KEY = {1};
  private static final String TMPDIR = System.getProperty("java.io.tmpdir");

  @TempDir Path data;

  private final Map<String, Object> published = new HashMap<>();
  private boolean registered;
  private boolean usedAtOnce; // by who hears of the service while it is being registered
  private @Nullable EngineException thrownAtOnce;

  @BeforeEach
  void leaveNoTemporaryFolder() {
    System.setProperty("java.io.tmpdir", data.resolve("missing").toString());
  }

  @AfterEach
  void giveItBack() {
    System.setProperty("java.io.tmpdir", TMPDIR);
  }

  @Test
  void nothingIsUnpackedForWhoDoesNotUseIt() {
    RocksEngineComponent component = new RocksEngineComponent(framework());
    assertEquals("rocksdb", published.get(KvEngine.NAME));
    assertEquals(true, published.get(KvEngine.DURABLE));
    assertEquals(true, published.get(KvEngine.AVAILABLE));
    component.deactivate();
    assertFalse(registered);
    assertTrue(Files.notExists(data.resolve("store")));
  }

  @Test
  void firstUseLoadsItAndTheLastWhoGivesItBackClosesIt() throws Exception {
    RocksEngineComponent component = new RocksEngineComponent(framework());
    KvEngine engine = component.getService(bundle(), registration(component));
    component.getService(bundle(), registration(component));
    assertNull(engine.get(KEY));
    assertTrue(Files.isDirectory(data.resolve("store/native")));
    assertEquals(true, published.get(KvEngine.AVAILABLE));
    component.ungetService(bundle(), registration(component), engine);
    Path home = data.resolve("store/rocksdb");
    assertThrows(EngineException.class, () -> new RocksEngine(home, 16 << 20, 100), "it is open");
    component.ungetService(bundle(), registration(component), engine);
    new RocksEngine(home, 16 << 20, 100).close();
    component.deactivate();
  }

  @Test
  void whatTurnsOutNotToRunSaysSoInItsProperty() throws Exception {
    Files.createFile(Files.createDirectory(data.resolve("store")).resolve("native"));
    RocksEngineComponent component = new RocksEngineComponent(framework());
    assertEquals(true, published.get(KvEngine.AVAILABLE));
    KvEngine engine = component.getService(bundle(), registration(component));
    EngineException thrown = assertThrows(EngineException.class, () -> engine.get(KEY));
    assertEquals(Reason.UNAVAILABLE, thrown.reason());
    assertEquals("rocksdb", published.get(KvEngine.NAME));
    assertEquals(true, published.get(KvEngine.DURABLE));
    assertEquals(false, published.get(KvEngine.AVAILABLE));
    component.deactivate();
  }

  @Test
  void itMayBeUsedBeforeRegisteringHasReturned() throws Exception {
    Files.createFile(Files.createDirectory(data.resolve("store")).resolve("native"));
    usedAtOnce = true;
    RocksEngineComponent component = new RocksEngineComponent(framework());
    EngineException thrown = thrownAtOnce;
    assertEquals(Reason.UNAVAILABLE, thrown == null ? null : thrown.reason());
    assertEquals(false, published.get(KvEngine.AVAILABLE));
    component.deactivate();
  }

  @Test
  void failureAfterTheEndChangesNothing() throws Exception {
    Files.createFile(Files.createDirectory(data.resolve("store")).resolve("native"));
    RocksEngineComponent component = new RocksEngineComponent(framework());
    KvEngine engine = component.getService(bundle(), registration(component));
    component.deactivate();
    assertThrows(EngineException.class, engine::load);
    assertEquals(true, published.get(KvEngine.AVAILABLE));
  }

  private BundleContext framework() {
    return fake(
        BundleContext.class,
        (proxy, method, args) -> {
          switch (method.getName()) {
            case "getProperty":
              return data.toString();
            case "registerService":
              publish((Dictionary<?, ?>) args[2]);
              registered = true;
              RocksEngineComponent component = (RocksEngineComponent) args[1];
              if (usedAtOnce) {
                KvEngine engine = component.getService(bundle(), registration(component));
                thrownAtOnce = assertThrows(EngineException.class, engine::load);
              }
              return registration(component);
            default:
              throw new UnsupportedOperationException(method.getName());
          }
        });
  }

  @SuppressWarnings("unchecked")
  private ServiceRegistration<KvEngine> registration(RocksEngineComponent of) {
    return fake(
        ServiceRegistration.class,
        (proxy, method, args) -> {
          if (!registered) {
            throw new IllegalStateException(of + " is unregistered");
          }
          switch (method.getName()) {
            case "setProperties" -> publish((Dictionary<?, ?>) args[0]);
            case "unregister" -> registered = false;
            default -> throw new UnsupportedOperationException(method.getName());
          }
          return null;
        });
  }

  private void publish(Dictionary<?, ?> properties) {
    published.clear();
    properties
        .keys()
        .asIterator()
        .forEachRemaining(key -> published.put(String.valueOf(key), properties.get(key)));
  }

  private static Bundle bundle() {
    return fake(Bundle.class, (proxy, method, args) -> null);
  }

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
