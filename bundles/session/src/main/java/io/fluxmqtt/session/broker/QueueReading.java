package io.fluxmqtt.session.broker;

import java.util.Arrays;

/** A question of a {@link WaitingQueue} to the store that was not answered yet. */
final class QueueReading {
  final long[] ids;
  int gone; // so many of the ids have left the rest since, taken or dropped

  QueueReading(long[] ids) {
    this.ids = ids;
  }

  /** As asked now. */
  QueueReading left() {
    return new QueueReading(Arrays.copyOfRange(ids, Math.min(gone, ids.length), ids.length));
  }
}
