package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.routing.SharedGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries that wait, first in, first out. What waits long costs most: so it keeps of each what
 * it needs, five bytes and the publication that it shares with others, and makes the {@link
 * Delivery} anew when it is taken out. With one object for each, a collector had to copy 8 MB for
 * 200,000 messages that wait, again and again. Subscription Identifiers and shared groups, which
 * few have, stand aside. Owned by the session's loop.
 */
final class DeliveryQueue {
  private static final Publication[] NONE = {};
  private static final byte[] NO_GRANTS = {};
  private static final int SMALLEST = 8;
  private static final int KEPT_EMPTY = 64;

  // bits of a grant
  private static final int QOS = 0b11;
  private static final int RETAIN = 1 << 2;
  private static final int STORED = 1 << 3;
  private static final int MORE = 1 << 4;

  /** How a session gets a message of which there is no more to say. */
  static byte grant(QoS qos, boolean retain) {
    return (byte) (qos.level() | (retain ? RETAIN : 0));
  }

  /** As a grant says, and the store has it. */
  static byte stored(byte grant) {
    return (byte) (grant | STORED);
  }

  static QoS qos(byte grant) {
    return QoS.of(grant & QOS);
  }

  static boolean isRetain(byte grant) {
    return (grant & RETAIN) != 0;
  }

  static boolean isStored(byte grant) {
    return (grant & STORED) != 0;
  }

  /** What is sent as a grant says. */
  static Delivery delivery(Publication publication, byte grant) {
    return delivery(publication, grant, null);
  }

  /** What few have. */
  private record More(List<Integer> identifiers, @Nullable SharedGroup<Session> group) {}

  private final Map<Long, More> more = new HashMap<>(0); // by number
  private @Nullable Publication[] publications = NONE; // a ring, of a power of two or empty
  private byte[] grants = NO_GRANTS;
  private long first; // the number of the first; they count up for ever
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(Delivery delivery) {
    byte grant = grant(delivery.qos(), delivery.isRetain());
    if (delivery.isStored()) {
      grant |= STORED;
    }
    if (delivery.group != null || !delivery.identifiers().isEmpty()) {
      grant |= MORE;
      more.put(first + size, new More(delivery.identifiers(), delivery.group));
    }
    add(delivery.publication, grant);
  }

  /** Adds a message of which a grant says all. */
  void add(Publication publication, byte grant) {
    if (size == publications.length) {
      grow();
    }
    int at = index(first + size);
    publications[at] = publication;
    grants[at] = grant;
    size++;
  }

  /** What the first is of, or null if there is none. */
  @Nullable Publication first() {
    return size == 0 ? null : publications[index(first)];
  }

  /** Takes out the first, or null if there is none. */
  @Nullable Delivery poll() {
    if (size == 0) {
      return null;
    }
    Delivery delivery = get(first);
    int at = index(first);
    if ((grants[at] & MORE) != 0) {
      more.remove(first);
    }
    publications[at] = null;
    first++;
    size--;
    if (size == 0 && publications.length > KEPT_EMPTY) {
      clear();
    }
    return delivery;
  }

  /** Those that came through a Shared Subscription, in order. */
  List<Delivery> shared() {
    List<Delivery> shared = new ArrayList<>();
    if (!more.isEmpty()) {
      for (long number = first; number < first + size; number++) {
        Delivery delivery = get(number);
        if (delivery.group != null) {
          shared.add(delivery);
        }
      }
    }
    return shared;
  }

  /** How many are of such a topic. */
  int count(Predicate<String> topics) {
    int count = 0;
    for (long number = first; number < first + size; number++) {
      Publication publication = publications[index(number)];
      if (publication != null && topics.test(publication.message().topic())) {
        count++;
      }
    }
    return count;
  }

  void clear() {
    publications = NONE;
    grants = NO_GRANTS;
    more.clear();
    size = 0;
  }

  private Delivery get(long number) {
    int at = index(number);
    Publication publication = publications[at];
    if (publication == null) {
      throw new IllegalStateException("no delivery at " + number);
    }
    byte grant = grants[at];
    return delivery(publication, grant, (grant & MORE) == 0 ? null : more.get(number));
  }

  private static Delivery delivery(Publication publication, byte grant, @Nullable More rest) {
    return Delivery.queued(
        publication,
        rest == null ? null : rest.group(),
        qos(grant),
        isRetain(grant),
        rest == null ? List.of() : rest.identifiers(),
        isStored(grant));
  }

  private int index(long number) {
    return (int) number & publications.length - 1;
  }

  private void grow() {
    @Nullable Publication[] old = publications;
    byte[] oldGrants = grants;
    int length = Math.max(SMALLEST, 2 * size);
    @Nullable Publication[] larger = new Publication[length];
    byte[] largerGrants = new byte[length];
    for (long number = first; number < first + size; number++) {
      int from = (int) number & old.length - 1;
      int to = (int) number & length - 1;
      larger[to] = old[from];
      largerGrants[to] = oldGrants[from];
    }
    publications = larger;
    grants = largerGrants;
  }
}
