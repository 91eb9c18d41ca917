package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.StoredMessage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is to be known of the record of a Retained Message, apart from the message.
 *
 * @param expiresAtMillis null if it never does
 */
record StoredRetained(long id, @Nullable Long expiresAtMillis) {

  /** Reads a record, all of it. */
  static StoredRetained of(byte[] key, byte[] record) throws DamagedRecordException {
    StoredMessage message = Records.message(record);
    if (!Arrays.equals(key, Keys.retained(message.message().topic()))) {
      throw new DamagedRecordException("message of another topic");
    }
    return new StoredRetained(message.id(), message.expiresAtMillis());
  }

  /** Whether a record, which may be damaged or null for none, may expire at that time. */
  static boolean mayExpireAt(long millis, byte @Nullable [] record) {
    if (record == null) {
      return false;
    }
    try {
      Long at = Records.message(record).expiresAtMillis();
      return at != null && at == millis;
    } catch (DamagedRecordException e) {
      return true;
    }
  }
}
