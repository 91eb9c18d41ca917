package io.fluxmqtt.store;

import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;

/** What a key stands for, in words for an operator. */
final class KeyText {
  private static final int MAX_BYTES = 32;

  private KeyText() {}

  /** The words; of a key that is damaged itself, its bytes. */
  static String of(byte[] key) {
    try {
      for (Table table : Table.values()) {
        if (key.length > 0 && key[0] == table.tag()) {
          return of(table, key);
        }
      }
    } catch (DamagedRecordException e) {
      return "an entry under a damaged key, " + hex(key);
    }
    return "an entry of no known kind, " + hex(key);
  }

  private static String of(Table table, byte[] key) throws DamagedRecordException {
    return switch (table) {
      case BODY -> "message " + Keys.soleNumber(key);
      case EXPIRY ->
          "the expiry of %s at %s"
              .formatted(of(Keys.ofExpiry(key)), Instant.ofEpochMilli(Keys.expiryMillis(key)));
      case INCOMING -> "incoming identifier %d of %s".formatted(Keys.packetId(key), session(key));
      case META -> "the note " + text(key, 1);
      case RELEASE -> "outgoing identifier %d of %s".formatted(Keys.packetId(key), session(key));
      case PROGRESS -> "the progress of session " + Keys.soleNumber(key);
      case QUEUE -> "the delivery of message %d to %s".formatted(Keys.messageId(key), session(key));
      case RETAINED -> "the retained message of " + text(key, Keys.TOPIC_AT);
      case SESSION -> "session " + Keys.soleNumber(key);
      case SUBSCRIPTION -> {
        TopicFilter filter = Keys.filter(key);
        String share = filter.shareName() == null ? "" : "$share/" + filter.shareName() + "/";
        yield "the subscription %s of %s"
            .formatted(Printable.of(share + filter.filter()), session(key));
      }
      case QUARANTINE -> of(Arrays.copyOfRange(key, 1, key.length));
    };
  }

  private static String session(byte[] key) throws DamagedRecordException {
    return "session " + Keys.number(key);
  }

  private static String text(byte[] key, int from) throws DamagedRecordException {
    if (key.length < from) {
      throw new DamagedRecordException("key of " + key.length + " bytes");
    }
    byte[] text = Arrays.copyOfRange(key, from, key.length);
    for (int i = 0; i < text.length; i++) {
      text[i] = text[i] == Keys.LEVEL_END ? (byte) '/' : text[i];
    }
    return Printable.of(new String(text, StandardCharsets.UTF_8));
  }

  private static String hex(byte[] key) {
    String digits = HexFormat.of().formatHex(key, 0, Math.min(key.length, MAX_BYTES));
    return key.length > MAX_BYTES ? digits + "… (" + key.length + " bytes)" : digits;
  }
}
