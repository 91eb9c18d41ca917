package io.fluxmqtt.store;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the committer knows without reading: which sessions live, what each is still to get, and how
 * many deliveries refer to a message. The counts are held here and not in the engine: a message is
 * then written once and removed once however many receivers it has, and since they are counted at
 * each load, they can never disagree with the queues. Owned by the committer's thread. Nothing is
 * taken back: after a batch that failed it is loaded anew.
 */
final class Ledger {
  /** A message in the engine. */
  static final class Body {
    int references;
    private @Nullable Ids marks; // null while there are none, which is nearly always

    Body(int references) {
      this.references = references;
    }

    /** The session has a mark for it. */
    void mark(long session) {
      if (marks == null) {
        marks = new Ids();
      }
      marks.add(session);
    }

    /** Visits the sessions that have a mark for it, or had. */
    void forEachMark(LongConsumer visitor) {
      if (marks != null) {
        marks.forEach(visitor);
      }
    }
  }

  private final Map<Long, Backlog> sessions = new HashMap<>();
  private final Map<Long, Body> bodies = new HashMap<>();
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

  /** Messages may name this session, alive or not. */
  void sawSession(long session) {
    highestSession = Math.max(highestSession, session);
  }

  /** Whether no message can name a session, since its number is above all that were seen. */
  boolean isUnheardOf(long session) {
    return session > highestSession;
  }

  @Nullable Body body(long messageId) {
    return bodies.get(messageId);
  }

  Body add(long messageId, int references) {
    Body body = new Body(references);
    bodies.put(messageId, body);
    return body;
  }

  void removeBody(long messageId) {
    bodies.remove(messageId);
  }

  void sawMessage(long messageId) {
    highestMessage = Math.max(highestMessage, messageId);
  }

  long highestMessage() {
    return highestMessage;
  }
}
