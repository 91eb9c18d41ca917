package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A store that format 1 has written, as a text of keys and values, is read to the last field by
 * this version, whatever it writes itself. {@link #main} made it, once: a released format is never
 * made anew, the next one gets a file of its own.
 */
final class GoldenStoreTest {
  private static final String FILE = "golden-1.txt";
  private static final HexFormat HEX = HexFormat.of();
  private static final long SEED = 7;

  @Test
  void allThatFormatOneHasWrittenIsReadToTheLastField() throws Exception {
    HeapEngine engine = golden();
    SessionModel expected = new SessionModel();
    sessionChanges().forEach(expected::apply);
    SessionModel read = new SessionModel();
    try (Store store = Store.open(engine, System::nanoTime, () -> StoreClock.RELEASED)) {
      store.sessions().load(read);
      assertEquals(expected.sessions(), read.sessions());
      assertEquals(
          new TreeSet<>(retained().stream().map(StoredMessage::toString).toList()),
          new TreeSet<>(Search.all(store, "#").stream().map(StoredMessage::toString).toList()));
      assertEquals(0, store.damagedRecords());
    }
  }

  @Test
  void thereIsOneOfEveryKind() throws Exception {
    Set<Table> found = EnumSet.noneOf(Table.class);
    for (Table table : Table.values()) {
      if (!golden().entries(table.all()).isEmpty()) {
        found.add(table);
      }
    }
    assertEquals(EnumSet.complementOf(EnumSet.of(Table.QUARANTINE)), found);
  }

  private static HeapEngine golden() throws Exception {
    HeapEngine engine = new HeapEngine();
    try (InputStream in = GoldenStoreTest.class.getResourceAsStream(FILE)) {
      assertNotNull(in, FILE);
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" ", -1))
          .forEach(entry -> engine.put(HEX.parseHex(entry[0]), HEX.parseHex(entry[1])));
    }
    return engine;
  }

  private static List<SessionChange> sessionChanges() {
    List<SessionChange> changes = new ArrayList<>();
    Samples samples = new Samples(SEED);
    for (long number = 1; number <= 3; number++) {
      StoredSession head = samples.session(number);
      while (head.will() != null && head.will().topic().length() > 100) {
        head = samples.session(number);
      }
      TopicFilter filter = samples.filter();
      while (filter.filter().length() > 100) {
        filter = samples.filter();
      }
      changes.add(new SessionChange.PutSession(head));
      changes.add(new SessionChange.PutSubscription(number, samples.subscription(filter)));
      changes.add(new SessionChange.PutRelease(number, 10 + (int) number));
      changes.add(new SessionChange.PutIncoming(number, 20 + (int) number));
    }
    for (long id = 1; id <= 4; id++) {
      Receivers receivers = new Receivers(2);
      samples.addTo(receivers, 1);
      samples.addTo(receivers, 2);
      changes.add(new SessionChange.Append(small(samples, id), receivers));
    }
    changes.add(new SessionChange.RemoveDelivery(1, 1)); // moves the progress
    changes.add(new SessionChange.PutDelivery(2, samples.delivery(2)));
    changes.add(new SessionChange.RemoveDelivery(2, 3)); // leaves a mark
    return changes;
  }

  private static List<StoredMessage> retained() {
    List<StoredMessage> messages = new ArrayList<>();
    Samples samples = new Samples(SEED + 1);
    Set<String> topics = new TreeSet<>();
    for (long id = 5; id <= 30; id++) {
      StoredMessage message = small(samples, id);
      String topic = message.message().topic();
      if (!topic.startsWith("$") && topics.add(topic)) {
        messages.add(message);
      }
    }
    return messages;
  }

  /** Of the samples, one that is not as long as may be. */
  private static StoredMessage small(Samples samples, long id) {
    StoredMessage message = samples.stored(id);
    while (message.message().topic().length() > 100) {
      message = samples.stored(id);
    }
    return message;
  }

  /** Writes the file into a folder. */
  public static void main(String[] args) throws Exception {
    HeapEngine engine = new HeapEngine();
    Store store = Store.open(engine, System::nanoTime, () -> StoreClock.RELEASED);
    for (SessionChange change : sessionChanges()) {
      Outcome outcome = new Outcome();
      store.sessions().commit(List.of(change), outcome);
      outcome.assertSuccess();
    }
    for (StoredMessage message : retained()) {
      Outcome outcome = new Outcome();
      store.retained().put(message, outcome);
      outcome.assertSuccess();
    }
    StringBuilder text = new StringBuilder("# Made by GoldenStoreTest.main: key, value\n");
    engine
        .entries(new KeyRange(new byte[0], new byte[] {(byte) 0x7F}))
        .forEach(
            (key, value) ->
                text.append(HEX.formatHex(key))
                    .append(' ')
                    .append(HEX.formatHex(value))
                    .append('\n'));
    store.close();
    Files.writeString(Path.of(args[0]).resolve(FILE), text);
  }
}
