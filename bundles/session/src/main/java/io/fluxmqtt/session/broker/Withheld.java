package io.fluxmqtt.session.broker;

import java.util.ArrayList;
import java.util.List;

/**
 * Messages of one session that policy does not let it have now, in their order: of those that the
 * store has their ids, the others themselves. Owned by the session's loop.
 */
final class Withheld {
  private final IdFifo ids = new IdFifo(); // with gaps for those that are here
  private final DeliveryQueue here = new DeliveryQueue();
  private int stored; // how many the store has
  private long storedBytes; // what they count

  int size() {
    return ids.size();
  }

  /** How many only the store has. */
  int stored() {
    return stored;
  }

  /** Adds a message; returns whether it stays in memory. */
  boolean add(Delivery delivery) {
    boolean isHere = !delivery.isStored() || delivery.group != null;
    if (isHere) {
      ids.add(IdFifo.GAP);
      here.add(delivery);
    } else {
      ids.add(delivery.publication.storeId());
      stored++;
      storedBytes += delivery.bytes();
    }
    return isHere;
  }

  /** About what each of those counts that the store has. */
  long share() {
    return stored == 0 ? 0 : storedBytes / stored;
  }

  /** Whether the first, which must be there, is in memory. */
  boolean isFirstHere() {
    return ids.isGapNext();
  }

  /** Takes out the first, if it is in memory. */
  Delivery removeHere() {
    ids.remove();
    Delivery first = here.poll();
    if (first == null) {
      throw new IllegalStateException("nothing was kept for a gap");
    }
    return first;
  }

  /** Takes out the first, if the store has it; it counts its {@link #share}. */
  long removeStored() {
    storedBytes -= share();
    stored--;
    return ids.remove();
  }

  /** Those that came through a Shared Subscription, in order. */
  List<Delivery> shared() {
    return new ArrayList<>(here.shared());
  }
}
