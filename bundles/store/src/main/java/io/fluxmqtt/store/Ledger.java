package io.fluxmqtt.store;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What the committer knows without reading: which sessions live, what each is still to get, and how
 * many deliveries refer to a message. The counts are held here and not in the engine: a message is
 * then written once and removed once however many receivers it has, and since they are counted at
 * each load, they can never disagree with the queues. Owned by the committer's thread. Nothing is
 * taken back: after a batch that failed it is loaded anew.
 */
final class Ledger {
  private static final int MANY = 255;

  private final Map<Long, Backlog> sessions = new HashMap<>();
  private final Ids messages = new Ids(); // the count of each: how many refer to it, or MANY
  private final Map<Long, Integer> many = new HashMap<>(0); // by message, of those with as many
  private final Map<Long, Ids> marks = new HashMap<>(0); // by message, the sessions with a mark
  private long highestSession;
  private long highestMessage;

  /** What a session that lives is to get, or null. */
  @Nullable Backlog backlog(long session) {
    return sessions.get(session);
  }

  void add(Backlog backlog) {
    sessions.put(backlog.session, backlog);
    sawSession(backlog.session);
  }

  void removeSession(long session) {
    sessions.remove(session);
  }

  /** The numbers of all sessions that live, in any order. */
  long[] sessionNumbers() {
    return sessions.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  /** How many sessions live. */
  int sessionCount() {
    return sessions.size();
  }

  /** How many messages are referred to. */
  int messageCount() {
    return messages.size();
  }

  /** Visits the messages that are referred to, from one id up to another, both included. */
  void forEachMessage(long from, long to, LongPredicate visitor) {
    messages.forEach(from, to, visitor);
  }

  /** Messages may name this session, alive or not. */
  void sawSession(long session) {
    highestSession = Math.max(highestSession, session);
  }

  /** Whether no message can name a session, since its number is above all that were seen. */
  boolean isUnheardOf(long session) {
    return session > highestSession;
  }

  /** How many deliveries refer to a message; 0 if it is not in the engine. */
  int references(long messageId) {
    int count = messages.count(messageId);
    if (count == MANY) {
      return many.getOrDefault(messageId, MANY);
    }
    return Math.max(0, count);
  }

  /** Sets how many deliveries refer to a message; 0 to forget it, with its marks. */
  void references(long messageId, int references) {
    if (references == 0) {
      messages.remove(messageId);
      forget(messageId, many);
      forget(messageId, marks);
      return;
    }
    messages.add(messageId);
    messages.count(messageId, Math.min(references, MANY));
    if (references > MANY) {
      many.put(messageId, references);
    } else {
      forget(messageId, many);
    }
  }

  private static void forget(long messageId, Map<Long, ?> rare) {
    if (!rare.isEmpty()) { // it is nearly always: no object for the key then
      rare.remove(messageId);
    }
  }

  /** A session has a mark for a message. */
  void mark(long messageId, long session) {
    marks.computeIfAbsent(messageId, id -> new Ids()).add(session);
  }

  /** Visits the sessions that have a mark for a message, or had. */
  void forEachMark(long messageId, LongConsumer visitor) {
    Ids marked = marks.isEmpty() ? null : marks.get(messageId);
    if (marked != null) {
      marked.forEach(visitor);
    }
  }

  void sawMessage(long messageId) {
    highestMessage = Math.max(highestMessage, messageId);
  }

  long highestMessage() {
    return highestMessage;
  }
}
