package io.fluxmqtt.store;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Every record as bytes and back. What the key says is not repeated in the value, except a
 * message's id and topic, which prove that the value belongs to its key. A record that cannot be
 * read raises {@link DamagedRecordException}; a value that cannot be kept unaltered, {@link
 * IllegalArgumentException}.
 */
final class Records {
  private static final int VERSION = 1;

  // bits of a message
  private static final int QOS = 0b11;
  private static final int RETAIN = 1 << 2;
  private static final int PUBLISHER = 1 << 3;
  private static final int EXPIRES = 1 << 4;

  // bits of a receiver, beside QOS and RETAIN
  private static final int IDENTIFIERS = 1 << 3;

  private static final int MARK_BYTES = 1 + RecordWriter.CRC_BYTES;

  /** Of a delivery without Subscription Identifiers, but for the Packet Identifier. */
  private static final int DELIVERY_BYTES = 3 + RecordWriter.CRC_BYTES;

  // bits of message properties
  private static final int FORMAT = 1;
  private static final int FORMAT_UTF8 = 1 << 1;
  private static final int EXPIRY = 1 << 2;
  private static final int RESPONSE_TOPIC = 1 << 3;
  private static final int CORRELATION_DATA = 1 << 4;
  private static final int CONTENT_TYPE = 1 << 5;
  private static final int USER_PROPERTIES = 1 << 6;
  private static final int KNOWN_PROPERTIES = (1 << 7) - 1;

  // bits of a session
  private static final int USER_NAME = 1;
  private static final int DISCONNECTED = 1 << 1;
  private static final int WILL = 1 << 2;
  private static final int LISTENER = 1 << 3;
  private static final int ADDRESS = 1 << 4;
  private static final int ATTRIBUTES = 1 << 5;

  // bits of a subscription, above its QoS and Retain Handling
  private static final int NO_LOCAL = 1 << 4;
  private static final int RETAIN_AS_PUBLISHED = 1 << 5;

  private Records() {}

  static byte[] session(StoredSession session) {
    Principal principal = session.principal();
    byte[] address = address(session.remoteAddress());
    RecordWriter out = writer(64);
    out.octet(
        bit(USER_NAME, principal.userName())
            | bit(DISCONNECTED, session.disconnectedAtMillis())
            | bit(WILL, session.will())
            | bit(LISTENER, session.listener())
            | bit(ADDRESS, address)
            | (principal.attributes().isEmpty() ? 0 : ATTRIBUTES));
    out.text(session.clientId());
    if (principal.userName() != null) {
      out.text(principal.userName());
    }
    Set<String> groups = new TreeSet<>(principal.groups()); // equal sessions, equal bytes
    out.count(groups.size());
    groups.forEach(out::text);
    out.int64(session.expirySeconds());
    if (session.disconnectedAtMillis() != null) {
      out.int64(session.disconnectedAtMillis());
    }
    out.int64(session.willDelaySeconds());
    if (session.will() != null) {
      writeMessage(out, session.will(), 0);
    }
    if (session.listener() != null) {
      out.text(session.listener());
    }
    if (address != null) {
      out.payload(Payload.copyOf(address)).count(session.remoteAddress().getPort());
    }
    if (!principal.attributes().isEmpty()) {
      writeAttributes(out, principal.attributes());
    }
    return out.seal();
  }

  private static void writeAttributes(RecordWriter out, Map<String, List<String>> attributes) {
    out.count(attributes.size());
    new TreeMap<>(attributes) // equal sessions, equal bytes
        .forEach(
            (name, values) -> {
              out.text(name).count(values.size());
              values.forEach(out::text);
            });
  }

  private static Map<String, List<String>> readAttributes(RecordReader in)
      throws DamagedRecordException {
    int count = in.countOfItems();
    Map<String, List<String>> attributes = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String name = in.text();
      int size = in.countOfItems();
      List<String> values = new ArrayList<>(size);
      for (int j = 0; j < size; j++) {
        values.add(in.text());
      }
      attributes.put(name, values);
    }
    return attributes;
  }

  /** The bytes of an address, or null if there is none, or it was never looked up. */
  private static byte @Nullable [] address(@Nullable InetSocketAddress socket) {
    InetAddress address = socket == null ? null : socket.getAddress();
    return address == null ? null : address.getAddress();
  }

  private static InetSocketAddress readAddress(RecordReader in) throws DamagedRecordException {
    byte[] address = in.payload().toByteArray();
    int port = in.count();
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException | IllegalArgumentException e) {
      throw new DamagedRecordException("an address: " + e.getMessage());
    }
  }

  static StoredSession session(long number, byte[] record) throws DamagedRecordException {
    return read(
        record,
        in -> {
          int bits = in.octet();
          String clientId = in.text();
          String userName = has(bits, USER_NAME) ? in.text() : null;
          int count = in.countOfItems();
          Set<String> groups = new HashSet<>();
          for (int i = 0; i < count; i++) {
            groups.add(in.text());
          }
          long expirySeconds = in.int64();
          Long disconnectedAt = has(bits, DISCONNECTED) ? in.int64() : null;
          long willDelaySeconds = in.int64();
          Message will = has(bits, WILL) ? readMessage(in, in.octet()) : null;
          String listener = has(bits, LISTENER) ? in.text() : null;
          InetSocketAddress address = has(bits, ADDRESS) ? readAddress(in) : null;
          Principal principal = new Principal(userName, groups);
          return new StoredSession(
              number,
              clientId,
              has(bits, ATTRIBUTES) ? principal.withAttributes(readAttributes(in)) : principal,
              expirySeconds,
              disconnectedAt,
              will,
              willDelaySeconds,
              listener,
              address);
        });
  }

  static byte[] subscription(StoredSubscription subscription) {
    int handling = subscription.retainHandling();
    if (handling < 0 || handling > 2) {
      throw new IllegalArgumentException("Retain Handling " + handling);
    }
    int bits =
        subscription.qos().level()
            | handling << 2
            | (subscription.noLocal() ? NO_LOCAL : 0)
            | (subscription.retainAsPublished() ? RETAIN_AS_PUBLISHED : 0);
    return writer(16).octet(bits).count(subscription.identifier()).seal();
  }

  static StoredSubscription subscription(TopicFilter filter, byte[] record)
      throws DamagedRecordException {
    return read(
        record,
        in -> {
          int bits = in.octet();
          int retainHandling = bits >> 2 & 0b11;
          if (retainHandling > 2) {
            throw new DamagedRecordException("Retain Handling 3");
          }
          return new StoredSubscription(
              filter,
              QoS.of(bits & QOS),
              has(bits, NO_LOCAL),
              has(bits, RETAIN_AS_PUBLISHED),
              retainHandling,
              in.count());
        });
  }

  static byte[] delivery(StoredDelivery delivery) {
    if (delivery.packetId() < 0 || delivery.packetId() > 0xFFFF) {
      throw new IllegalArgumentException(delivery.packetId() + " is no Packet Identifier");
    }
    List<Integer> identifiers = delivery.subscriptionIdentifiers();
    RecordWriter out = writer(DELIVERY_BYTES + RecordWriter.countBytes(delivery.packetId()));
    out.octet(delivery.qos().level() | (delivery.retain() ? RETAIN : 0));
    out.count(delivery.packetId());
    out.count(identifiers.size());
    identifiers.forEach(out::count);
    return out.seal();
  }

  static StoredDelivery delivery(long messageId, byte[] record) throws DamagedRecordException {
    return read(
        record,
        in -> {
          int bits = in.octet();
          int packetId = in.count();
          if (packetId > 0xFFFF) {
            throw new DamagedRecordException("Packet Identifier " + packetId);
          }
          return new StoredDelivery(
              messageId, QoS.of(bits & QOS), has(bits, RETAIN), readCounts(in), packetId);
        });
  }

  private static List<Integer> readCounts(RecordReader in) throws DamagedRecordException {
    int count = in.countOfItems();
    List<Integer> counts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      counts.add(in.count());
    }
    return counts;
  }

  /** Whether a record of a queue is the mark of a delivery that has ended. */
  static boolean isMark(byte[] record) {
    return record.length == MARK_BYTES;
  }

  /** A message that is queued, and for whom. */
  record Body(StoredMessage message, Receivers receivers) {}

  static byte[] body(StoredMessage message, Receivers receivers) {
    RecordWriter out = writer(length(message) + 8 * receivers.size());
    writeStored(out, message);
    out.count(receivers.size());
    for (int i = 0; i < receivers.size(); i++) {
      List<Integer> identifiers = receivers.subscriptionIdentifiers(i);
      out.longCount(Keys.checkedNumber(receivers.number(i)));
      out.octet(
          receivers.qos(i).level()
              | (receivers.retain(i) ? RETAIN : 0)
              | (identifiers.isEmpty() ? 0 : IDENTIFIERS));
      if (!identifiers.isEmpty()) {
        out.count(identifiers.size());
        identifiers.forEach(out::count);
      }
    }
    return out.seal();
  }

  static Body body(byte[] record) throws DamagedRecordException {
    return read(
        record,
        in -> {
          StoredMessage message = readStored(in);
          int count = in.countOfItems();
          Receivers receivers = new Receivers(count);
          for (int i = 0; i < count; i++) {
            long number = in.longCount();
            int bits = in.octet();
            List<Integer> identifiers = has(bits, IDENTIFIERS) ? readCounts(in) : List.of();
            receivers.add(number, QoS.of(bits & QOS), has(bits, RETAIN), identifiers);
          }
          return new Body(message, receivers);
        });
  }

  static byte[] message(StoredMessage stored) {
    RecordWriter out = writer(length(stored));
    writeStored(out, stored);
    return out.seal();
  }

  static StoredMessage message(byte[] record) throws DamagedRecordException {
    return read(record, Records::readStored);
  }

  /** When the message of a record expires, or null; also null if that cannot be read. */
  static @Nullable Long expiresAtMillis(byte[] record) {
    int at = 1 + Long.BYTES; // behind version and id
    if (record.length <= at || !has(record[at], EXPIRES)) {
      return null; // without a look at the rest, which may be long
    }
    try {
      return message(record).expiresAtMillis();
    } catch (DamagedRecordException e) {
      return null;
    }
  }

  private static int length(StoredMessage stored) {
    return stored.message().topic().length() + stored.message().payload().length() + 64;
  }

  private static void writeStored(RecordWriter out, StoredMessage stored) {
    out.int64(stored.id());
    writeMessage(
        out,
        stored.message(),
        bit(PUBLISHER, stored.publisher()) | bit(EXPIRES, stored.expiresAtMillis()));
    if (stored.publisher() != null) {
      out.text(stored.publisher());
    }
    if (stored.expiresAtMillis() != null) {
      out.int64(stored.expiresAtMillis());
    }
  }

  private static StoredMessage readStored(RecordReader in) throws DamagedRecordException {
    long id = in.int64();
    int bits = in.octet();
    Message message = readMessage(in, bits);
    String publisher = has(bits, PUBLISHER) ? in.text() : null;
    Long expiresAt = has(bits, EXPIRES) ? in.int64() : null;
    return new StoredMessage(id, message, publisher, expiresAt);
  }

  /** Checks what all records have: their version and checksum. */
  static void check(byte[] record) throws DamagedRecordException {
    RecordReader.open(record, VERSION);
  }

  /** A record whose key says it all. */
  static byte[] mark() {
    return writer(MARK_BYTES).seal();
  }

  static void checkMark(byte[] record) throws DamagedRecordException {
    read(record, in -> record);
  }

  static byte[] number(long number) {
    return writer(16).int64(number).seal();
  }

  static long number(byte[] record) throws DamagedRecordException {
    return read(record, RecordReader::int64);
  }

  static byte[] clock(StoreClock.Mark mark) {
    return writer(32)
        .int64(mark.timeMillis())
        .int64(mark.wallMillis())
        .octet(mark.believed() ? 1 : 0)
        .seal();
  }

  static StoreClock.Mark clock(byte[] record) throws DamagedRecordException {
    return read(record, in -> new StoreClock.Mark(in.int64(), in.int64(), in.octet() != 0));
  }

  private static void writeMessage(RecordWriter out, Message message, int moreBits) {
    out.octet(message.qos().level() | (message.retain() ? RETAIN : 0) | moreBits);
    out.text(message.topic());
    out.payload(message.payload());
    MessageProperties properties = message.properties();
    out.octet(
        bit(FORMAT, properties.utf8Payload())
            | (Boolean.TRUE.equals(properties.utf8Payload()) ? FORMAT_UTF8 : 0)
            | bit(EXPIRY, properties.expirySeconds())
            | bit(RESPONSE_TOPIC, properties.responseTopic())
            | bit(CORRELATION_DATA, properties.correlationData())
            | bit(CONTENT_TYPE, properties.contentType())
            | (properties.userProperties().isEmpty() ? 0 : USER_PROPERTIES));
    if (properties.expirySeconds() != null) {
      out.int64(properties.expirySeconds());
    }
    if (properties.responseTopic() != null) {
      out.text(properties.responseTopic());
    }
    if (properties.correlationData() != null) {
      out.payload(properties.correlationData());
    }
    if (properties.contentType() != null) {
      out.text(properties.contentType());
    }
    if (!properties.userProperties().isEmpty()) {
      out.count(properties.userProperties().size());
      properties.userProperties().forEach(user -> out.text(user.name()).text(user.value()));
    }
  }

  private static Message readMessage(RecordReader in, int bits) throws DamagedRecordException {
    String topic = in.text();
    Payload payload = in.payload();
    int set = in.octet();
    if ((set & ~KNOWN_PROPERTIES) != 0) {
      throw new DamagedRecordException("properties 0x%02X".formatted(set));
    }
    Boolean utf8 = has(set, FORMAT) ? Boolean.valueOf(has(set, FORMAT_UTF8)) : null;
    Long expirySeconds = has(set, EXPIRY) ? in.int64() : null;
    String responseTopic = has(set, RESPONSE_TOPIC) ? in.text() : null;
    Payload correlationData = has(set, CORRELATION_DATA) ? in.payload() : null;
    String contentType = has(set, CONTENT_TYPE) ? in.text() : null;
    List<UserProperty> users = new ArrayList<>();
    if (has(set, USER_PROPERTIES)) {
      int count = in.countOfItems();
      for (int i = 0; i < count; i++) {
        users.add(new UserProperty(in.text(), in.text()));
      }
    }
    MessageProperties properties =
        new MessageProperties(
            utf8, expirySeconds, responseTopic, correlationData, contentType, users);
    return new Message(topic, payload, QoS.of(bits & QOS), has(bits, RETAIN), properties);
  }

  private static RecordWriter writer(int expectedBytes) {
    return new RecordWriter(VERSION, expectedBytes);
  }

  private static int bit(int bit, @Nullable Object value) {
    return value == null ? 0 : bit;
  }

  private static boolean has(int bits, int bit) {
    return (bits & bit) != 0;
  }

  /** Reads the fields of one kind of record. */
  @FunctionalInterface
  private interface Fields<T> {
    T read(RecordReader in) throws DamagedRecordException;
  }

  private static <T> T read(byte[] record, Fields<T> fields) throws DamagedRecordException {
    RecordReader in = RecordReader.open(record, VERSION);
    try {
      T value = fields.read(in);
      in.end();
      return value;
    } catch (IllegalArgumentException e) { // the values check themselves
      throw new DamagedRecordException("value out of bounds", e);
    }
  }
}
