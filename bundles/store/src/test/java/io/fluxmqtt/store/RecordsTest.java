package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class RecordsTest {
  private static final TopicFilter FILTER = new TopicFilter(null, "a/#");

  /** Reads a record of some kind. */
  private interface Reader {
    Object read(byte[] record) throws DamagedRecordException;
  }

  @Test
  void everyRecordComesBackEqual() throws Exception {
    Samples samples = new Samples(7);
    for (int i = 1; i <= 2_000; i++) {
      long number = samples.pick(1L, (long) i, Keys.MAX_NUMBER);
      StoredSession session = samples.session(number);
      assertEquals(session, Records.session(number, Records.session(session)));
      StoredSubscription subscription = samples.subscription(FILTER);
      assertEquals(subscription, Records.subscription(FILTER, Records.subscription(subscription)));
      StoredDelivery delivery = samples.delivery(number);
      assertEquals(delivery, Records.delivery(number, Records.delivery(delivery)));
      StoredMessage message = samples.stored(number);
      assertEquals(message, Records.message(Records.message(message)));
      assertBodyComesBackEqual(samples, message);
    }
    for (long number : new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertEquals(number, Records.number(Records.number(number)));
    }
    Records.checkMark(Records.mark());
  }

  private static void assertBodyComesBackEqual(Samples samples, StoredMessage message)
      throws DamagedRecordException {
    Receivers receivers = new Receivers(samples.below(3));
    for (int i = samples.below(5); i > 0; i--) {
      samples.addTo(receivers, samples.pick(1L, 127L, 128L, Keys.MAX_NUMBER));
    }
    Records.Body body = Records.body(Records.body(message, receivers));
    assertEquals(message, body.message());
    assertEquals(receivers.size(), body.receivers().size());
    for (int i = 0; i < receivers.size(); i++) {
      assertEquals(receivers.number(i), body.receivers().number(i));
      assertEquals(receivers.delivery(i, 1), body.receivers().delivery(i, 1));
    }
  }

  @Test
  void hugePayloadComesBackEqual() throws Exception {
    byte[] bytes = new byte[5 << 20];
    new Random(3).nextBytes(bytes);
    StoredMessage message =
        new StoredMessage(
            1, Message.of("a", Payload.copyOf(bytes), QoS.AT_LEAST_ONCE, true), null, null);
    assertEquals(message, Records.message(Records.message(message)));
  }

  @Test
  void equalSessionsHaveEqualBytes() {
    StoredSession one = session(new Principal("u", Set.of("a", "b", "c", "d", "e")));
    StoredSession two = session(new Principal("u", Set.of("e", "d", "c", "b", "a")));
    assertArrayEquals(Records.session(one), Records.session(two));
  }

  @Test
  void attributesComeBackEqualAndInOneOrder() throws Exception {
    Map<String, List<String>> attributes = new LinkedHashMap<>();
    attributes.put("jwt.site", List.of("north", "süd", ""));
    attributes.put("cert.ou", List.of("Pumps"));
    attributes.put("", List.of());
    StoredSession session = session(new Principal("u", Set.of("g")).withAttributes(attributes));
    byte[] record = Records.session(session);
    assertEquals(session, Records.session(1, record));
    Map<String, List<String>> turned = new LinkedHashMap<>();
    turned.put("", List.of());
    turned.put("cert.ou", List.of("Pumps"));
    turned.put("jwt.site", List.of("north", "süd", ""));
    StoredSession same = session(new Principal("u", Set.of("g")).withAttributes(turned));
    assertArrayEquals(record, Records.session(same));
  }

  @Test
  void whatBindsAConnectionOnlyIsNotKept() throws Exception {
    Principal bound =
        Principal.user("u").withClientId("c").withValidUntil(java.time.Instant.ofEpochSecond(1));
    Principal read = Records.session(1, Records.session(session(bound))).principal();
    assertEquals(Principal.user("u"), read);
  }

  @Test
  void everyTruncationIsDamage() {
    kinds()
        .forEach(
            (record, reader) -> {
              for (int length = 0; length < record.length; length++) {
                byte[] cut = Arrays.copyOf(record, length);
                assertDamaged(() -> reader.read(cut));
              }
              byte[] longer = Arrays.copyOf(record, record.length + 1);
              assertDamaged(() -> reader.read(longer));
            });
  }

  @Test
  void everyFlippedBitIsDamage() {
    kinds()
        .forEach(
            (record, reader) -> {
              for (int bit = 0; bit < record.length * 8; bit++) {
                byte[] flipped = record.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                assertDamaged(() -> reader.read(flipped));
              }
            });
  }

  @Test
  void garbageUnderAValidChecksumIsReadOrDamageAndNothingElse() {
    Random random = new Random(11);
    kinds()
        .forEach(
            (record, reader) -> {
              for (int i = 0; i < 20_000; i++) {
                byte[] garbage = record.clone();
                for (int n = random.nextInt(4); n >= 0; n--) {
                  garbage[1 + random.nextInt(garbage.length - 1)] = (byte) random.nextInt();
                }
                reseal(garbage);
                try {
                  reader.read(garbage);
                } catch (DamagedRecordException e) {
                  // as it should be
                }
              }
            });
  }

  @Test
  void lengthsBeyondTheRecordAllocateNothing() {
    byte[] record = new RecordWriter(1, 16).int64(1).octet(0).count(Integer.MAX_VALUE).seal();
    assertDamaged(() -> Records.message(record));
    byte[] many = new RecordWriter(1, 16).octet(1).count(0).count(Integer.MAX_VALUE).seal();
    assertDamaged(() -> Records.delivery(1, many));
  }

  @Test
  void bytesOfACountAreKnownAhead() {
    int empty = new RecordWriter(1, 16).seal().length;
    for (int count : new int[] {0, 1, 127, 128, 16_383, 16_384, 65_535, 268_435_455}) {
      assertEquals(
          RecordWriter.countBytes(count),
          new RecordWriter(1, 16).count(count).seal().length - empty);
    }
  }

  @Test
  void anotherVersionIsDamage() {
    byte[] record = new RecordWriter(2, 16).int64(5).seal();
    assertDamaged(() -> Records.number(record));
  }

  @Test
  void whatCannotBeKeptUnalteredIsRefused() {
    StoredSession half = session(new Principal("u\uD800", Set.of()));
    assertThrows(IllegalArgumentException.class, () -> Records.session(half));
    StoredDelivery wrong = new StoredDelivery(1, QoS.AT_LEAST_ONCE, false, List.of(), 65_536);
    assertThrows(IllegalArgumentException.class, () -> Records.delivery(wrong));
  }

  @Test
  void anAddressThatWasNeverLookedUpIsNotKept() throws Exception {
    InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere", 1);
    StoredSession session =
        new StoredSession(1, "c", Principal.ANONYMOUS, 60, null, null, 0, "l", nowhere);
    StoredSession read = Records.session(1, Records.session(session));
    assertEquals("l", read.listener());
    assertNull(read.remoteAddress());
  }

  private static StoredSession session(Principal principal) {
    return new StoredSession(1, "c", principal, 60, null, null, 0);
  }

  private static Map<byte[], Reader> kinds() {
    Samples samples = new Samples(5);
    Map<byte[], Reader> kinds = new LinkedHashMap<>();
    for (int i = 0; i < 5; i++) {
      kinds.put(Records.session(small(samples)), record -> Records.session(1, record));
      kinds.put(
          Records.subscription(samples.subscription(FILTER)),
          record -> Records.subscription(FILTER, record));
      kinds.put(Records.delivery(samples.delivery(1)), record -> Records.delivery(1, record));
      kinds.put(Records.message(smallMessage(samples)), (Reader) record -> Records.message(record));
      Receivers receivers = new Receivers(2);
      samples.addTo(receivers, 1);
      samples.addTo(receivers, Keys.MAX_NUMBER);
      kinds.put(Records.body(smallMessage(samples), receivers), record -> Records.body(record));
    }
    Principal known = Principal.user("u").withAttributes(Map.of("a", List.of("1", "2")));
    kinds.put(Records.session(session(known)), record -> Records.session(1, record));
    kinds.put(Records.number(77), record -> Records.number(record));
    kinds.put(
        Records.mark(),
        record -> {
          Records.checkMark(record);
          return true;
        });
    return kinds;
  }

  private static StoredSession small(Samples samples) {
    StoredSession session = samples.session(1);
    Message will = session.will();
    return will != null && will.topic().length() > 100 ? small(samples) : session;
  }

  private static StoredMessage smallMessage(Samples samples) {
    StoredMessage message = samples.stored(1);
    return message.message().topic().length() > 100 ? smallMessage(samples) : message;
  }

  private static void reseal(byte[] record) {
    int end = record.length - RecordWriter.CRC_BYTES;
    CRC32C crc = new CRC32C();
    crc.update(record, 0, end);
    ByteBuffer.wrap(record).putInt(end, (int) crc.getValue());
  }

  private static void assertDamaged(Executable read) {
    assertThrows(DamagedRecordException.class, read);
  }
}
