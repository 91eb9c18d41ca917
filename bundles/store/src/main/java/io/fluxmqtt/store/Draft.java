package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One batch in the making: what is to be written, in front of what the engine holds. A later change
 * of a key replaces an earlier one, and what is added and removed in one draft is never written: a
 * message that is acknowledged before its batch is full costs no disk. Everything can be taken
 * back, so one commit that fails leaves the others of its batch alone. Used by the committer's
 * thread only.
 */
final class Draft {
  /**
   * @param value the value to set, or null to remove
   * @param added whether the engine does not hold the key
   */
  private record Change(byte @Nullable [] value, boolean added) {}

  private final KvEngine engine;
  private final NavigableMap<byte[], Change> changes = new TreeMap<>(Keys::compare);

  // What was changed, oldest first, and what to put back: a key and its old change, or null and a
  // task. Two lists and no object for each, since this is nearly always for nothing.
  private final List<byte @Nullable []> undoKeys = new ArrayList<>();
  private final List<@Nullable Object> undo = new ArrayList<>();

  Draft(KvEngine engine) {
    this.engine = engine;
  }

  /** The value as it will be, or null. */
  byte @Nullable [] get(byte[] key) throws IOException {
    Change change = changes.get(key);
    return change != null ? change.value() : engine.get(key);
  }

  /** Whether there is nothing to write. */
  boolean isEmpty() {
    return changes.isEmpty();
  }

  /** Whether this draft sets a key; what the engine holds does not count. */
  boolean sets(byte[] key) {
    Change change = changes.get(key);
    return change != null && change.value() != null;
  }

  /** Sets a value. */
  void put(byte[] key, byte[] value) {
    Change old = changes.get(key);
    change(key, new Change(value, old != null && old.added()));
  }

  /** Sets the value of a key that the engine is known not to hold. */
  void add(byte[] key, byte[] value) {
    Change old = change(key, new Change(value, true)); // in one search: most keys are new
    if (old != null && !old.added()) {
      set(key, new Change(value, false));
    }
  }

  /** Removes a key, if it is there. */
  void remove(byte[] key) {
    Change old = changes.get(key);
    change(key, old != null && old.added() ? null : new Change(null, false));
  }

  /** The keys of a range as they will be, in order. */
  List<byte[]> keys(KeyRange range) throws IOException {
    NavigableMap<byte[], Boolean> keys = new TreeMap<>(Keys::compare);
    range.scan(
        engine,
        (key, value) -> {
          keys.put(key, true);
          return true;
        });
    changes
        .subMap(range.from(), true, range.to(), false)
        .forEach((key, change) -> keys.put(key, change.value() != null));
    keys.values().removeIf(there -> !there);
    return new ArrayList<>(keys.keySet());
  }

  /** What to give to {@link #rollback} to come back to here. */
  int mark() {
    return undo.size();
  }

  /** Takes back all since a mark, the latest first. */
  void rollback(int mark) {
    for (int last = undo.size() - 1; last >= mark; last--) {
      byte[] key = undoKeys.remove(last);
      Object old = undo.remove(last);
      if (key != null) {
        set(key, (Change) old);
      } else if (old instanceof Runnable task) {
        task.run();
      }
    }
  }

  /** Has something outside of this draft taken back with it. */
  void onRollback(Runnable action) {
    undoKeys.add(null);
    undo.add(action);
  }

  /** The batch for the engine, in key order. */
  List<KvEngine.Write> writes() {
    List<KvEngine.Write> writes = new ArrayList<>(changes.size());
    changes.forEach((key, change) -> writes.add(new KvEngine.Write(key, change.value())));
    return writes;
  }

  private @Nullable Change change(byte[] key, @Nullable Change change) {
    Change old = set(key, change);
    undoKeys.add(key);
    undo.add(old);
    return old;
  }

  private @Nullable Change set(byte[] key, @Nullable Change change) {
    return change == null ? changes.remove(key) : changes.put(key, change);
  }
}
