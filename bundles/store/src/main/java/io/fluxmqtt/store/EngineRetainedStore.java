package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Retained Messages on an engine. A load runs as {@link EngineSessionStore}'s does. */
final class EngineRetainedStore implements RetainedStore {
  private final KvEngine engine;
  private final Committer committer;
  private final LongAdder damaged;

  EngineRetainedStore(KvEngine engine, Committer committer, LongAdder damaged) {
    this.engine = engine;
    this.committer = committer;
    this.damaged = damaged;
  }

  @Override
  public void put(StoredMessage message, SessionStore.Completion completion) {
    committer.commit(
        draft -> draft.put(Keys.retained(message.message().topic()), Records.message(message)),
        Weight.of(message.message()),
        completion);
  }

  @Override
  public void remove(String topic, SessionStore.Completion completion) {
    committer.commit(
        draft -> {
          byte[] key = Keys.retained(topic);
          if (draft.get(key) != null) { // clearing what is not there costs no write
            draft.remove(key);
          }
        },
        Weight.ofRemoval(),
        completion);
  }

  @Override
  public void load(Consumer<StoredMessage> visitor) throws IOException {
    Repairs repairs =
        committer.exclusively(
            () -> {
              Repairs found = visit(visitor);
              found.write(engine);
              return found;
            });
    damaged.add(repairs.damaged());
  }

  private Repairs visit(Consumer<StoredMessage> visitor) throws IOException {
    Repairs repairs = new Repairs();
    Table.RETAINED
        .all()
        .scan(
            engine,
            (key, value) -> {
              StoredMessage message;
              try {
                message = read(key, value);
              } catch (DamagedRecordException e) {
                repairs.setAside(Table.RETAINED, key, value, e);
                return true;
              }
              visitor.accept(message);
              return true;
            });
    return repairs;
  }

  private static StoredMessage read(byte[] key, byte[] value) throws DamagedRecordException {
    StoredMessage message = Records.message(value);
    if (!Arrays.equals(key, Keys.retained(message.message().topic()))) {
      throw new DamagedRecordException("message of another topic");
    }
    return message;
  }
}
