package io.fluxmqtt.store;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the committer must know without reading: which sessions live, and how many deliveries refer
 * to a body. The counts are held here and not in the engine: a body is then written once and
 * removed once however many receivers it has, and since they are counted from the queues at each
 * load, they can never disagree with them. A body without an entry has one reference. Owned by the
 * committer's thread; each change is taken back with the draft that it belongs to.
 */
final class Ledger {
  private final Set<Long> sessions = new HashSet<>();
  private final Map<Long, Integer> shared = new HashMap<>();
  private long highestMessageId;

  boolean isAlive(long session) {
    return sessions.contains(session);
  }

  void addSession(long session, Draft draft) {
    if (sessions.add(session)) {
      draft.onRollback(() -> sessions.remove(session));
    }
  }

  void removeSession(long session, Draft draft) {
    if (sessions.remove(session)) {
      draft.onRollback(() -> sessions.add(session));
    }
  }

  /** How many deliveries refer to a body that exists. */
  int references(long messageId) {
    return shared.getOrDefault(messageId, 1);
  }

  void setReferences(long messageId, int count, Draft draft) {
    int old = references(messageId);
    if (old != count) {
      set(messageId, count);
      draft.onRollback(() -> set(messageId, old));
    }
  }

  /** Whether no body can have this id yet, since it is above all that were seen; sees it. */
  boolean isNewMessage(long messageId) {
    if (messageId <= highestMessageId) {
      return false;
    }
    highestMessageId = messageId; // not taken back: at worst the next one looks the body up
    return true;
  }

  private void set(long messageId, int count) {
    if (count > 1) {
      shared.put(messageId, count);
    } else {
      shared.remove(messageId);
    }
  }

  /** Fills a ledger with what a load has found. */
  static Ledger of(Set<Long> sessions, Map<Long, Integer> references, long highestMessageId) {
    Ledger ledger = new Ledger();
    ledger.sessions.addAll(sessions);
    references.forEach(ledger::set);
    ledger.highestMessageId = highestMessageId;
    return ledger;
  }
}
