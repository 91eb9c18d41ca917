package io.fluxmqtt.store;

import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreCheck;
import io.fluxmqtt.api.admin.StoreInfo;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store as a service, on the one engine that {@link EngineConfigurator} names in the
 * reference's target. Without that target it binds nothing: no engine is taken by its ranking. It
 * is enabled by the configurator, so that it never sees the target of an earlier run.
 */
@Component(
    name = StoreComponent.NAME,
    configurationPid = StoreComponent.NAME,
    configurationPolicy = ConfigurationPolicy.REQUIRE,
    enabled = false,
    immediate = true,
    service = {SessionStore.class, RetainedStore.class, StoreAdmin.class},
    property = SessionStore.NAME + "=default")
public final class StoreComponent implements SessionStore, RetainedStore, StoreAdmin {
  /** Name and PID; the configuration is the configurator's, not a user's. */
  static final String NAME = "io.fluxmqtt.store.wiring";

  /** The key by which the engine is chosen. */
  static final String ENGINE_TARGET = "engine.target";

  private static final Logger LOG = LoggerFactory.getLogger(StoreComponent.class);

  private final Store store;

  /** Opens the store. Blocks for I/O. */
  @Activate
  public StoreComponent(
      @Reference(name = "engine", service = KvEngine.class, target = "(" + KvEngine.NAME + "=)")
          Map.Entry<Map<String, Object>, KvEngine> engine)
      throws IOException {
    try {
      store = Store.open(engine.getValue(), EngineProperties.of(engine.getKey()));
    } catch (IOException e) {
      LOG.error("the store cannot be opened, the broker stays down: {}", e.getMessage());
      throw e;
    }
  }

  @Deactivate
  void close() {
    store.close();
  }

  @Override
  public StoreInfo info() {
    return store.admin().info();
  }

  @Override
  public CompletionStage<Path> backup(Path folder) {
    return store.admin().backup(folder);
  }

  @Override
  public CompletionStage<StoreCheck> verify() {
    return store.admin().verify();
  }

  @Override
  public void commit(List<SessionChange> changes, Durability durability, Completion completion) {
    store.sessions().commit(changes, durability, completion);
  }

  @Override
  public boolean isStrained() {
    return store.sessions().isStrained();
  }

  @Override
  public void load(Visitor visitor) throws IOException {
    store.sessions().load(visitor);
  }

  @Override
  public void read(long number, long[] messageIds, long maxBytes, QueueAnswer answer) {
    store.sessions().read(number, messageIds, maxBytes, answer);
  }

  @Override
  public long pendingBytes() {
    return store.sessions().pendingBytes();
  }

  @Override
  public long usableBytes() {
    return store.sessions().usableBytes();
  }

  @Override
  public long newSessionNumber() {
    return store.sessions().newSessionNumber();
  }

  @Override
  public long newMessageId() {
    return store.sessions().newMessageId();
  }

  @Override
  public void put(StoredMessage message, Durability durability, Completion completion) {
    store.retained().put(message, durability, completion);
  }

  @Override
  public void remove(String topic, Durability durability, Completion completion) {
    store.retained().remove(topic, durability, completion);
  }

  @Override
  public void removeExpired(long nowMillis) {
    store.retained().removeExpired(nowMillis);
  }

  @Override
  public void find(String filter, byte @Nullable [] from, int limit, Answer answer) {
    store.retained().find(filter, from, limit, answer);
  }

  @Override
  public byte[] after(String topic) {
    return store.retained().after(topic);
  }

  @Override
  public long count() {
    return store.retained().count();
  }

  @Override
  public long bytes() {
    return store.retained().bytes();
  }

  @Override
  public boolean isEmpty() {
    return store.retained().isEmpty();
  }

  @Override
  public boolean isOnHeap() {
    return store.retained().isOnHeap();
  }
}
