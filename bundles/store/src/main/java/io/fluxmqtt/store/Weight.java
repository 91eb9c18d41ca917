package io.fluxmqtt.store;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.api.spi.store.SessionChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** About how much a commit is, told before its records are built: bytes and records. */
record Weight(long bytes, int operations) {
  static final Weight NONE = new Weight(0, 0);

  private static final int RECORD = 64; // key, head and checksum
  private static final int RECEIVER = 8;

  static Weight of(List<SessionChange> changes) {
    long bytes = 0;
    long operations = 0;
    for (SessionChange change : changes) {
      operations++;
      bytes += RECORD;
      if (change instanceof SessionChange.Append append) {
        bytes += bytes(append.message().message()) + (long) RECEIVER * append.receivers().size();
      } else if (change instanceof SessionChange.PutSession put) {
        Message will = put.session().will();
        bytes += will == null ? 0 : bytes(will);
      }
    }
    return new Weight(bytes, (int) Math.min(operations, Integer.MAX_VALUE));
  }

  static Weight of(Message message) {
    return new Weight(RECORD + bytes(message), 1);
  }

  static Weight ofRemoval() {
    return new Weight(RECORD, 1);
  }

  private static long bytes(Message message) {
    MessageProperties properties = message.properties();
    long bytes = message.topic().length() + message.payload().length();
    if (properties.isEmpty()) {
      return bytes;
    }
    bytes += length(properties.responseTopic()) + length(properties.contentType());
    if (properties.correlationData() != null) {
      bytes += properties.correlationData().length();
    }
    for (UserProperty user : properties.userProperties()) {
      bytes += user.name().length() + user.value().length();
    }
    return bytes;
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
