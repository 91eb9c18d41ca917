package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What waits of one session, first in, first out, however much it is: the first ones are in memory,
 * of the others only the ids, since the store has them. Those are read back, in pieces and beside
 * the loop, as soon as half of what is in memory has left.
 *
 * <p>What the store does not have, or does not have all of, stays in memory and is a gap among the
 * ids: what came through a Shared Subscription, which another member may have to get, and what was
 * queued before the session was kept. Owned by the session's loop.
 */
final class WaitingQueue {
  /** So many of a session are in memory, and so many bytes, but for one message that is larger. */
  static final int WINDOW_MESSAGES = 1_000;

  static final int WINDOW_BYTES = 1 << 20;

  /** As above, while the memory for the queues of all sessions is in use. */
  static final int SMALL_WINDOW_MESSAGES = 64;

  private static final int SMALL_WINDOW_BYTES = 1 << 16;

  private final Session session;
  private final Broker broker;
  private final QueueMemory.Share memory;
  private final DeliveryQueue window = new DeliveryQueue(); // the first ones
  private @Nullable IdFifo rest; // behind the window; null for none
  private @Nullable DeliveryQueue kept; // the gaps of the rest
  private @Nullable QueueReading reading;
  private @Nullable Withheld withheld; // older than all above
  private int stored; // ids in the rest
  private long storedBytes; // what they count
  private long keptBytes; // of the gaps
  private long bytes; // all
  private int failures; // to read it, one after another

  WaitingQueue(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
    this.memory = broker.queueMemory().share();
  }

  int size() {
    return ready() + (withheld == null ? 0 : withheld.size());
  }

  /** What is not withheld, as far as that is known. */
  int ready() {
    return window.size() + (rest == null ? 0 : rest.size());
  }

  /** What all of it counts against the limits. */
  long bytes() {
    return bytes;
  }

  /** Whether only the store has some of it. */
  boolean needsStore() {
    return stored > 0 || (withheld != null && withheld.stored() > 0);
  }

  /** Adds what is not yet counted among the bytes of all queues. */
  void add(Delivery delivery) {
    boolean mayLeave = delivery.isStored() && delivery.group == null;
    if (!defer(delivery.publication, mayLeave)) {
      (rest == null ? window : keptToBe()).add(delivery);
    }
  }

  /** As {@link #add}, of what a grant says all. */
  void add(Publication publication, byte grant) {
    if (!defer(publication, DeliveryQueue.isStored(grant))) {
      (rest == null ? window : keptToBe()).add(publication, grant);
    }
  }

  /** Counts a message; leaves it to the store if it may and must, and returns whether it has. */
  private boolean defer(Publication publication, boolean mayLeave) {
    bytes += publication.bytes();
    IdFifo present = rest;
    if (mayLeave && (present != null || isFull())) {
      if (present == null) {
        present = new IdFifo();
        rest = present;
      }
      present.add(publication.storeId());
      stored++;
      storedBytes += publication.bytes();
      return true;
    }
    if (present != null) {
      present.add(IdFifo.GAP);
      keptBytes += publication.bytes();
    }
    memory.add(publication.bytes());
    return false;
  }

  private DeliveryQueue keptToBe() {
    DeliveryQueue present = kept;
    if (present == null) {
      present = new DeliveryQueue();
      kept = present;
    }
    return present;
  }

  private boolean isFull() {
    return window.size() >= WINDOW_MESSAGES
        || windowBytes() >= WINDOW_BYTES
        || (window.size() >= SMALL_WINDOW_MESSAGES && broker.queueMemory().isUsed());
  }

  private long windowBytes() {
    return memory.bytes() - keptBytes;
  }

  /** What {@link #poll} would take out, or null; then it does what that does. */
  @Nullable Publication first() {
    if (window.isEmpty() && rest != null) {
      refill();
    }
    return window.first();
  }

  /**
   * Takes out the first, if it is in memory; if it is not, it will be, and the session then takes a
   * turn.
   */
  @Nullable Delivery poll() {
    Delivery first = window.poll();
    if (first != null) {
      memory.add(-first.bytes());
      count(-first.bytes(), -1);
    }
    if (rest != null) {
      refill();
      if (first == null) {
        return window.isEmpty() ? null : poll();
      }
    }
    return first;
  }

  /** Keeps a message that was just taken out: policy does not let the session have it now. */
  void withhold(Delivery delivery) {
    if (withheld == null) {
      withheld = new Withheld();
    }
    if (withheld.add(delivery)) {
      memory.add(delivery.bytes());
    }
    count(delivery.bytes(), 1);
  }

  /**
   * Puts what is withheld back to where it was, in front of all. What the store has of it is read
   * from there, and so is what comes behind that.
   */
  void putBack() {
    Withheld first = withheld;
    if (first == null) {
      return;
    }
    withheld = null;
    reading = null; // it was asked for the old order
    IdFifo behind = rest;
    DeliveryQueue keptBehind = keptToBe();
    rest = new IdFifo();
    kept = new DeliveryQueue();
    while (first.size() > 0) {
      if (first.isFirstHere()) {
        putHere(first.removeHere());
      } else {
        long share = first.share();
        putStored(first.removeStored(), share);
      }
    }
    for (Delivery next = window.poll(); next != null; next = window.poll()) {
      if (next.isStored() && next.group == null) {
        memory.add(-next.bytes());
        putStored(next.publication.storeId(), next.bytes());
      } else {
        putHere(next);
      }
    }
    while (behind != null && behind.size() > 0) {
      if (behind.isGapNext()) {
        behind.remove();
        rest.add(IdFifo.GAP);
        kept.add(Objects.requireNonNull(keptBehind.poll()));
      } else {
        rest.add(behind.remove());
      }
    }
    settle();
    refill();
  }

  private void putHere(Delivery delivery) {
    Objects.requireNonNull(rest).add(IdFifo.GAP);
    keptToBe().add(delivery);
    keptBytes += delivery.bytes();
  }

  private void putStored(long id, long itsBytes) {
    Objects.requireNonNull(rest).add(id);
    stored++;
    storedBytes += itsBytes;
  }

  /** How many of those in memory, and of those that were read from the store, are withheld. */
  int countWithheld() {
    int count = withheld == null ? 0 : withheld.size();
    return count + window.count(session.subscriptions()::isWithheld);
  }

  /**
   * Takes out the first to make room, whether it is in memory or not.
   *
   * @return false if there is none
   */
  boolean dropFirst() {
    if (withheld != null && withheld.size() > 0) {
      dropWithheld(withheld);
      return true;
    }
    moveKept();
    Delivery first = window.poll();
    if (first != null) {
      memory.add(-first.bytes());
      count(-first.bytes(), -1);
      forget(first);
      return true;
    }
    if (rest == null) {
      return false;
    }
    long share = storedBytes / stored; // what just this one counts, only the store knows
    long id = removeStored(share);
    count(-share, -1);
    settle();
    forget(id, Durability.WRITTEN);
    return true;
  }

  private void dropWithheld(Withheld all) {
    if (all.isFirstHere()) {
      Delivery first = all.removeHere();
      memory.add(-first.bytes());
      count(-first.bytes(), -1);
      forget(first);
      return;
    }
    count(-all.share(), -1);
    forget(all.removeStored(), Durability.WRITTEN);
  }

  private void forget(Delivery delivery) {
    if (delivery.isStored()) {
      forget(delivery.publication.storeId(), delivery.publication.durability());
    }
  }

  private void forget(long id, Durability durability) {
    session
        .owner()
        .journal()
        .record(new SessionChange.RemoveDelivery(session.number(), id), durability);
  }

  /** The session has ended; returns what other members of its shared groups are to get. */
  List<Delivery> end() {
    List<Delivery> shared = withheld == null ? new ArrayList<>() : withheld.shared();
    shared.addAll(window.shared());
    if (kept != null) {
      shared.addAll(kept.shared());
    }
    count(-bytes, -size());
    memory.add(-memory.bytes());
    window.clear();
    rest = null;
    kept = null;
    withheld = null;
    reading = null;
    stored = 0;
    storedBytes = 0;
    keptBytes = 0;
    return shared;
  }

  /** Has the store read what fits into the window, if that is worth it. */
  void refill() {
    moveKept();
    IdFifo behind = rest;
    if (behind == null
        || reading != null
        || window.size() > WINDOW_MESSAGES / 2
        || !session.isConnected()) {
      return;
    }
    boolean isShort = broker.queueMemory().isUsed() || failures > 0;
    int most = isShort ? SMALL_WINDOW_MESSAGES : WINDOW_MESSAGES;
    long mostBytes = isShort ? SMALL_WINDOW_BYTES : WINDOW_BYTES;
    if (window.size() <= most / 2 && windowBytes() <= mostBytes / 2) {
      long[] ids = behind.first(failures > 0 ? 1 : most - window.size());
      reading = new QueueReading(this, session, broker, ids, mostBytes - windowBytes());
      reading.ask();
    }
  }

  @SuppressWarnings("ReferenceEquality") // it is this one or another one
  boolean isReading(QueueReading asked) {
    return reading == asked;
  }

  /** The store has answered all that was asked. */
  void read() {
    reading = null;
  }

  /** The store has answered, whatever it had. */
  void readable() {
    failures = 0;
  }

  /** What was asked is asked once more, as another question. */
  void readAgain(QueueReading again) {
    reading = again;
  }

  /** The store has failed to answer; returns how often it has now, one time after another. */
  int unreadable() {
    failures = Math.min(failures + 1, QueueReading.TRIES);
    return failures;
  }

  /** The first of the rest was read. */
  void take(SessionStore.Queued queued) {
    Publication publication = broker.fromStored(queued.message());
    removeStored(publication.bytes());
    memory.add(publication.bytes());
    window.add(Delivery.restored(publication, queued.delivery()));
    settle();
  }

  /** The store does not have it, or not any more. */
  void giveUp() {
    forget(lose(), Durability.WRITTEN);
  }

  /** The first of the rest cannot be read; returns its id. */
  long lose() {
    long share = stored == 0 ? 0 : storedBytes / stored;
    long id = removeStored(share);
    count(-share, -1);
    settle();
    session.outbox().drops().count(Counters.Drop.UNREADABLE);
    return id;
  }

  /** Removes the first id of the rest, which counts so many bytes. */
  private long removeStored(long itsBytes) {
    IdFifo behind = rest;
    if (behind == null) {
      throw new IllegalStateException("nothing is in the store");
    }
    long id = behind.remove();
    stored--;
    storedBytes -= itsBytes;
    if (reading != null) {
      reading.firstLeft();
    }
    return id;
  }

  /** The rest has become shorter: what was only estimated is put right at its end. */
  private void settle() {
    if (stored == 0) {
      count(-storedBytes, 0);
      storedBytes = 0;
    }
    moveKept();
  }

  /** Moves what is in memory anyway, and next, behind the window. */
  private void moveKept() {
    IdFifo behind = rest;
    while (behind != null && behind.isGapNext()) {
      behind.remove();
      Delivery next = Objects.requireNonNull(keptToBe().poll());
      keptBytes -= next.bytes();
      window.add(next);
    }
    if (behind != null && behind.size() == 0) {
      rest = null;
      kept = null;
    }
  }

  private void count(long more, int messages) {
    bytes += more;
    broker.queuedBytes().add(more);
    broker.counters().queued.add(messages);
  }
}
