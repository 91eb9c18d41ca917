package io.fluxmqtt.store;

import io.fluxmqtt.api.message.TopicFilter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The layout of keys. The first eight bytes are the table's tag and a number of 56 bits, so the
 * keys of a queue have 16 bytes and sort by session, then by message; texts are length-prefixed.
 *
 * <p>Topics are in the order of their levels, since 0, which no topic holds, stands for {@code /}:
 * what is below a topic follows it at once. Those that begin with {@code $}, which no wildcard
 * finds, lie behind all others.
 */
final class Keys {
  /** Session numbers and message ids are 1 to this. */
  static final long MAX_NUMBER = (1L << 56) - 1;

  /** Where the text begins in the key of a topic. */
  static final int TOPIC_AT = 2;

  /** Ends a level in the key of a topic. */
  static final byte LEVEL_END = 0;

  /** What the key of a topic has after the tag; never 0. */
  static final byte PLAIN = 1;

  private static final byte HIDDEN = 2; // begins with '$'
  private static final int HEAD_BYTES = Long.BYTES;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Keys() {}

  /** The order of keys: as unsigned bytes. Of two keys of a queue, which are most, in two steps. */
  static int compare(byte[] one, byte[] other) {
    if (one.length == 2 * HEAD_BYTES && other.length == 2 * HEAD_BYTES) {
      int heads = Long.compareUnsigned((long) LONG.get(one, 0), (long) LONG.get(other, 0));
      return heads != 0
          ? heads
          : Long.compareUnsigned(
              (long) LONG.get(one, HEAD_BYTES), (long) LONG.get(other, HEAD_BYTES));
    }
    return Arrays.compareUnsigned(one, other);
  }

  static byte[] session(long number) {
    return bytes(head(Table.SESSION, number));
  }

  static byte[] body(long messageId) {
    return bytes(head(Table.BODY, messageId));
  }

  static byte[] delivery(long number, long messageId) {
    return ByteBuffer.allocate(HEAD_BYTES + Long.BYTES)
        .putLong(head(Table.QUEUE, number))
        .putLong(checkedNumber(messageId))
        .array();
  }

  static byte[] progress(long number) {
    return bytes(head(Table.PROGRESS, number));
  }

  static byte[] release(long number, int packetId) {
    return withPacketId(Table.RELEASE, number, packetId);
  }

  static byte[] incoming(long number, int packetId) {
    return withPacketId(Table.INCOMING, number, packetId);
  }

  static byte[] subscription(long number, TopicFilter filter) {
    // a plain filter may look like a shared one, so the ShareName stands by itself; "" is none
    byte[] share = utf8(filter.shareName() == null ? "" : filter.shareName());
    byte[] text = utf8(filter.filter());
    ByteBuffer key = ByteBuffer.allocate(HEAD_BYTES + 2 * Short.BYTES + share.length + text.length);
    key.putLong(head(Table.SUBSCRIPTION, number));
    key.putShort((short) share.length).put(share);
    return key.putShort((short) text.length).put(text).array();
  }

  /** The key of a topic; also where a filter is, whose levels are in the same places. */
  static byte[] retained(String topic) {
    byte[] text = utf8(topic);
    byte[] key = new byte[TOPIC_AT + text.length];
    key[0] = Table.RETAINED.tag();
    key[1] = text.length > 0 && text[0] == '$' ? HIDDEN : PLAIN;
    for (int i = 0; i < text.length; i++) {
      key[TOPIC_AT + i] = text[i] == '/' ? LEVEL_END : text[i];
    }
    return key;
  }

  /** The key that says when the message under another key expires. */
  static byte[] expiry(long atMillis, byte[] retained) {
    return ByteBuffer.allocate(2 + Long.BYTES + retained.length - 1)
        .put(Table.EXPIRY.tag())
        .put(PLAIN) // as of other keys with texts, this is never 0
        .putLong(atMillis ^ Long.MIN_VALUE) // so that unsigned bytes are in the order of time
        .put(retained, 1, retained.length - 1)
        .array();
  }

  /** The first key of what expires after a time. */
  static byte[] expiryAfter(long millis) {
    return millis == Long.MAX_VALUE
        ? Table.EXPIRY.all().to()
        : expiry(millis + 1, new byte[] {Table.RETAINED.tag()});
  }

  /** The key of the message that expires as a key says. */
  static byte[] ofExpiry(byte[] expiry) throws DamagedRecordException {
    int skipped = 2 + Long.BYTES;
    if (expiry.length <= skipped) {
      throw new DamagedRecordException("key of " + expiry.length + " bytes");
    }
    return ByteBuffer.allocate(1 + expiry.length - skipped)
        .put(Table.RETAINED.tag())
        .put(expiry, skipped, expiry.length - skipped)
        .array();
  }

  /** When the message of a key that is long enough expires. */
  static long expiryMillis(byte[] expiry) {
    return ByteBuffer.wrap(expiry).getLong(2) ^ Long.MIN_VALUE;
  }

  static byte[] meta(String name) {
    byte[] text = utf8(name);
    return ByteBuffer.allocate(1 + text.length).put(Table.META.tag()).put(text).array();
  }

  static byte[] quarantined(byte[] key) {
    return ByteBuffer.allocate(1 + key.length).put(Table.QUARANTINE.tag()).put(key).array();
  }

  /** The number in the first eight bytes of a key: a session's, or a body's message id. */
  static long number(byte[] key) throws DamagedRecordException {
    if (key.length < HEAD_BYTES) {
      throw new DamagedRecordException("key of " + key.length + " bytes");
    }
    return validNumber(ByteBuffer.wrap(key).getLong() & MAX_NUMBER);
  }

  /** As {@link #number}, of a key that holds nothing else. */
  static long soleNumber(byte[] key) throws DamagedRecordException {
    checkLength(key, HEAD_BYTES);
    return number(key);
  }

  /** The message id of a key in the queue. */
  static long messageId(byte[] key) throws DamagedRecordException {
    checkLength(key, HEAD_BYTES + Long.BYTES);
    return validNumber(ByteBuffer.wrap(key).getLong(HEAD_BYTES));
  }

  /** The packet identifier of a release or an incoming key. */
  static int packetId(byte[] key) throws DamagedRecordException {
    checkLength(key, HEAD_BYTES + Short.BYTES);
    int packetId = Short.toUnsignedInt(ByteBuffer.wrap(key).getShort(HEAD_BYTES));
    if (packetId == 0) {
      throw new DamagedRecordException("Packet Identifier 0 in a key");
    }
    return packetId;
  }

  /** The filter of a subscription's key. */
  static TopicFilter filter(byte[] key) throws DamagedRecordException {
    number(key);
    RecordReader reader = RecordReader.ofRaw(key, HEAD_BYTES);
    String share = reader.shortText();
    String filter = reader.shortText();
    reader.end();
    try {
      return new TopicFilter(share.isEmpty() ? null : share, filter);
    } catch (IllegalArgumentException e) {
      throw new DamagedRecordException("filter in a key", e);
    }
  }

  static long head(Table table, long number) {
    return ((long) table.tag() << 56) | checkedNumber(number);
  }

  static byte[] bytes(long head) {
    return ByteBuffer.allocate(HEAD_BYTES).putLong(head).array();
  }

  private static byte[] withPacketId(Table table, long number, int packetId) {
    if (packetId < 1 || packetId > 0xFFFF) {
      throw new IllegalArgumentException(packetId + " is no Packet Identifier");
    }
    return ByteBuffer.allocate(HEAD_BYTES + Short.BYTES)
        .putLong(head(table, number))
        .putShort((short) packetId)
        .array();
  }

  private static byte[] utf8(String text) {
    byte[] bytes = RecordWriter.checkedText(text).getBytes(StandardCharsets.UTF_8);
    if (bytes.length > TopicFilter.MAX_BYTES) {
      throw new IllegalArgumentException("a text of " + bytes.length + " bytes is no key");
    }
    return bytes;
  }

  static long checkedNumber(long number) {
    if (number < 1 || number > MAX_NUMBER) {
      throw new IllegalArgumentException(number + " is no session number or message id");
    }
    return number;
  }

  private static long validNumber(long number) throws DamagedRecordException {
    if (number < 1 || number > MAX_NUMBER) {
      throw new DamagedRecordException("number " + number + " in a key");
    }
    return number;
  }

  private static void checkLength(byte[] key, int length) throws DamagedRecordException {
    if (key.length != length) {
      throw new DamagedRecordException("key of " + key.length + " bytes, not " + length);
    }
  }
}
