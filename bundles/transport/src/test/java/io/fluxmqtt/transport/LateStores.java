package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps Retained Messages and nothing else; says so after everybody else has had a turn. */
final class LateStores implements SessionStore, RetainedStore {
  private static final int SLICE = 2;

  private final Consumer<Runnable> late;
  private final NavigableMap<String, StoredMessage> retained = new TreeMap<>();
  private long last;

  LateStores(Consumer<Runnable> late) {
    this.late = late;
  }

  @Override
  public void commit(List<SessionChange> changes, Durability durability, Completion completion) {
    late.accept(() -> completion.completed(null));
  }

  @Override
  public boolean isStrained() {
    return false;
  }

  @Override
  public void put(StoredMessage message, Durability durability, Completion completion) {
    retained.put(message.message().topic(), message);
    late.accept(() -> completion.completed(null));
  }

  @Override
  public void remove(String topic, Durability durability, Completion completion) {
    retained.remove(topic);
    late.accept(() -> completion.completed(null));
  }

  @Override
  public long nowMillis() {
    return 0;
  }

  @Override
  public void removeExpired(long nowMillis) {
    retained
        .values()
        .removeIf(m -> m.expiresAtMillis() != null && m.expiresAtMillis() <= nowMillis);
  }

  @Override
  public void find(String filter, byte @Nullable [] from, int limit, Answer answer) {
    late.accept(() -> answer.found(slice(filter, from), null));
  }

  private Slice slice(String filter, byte @Nullable [] from) {
    List<StoredMessage> found = new ArrayList<>();
    String start = from == null ? "" : new String(from, StandardCharsets.UTF_8);
    for (Map.Entry<String, StoredMessage> entry : retained.tailMap(start).entrySet()) {
      if (found.size() == SLICE) {
        return new Slice(found, entry.getKey().getBytes(StandardCharsets.UTF_8));
      }
      if (TopicFilter.matches(filter, entry.getKey())) {
        found.add(entry.getValue());
      }
    }
    return new Slice(found, null);
  }

  @Override
  public byte[] after(String topic) {
    return (topic + '\u0001').getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public long count() {
    return retained.size();
  }

  @Override
  public long bytes() {
    return retained.size();
  }

  @Override
  public boolean isEmpty() {
    return retained.isEmpty();
  }

  @Override
  public boolean isOnHeap() {
    return false;
  }

  @Override
  public void load(Visitor visitor) {}

  @Override
  public void read(long number, long[] messageIds, long maxBytes, QueueAnswer answer) {
    late.accept(() -> answer.read(new QueueSlice(List.of(), messageIds.length), null));
  }

  @Override
  public long newSessionNumber() {
    return ++last;
  }

  @Override
  public long newMessageId() {
    return ++last;
  }
}
