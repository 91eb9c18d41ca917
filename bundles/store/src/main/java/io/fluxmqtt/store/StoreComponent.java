package io.fluxmqtt.store;

import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreCheck;
import io.fluxmqtt.api.admin.StoreInfo;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The store that {@link StoreOpener} has opened, as services; they go before it closes. */
@Component(
    immediate = true,
    service = {SessionStore.class, RetainedStore.class, StoreAdmin.class},
    property = SessionStore.NAME + "=default")
public final class StoreComponent implements SessionStore, RetainedStore, StoreAdmin {
  private final Store store;

  /** Takes the store, which is open. */
  @Activate
  public StoreComponent(@Reference Store store) {
    this.store = store;
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
  public long nowMillis() {
    return store.sessions().nowMillis();
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
