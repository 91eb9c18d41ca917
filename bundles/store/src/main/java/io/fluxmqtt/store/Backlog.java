package io.fluxmqtt.store;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one session is still to get, as ids. A message's record names its receivers, so that a
 * delivery has no record of its own while nothing happens to it: it waits if its id is above the
 * session's progress, and has ended if it is not. Only what deviates from that has a record: a
 * delivery that was sent, and one that ended before an earlier one. Owned by the committer's
 * thread.
 */
final class Backlog {
  /** More than a loop reads at once. */
  private static final int EARLY_MAX = 10_000;

  final long session;

  /** Waiting, without a record; all above {@link #progress}. */
  final Ids waiting = new Ids();

  /** Sent, or queued again: alive as their record says. */
  final Ids recorded = new Ids();

  /** Ended above {@link #progress}, as a mark says. */
  final Ids marked = new Ids();

  /** Changes of deliveries that have come before their message, the last of each. */
  private @Nullable Map<Long, Edit> early; // null while there are none

  private long progress;
  private boolean progressWritten; // whether the engine has a record of it, maybe an older one
  private boolean progressDue;

  Backlog(long session) {
    this.session = session;
  }

  /** A backlog whose progress was recorded, or 0 for none. */
  static Backlog recordedAt(long session, long progress) {
    Backlog backlog = new Backlog(session);
    backlog.progress = progress;
    backlog.progressWritten = progress > 0;
    return backlog;
  }

  long progress() {
    return progress;
  }

  /**
   * Keeps a change until its message comes: the receiver's loop may commit before the publisher's
   * does. What names a message that never comes makes room for later ones.
   */
  void keepEarly(long id, Edit edit) {
    if (early == null) {
      early = new LinkedHashMap<>();
    }
    early.put(id, edit);
    if (early.size() > EARLY_MAX) {
      early.keySet().remove(early.keySet().iterator().next());
    }
  }

  /** Takes out what came before a message, if anything did. */
  @Nullable Edit takeEarly(long id) {
    if (early == null) {
      return null;
    }
    Edit edit = early.remove(id);
    if (early.isEmpty()) {
      early = null;
    }
    return edit;
  }

  /** Queues a message whose record names this session; returns whether it was not queued yet. */
  boolean await(long id) {
    return waiting.add(id);
  }

  /** A record names this session: queues its message if it is to wait and is not queued yet. */
  boolean awaitIfNew(long id) {
    return !recorded.contains(id) && waitsByDefault(id) && waiting.add(id);
  }

  /** Whether a message that is not queued would be, were it named in a record. */
  boolean waitsByDefault(long id) {
    return id > progress && !marked.contains(id);
  }

  /** Whether progress may move up to an id, since nothing below waits. */
  boolean mayPass(long id) {
    return id > progress && (waiting.isEmpty() || waiting.first() > id);
  }

  void progressTo(long id) {
    progress = id;
  }

  /** Progress is to be recorded with this commit; returns whether that is new. */
  boolean progressIsDue() {
    boolean isNew = !progressDue;
    progressDue = true;
    return isNew;
  }

  void progressRecorded() {
    progressDue = false;
    progressWritten = true;
  }

  boolean isProgressWritten() {
    return progressWritten;
  }
}
