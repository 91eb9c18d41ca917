package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RetainedStoreTest {
  private final HeapEngine engine = new HeapEngine();

  @Test
  void newerRetainedMessageReplacesOlder() throws Exception {
    Samples samples = new Samples(4);
    Map<String, StoredMessage> model = new TreeMap<>();
    try (Store store = Store.open(engine)) {
      for (long id = 1; id <= 300; id++) {
        StoredMessage message = samples.stored(id);
        String topic = message.message().topic();
        Outcome outcome = new Outcome();
        if (samples.below(3) == 0) {
          model.remove(topic);
          store.retained().remove(topic, outcome);
        } else {
          model.put(topic, message);
          store.retained().put(message, outcome);
        }
        outcome.assertSuccess();
      }
    }
    try (Store store = Store.open(engine)) {
      Map<String, StoredMessage> loaded = new TreeMap<>();
      store.retained().load(message -> loaded.put(message.message().topic(), message));
      assertEquals(model, loaded);
    }
  }

  @Test
  void loadSeesWhatWasPutBeforeIt() throws Exception {
    try (Store store = Store.open(engine)) {
      StoredMessage message = new Samples(1).stored(1);
      store.retained().put(message, new Outcome());
      List<StoredMessage> loaded = new ArrayList<>();
      store.retained().load(loaded::add);
      assertEquals(List.of(message), loaded);
    }
  }

  @Test
  void removingWhatIsNotThereWritesNothing() throws Exception {
    try (Store store = Store.open(engine)) {
      int batches = engine.batches().size();
      Outcome outcome = new Outcome();
      store.retained().remove("a", outcome);
      outcome.assertSuccess();
      assertEquals(batches, engine.batches().size());
    }
  }

  @Test
  void messageUnderAnotherTopicIsSetAside() throws Exception {
    engine.put(Keys.retained("other"), Records.message(new Samples(1).stored(1)));
    try (Store store = Store.open(engine)) {
      store.retained().load(message -> {});
      assertEquals(1, store.damagedRecords());
    }
    assertEquals(1, engine.entries(Table.QUARANTINE.all()).size());
    assertEquals(0, engine.entries(Table.RETAINED.all()).size());
  }

  @Test
  void closedStoreFailsEveryCall() throws Exception {
    Store store = Store.open(engine);
    store.close();
    Outcome outcome = new Outcome();
    store.retained().remove("a", outcome);
    assertInstanceOf(IOException.class, outcome.await());
    assertThrows(IOException.class, () -> store.retained().load(message -> {}));
  }
}
