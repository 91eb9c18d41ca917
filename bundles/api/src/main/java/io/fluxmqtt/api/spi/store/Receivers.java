package io.fluxmqtt.api.spi.store;

import io.fluxmqtt.api.message.QoS;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sessions that are to get one message, and how. Packed into arrays, since one message may have
 * thousands: nine bytes each and no object. Filled by one thread; not changed once it was given to
 * the store.
 */
public final class Receivers {
  private static final int QOS = 0b11;
  private static final int RETAIN = 1 << 2;

  private final Map<Integer, List<Integer>> identifiers = new HashMap<>(0); // of those with some
  private long[] numbers;
  private byte[] grants;
  private int size;

  /** None yet, with room for so many. */
  public Receivers(int expected) {
    numbers = new long[expected];
    grants = new byte[expected];
  }

  /**
   * Adds a session.
   *
   * @param number its {@link StoredSession#number()}
   * @param qos the granted QoS, 1 or 2
   * @param retain the RETAIN flag to send
   * @param subscriptionIdentifiers those of the matching Subscriptions, possibly empty
   */
  public Receivers add(
      long number, QoS qos, boolean retain, List<Integer> subscriptionIdentifiers) {
    if (size == numbers.length) {
      int room = Math.max(4, 2 * size);
      numbers = Arrays.copyOf(numbers, room);
      grants = Arrays.copyOf(grants, room);
    }
    numbers[size] = number;
    grants[size] = (byte) (qos.level() | (retain ? RETAIN : 0));
    if (!subscriptionIdentifiers.isEmpty()) {
      identifiers.put(size, List.copyOf(subscriptionIdentifiers));
    }
    size++;
    return this;
  }

  /** How many there are; they count from 0. */
  public int size() {
    return size;
  }

  /** The number of a session. */
  public long number(int index) {
    return numbers[index];
  }

  /** The granted QoS. */
  public QoS qos(int index) {
    return QoS.of(grants[index] & QOS);
  }

  /** The RETAIN flag to send. */
  public boolean retain(int index) {
    return (grants[index] & RETAIN) != 0;
  }

  /** The Subscription Identifiers to send. */
  public List<Integer> subscriptionIdentifiers(int index) {
    return identifiers.isEmpty() ? List.of() : identifiers.getOrDefault(index, List.of());
  }

  /** What a session is to be sent of a message, which was not sent yet. */
  public StoredDelivery delivery(int index, long messageId) {
    return new StoredDelivery(
        messageId, qos(index), retain(index), subscriptionIdentifiers(index), 0);
  }
}
