package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.kit.Wire;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A publisher of messages that expire, each third after a second, the others not in this life. */
class Perishable extends Publisher {
  static final int SHORT_SECONDS = 1;
  static final int LONG_SECONDS = 100_000;
  private static final int SHORT_EACH = 3;

  private final Map<Integer, Long> takenNanos = new ConcurrentHashMap<>();

  Perishable(int id, Findings findings) {
    super(id, 1, 5, findings);
  }

  static boolean isShort(int number) {
    return number % SHORT_EACH == 0;
  }

  @Override
  String topic(int number) {
    return "fresh/" + id;
  }

  @Override
  byte[] properties(int number) {
    int seconds = isShort(number) ? SHORT_SECONDS : LONG_SECONDS;
    return Wire.properties(Wire.property(Wire.MESSAGE_EXPIRY, Wire.u32(seconds)));
  }

  @Override
  void acknowledge(int number) {
    super.acknowledge(number);
    if (isShort(number)) {
      takenNanos.put(number, System.nanoTime());
    }
  }

  /** When the broker had taken it, or a bit earlier; null if nobody knows that it has. */
  Long takenNanos(int number) {
    return takenNanos.get(number);
  }

  @Override
  public BitSet owed() {
    BitSet owed = super.owed();
    for (int i = 0; i < owed.length(); i++) {
      owed.set(i, owed.get(i) && !isShort(i));
    }
    return owed;
  }
}
