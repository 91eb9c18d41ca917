package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The broker always starts, whatever the disk made of its records. */
@Timeout(60)
final class DamageTest {
  private final HeapEngine intact = new HeapEngine();

  @BeforeEach
  void fill() throws Exception {
    try (Store store = Store.open(intact)) {
      Outcome outcome = new Outcome();
      store.retained().put(message(3), new Outcome());
      store
          .sessions()
          .commit(
              List.of(
                  putSession(1),
                  putSession(2),
                  new SessionChange.PutSubscription(
                      1, new Samples(1).subscription(new TopicFilter("g", "a/b"))),
                  append(4, 1, 2),
                  append(5, 1, 2),
                  append(6, 1),
                  append(7, 1, 2),
                  append(8, 1),
                  new SessionChange.PutDelivery(1, delivery(5)), // 4 waits
                  new SessionChange.RemoveDelivery(2, 7), // so does 4: a mark
                  new SessionChange.RemoveDelivery(2, 4), // progress
                  new SessionChange.PutRelease(1, 7),
                  new SessionChange.PutIncoming(2, 8)),
              outcome);
      outcome.assertSuccess();
    }
  }

  @Test
  void everyTruncatedRecordIsSetAsideAndTheLoadGoesOn() throws Exception {
    for (Map.Entry<byte[], byte[]> entry : intact.data().entrySet()) {
      for (int length = 0; length < entry.getValue().length; length++) {
        assertSetAside(entry.getKey(), Arrays.copyOf(entry.getValue(), length));
      }
    }
  }

  @Test
  void everyFlippedBitIsSetAsideAndTheLoadGoesOn() throws Exception {
    for (Map.Entry<byte[], byte[]> entry : intact.data().entrySet()) {
      for (int bit = 0; bit < entry.getValue().length * 8; bit += 3) {
        byte[] flipped = entry.getValue().clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        assertSetAside(entry.getKey(), flipped);
      }
    }
  }

  private void assertSetAside(byte[] key, byte[] damaged) throws Exception {
    HeapEngine engine = intact.copy().onHeap();
    engine.put(key, damaged);
    SessionModel loaded = new SessionModel();
    List<StoredMessage> retained = new ArrayList<>();
    try (Store store = Store.open(engine)) {
      store.sessions().load(loaded);
      retained.addAll(Search.all(store, "#"));
      Search.settle(store);
      assertEquals(1, store.damagedRecords());
      assertEquals(retained.size(), store.retained().count());
    }
    assertArrayEquals(damaged, engine.get(Keys.quarantined(key)));
    assertFalse(engine.data().containsKey(key));
    assertTrue(loaded.sessions().size() >= 1);
    assertLoadsClean(engine, loaded, retained);
  }

  /** A second load finds what the first one found, and nothing to repair. */
  private static void assertLoadsClean(
      HeapEngine engine, SessionModel first, List<StoredMessage> retained) throws Exception {
    try (Store store = Store.open(engine)) {
      SessionModel second = new SessionModel();
      List<StoredMessage> again = new ArrayList<>();
      int batches = engine.batches().size();
      store.sessions().load(second);
      again.addAll(Search.all(store, "#"));
      assertEquals(first.sessions(), second.sessions());
      assertEquals(retained, again);
      assertEquals(0, store.damagedRecords());
      assertEquals(batches, engine.batches().size());
      for (long number = 1; number <= 2; number++) {
        Outcome outcome = new Outcome();
        store.sessions().commit(List.of(new SessionChange.RemoveSession(number)), outcome);
        outcome.assertSuccess();
      }
    }
    assertEquals(0, engine.entries(Table.BODY.all()).size());
    assertEquals(0, engine.entries(Table.QUEUE.all()).size());
  }

  @Test
  void damagedKeysNeverFailTheLoad() throws Exception {
    Random random = new Random(17);
    for (int round = 0; round < 2_000; round++) {
      HeapEngine engine = intact.copy().onHeap();
      for (byte[] key : intact.data().keySet()) {
        byte[] value = new byte[random.nextInt(20)];
        random.nextBytes(value);
        byte[] other = Arrays.copyOf(key, random.nextInt(key.length + 3));
        for (int i = 1; i < other.length; i++) {
          other[i] = random.nextInt(3) == 0 ? (byte) random.nextInt() : other[i];
        }
        if (other.length > 0 && !engine.data().containsKey(other)) {
          engine.put(other, random.nextBoolean() ? value : intact.data().get(key));
        }
      }
      SessionModel loaded = new SessionModel();
      List<StoredMessage> retained = new ArrayList<>();
      try (Store store = Store.open(engine)) {
        store.sessions().load(loaded);
        retained.addAll(Search.all(store, "#"));
      }
      assertTrue(loaded.sessions().containsKey(1L) && loaded.sessions().containsKey(2L));
      assertEquals(1, retained.size());
    }
  }

  @Test
  void orphansAreDropped() throws Exception {
    HeapEngine engine = intact.copy().onHeap();
    engine.put(Keys.delivery(9, 5), Records.delivery(delivery(5)));
    engine.put(Keys.delivery(1, 99), Records.delivery(delivery(99)));
    engine.put(Keys.delivery(1, 98), Records.mark());
    engine.put(Keys.progress(9), Records.number(5));
    engine.put(Keys.body(77), Records.body(message(77), new Receivers(0)));
    engine.put(Keys.release(9, 1), Records.mark());
    engine.put(Keys.incoming(9, 1), Records.mark());
    engine.put(
        Keys.subscription(9, new TopicFilter(null, "x")),
        Records.subscription(new Samples(2).subscription(new TopicFilter(null, "x"))));
    try (Store store = Store.open(engine)) {
      store.sessions().load(new SessionModel());
      assertEquals(0, store.damagedRecords());
    }
    assertEquals(
        new ArrayList<>(intact.data().keySet()).size(),
        new ArrayList<>(engine.data().keySet()).size());
  }

  @Test
  void damageIsFoundByAFirstCommitToo() throws Exception {
    HeapEngine engine = intact.copy().onHeap();
    engine.put(Keys.session(2), new byte[0]);
    try (Store store = Store.open(engine)) {
      Outcome outcome = new Outcome();
      store.sessions().commit(List.of(new SessionChange.RemoveDelivery(1, 5)), outcome);
      outcome.assertSuccess();
      assertEquals(1, store.damagedRecords());
    }
    assertEquals(List.of(4L, 6L, 7L, 8L), bodyIds(engine));
  }

  private static List<Long> bodyIds(HeapEngine engine) throws DamagedRecordException {
    List<Long> ids = new ArrayList<>();
    for (byte[] key : engine.entries(Table.BODY.all()).keySet()) {
      ids.add(Keys.soleNumber(key));
    }
    return ids;
  }

  private static SessionChange putSession(long number) {
    return new SessionChange.PutSession(
        new StoredSession(number, "c" + number, Principal.user("u"), 60, 1L, null, 0));
  }

  private static SessionChange append(long messageId, long... numbers) {
    Receivers receivers = new Receivers(0);
    for (long number : numbers) {
      receivers.add(number, QoS.EXACTLY_ONCE, false, List.of(300));
    }
    return new SessionChange.Append(message(messageId), receivers);
  }

  private static StoredDelivery delivery(long messageId) {
    return new StoredDelivery(messageId, QoS.EXACTLY_ONCE, false, List.of(300), 1);
  }

  private static StoredMessage message(long id) {
    Message message = Message.of("a/b", Payload.ofUtf8("payload"), QoS.EXACTLY_ONCE, true);
    return new StoredMessage(id, message, "p", 9L);
  }
}
