package io.fluxmqtt.session.routing;

import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The Retained Messages by topic (MQTT 5.0, section 3.3.1.3), found by filters.
 *
 * <p>Hash tables hold an entry for each topic. Beside them a skip list holds the same entries in
 * the order of their levels, so that a topic is followed at once by all topics below it. That order
 * is the tree: a filter is answered by walking along it and jumping over branches that cannot
 * match, which needs no memory of where one was but the last topic. So a look-up can rest at any
 * point, for any time, while others change the messages. An entry enters and leaves the list while
 * the lock of its table is held, so both always have the same topics; replacing a message touches
 * neither.
 *
 * <p>All methods are for any thread. No limit is enforced here.
 *
 * @param <M> the messages, told apart by identity
 */
public final class RetainedMessages<M> {
  /** A topic and its Retained Message, which others may replace; told apart by identity. */
  public static final class Entry<M> {
    private static final Comparator<Entry<?>> BY_TOPIC =
        Comparator.comparing(Entry::topic, LevelOrder.INSTANCE);

    private String topic; // may become another string, of the same text
    private volatile @Nullable M message; // null only where a place in the order is looked for
    private volatile boolean gone; // for good: a message that comes later has another entry

    private Entry(String topic, @Nullable M message) {
      this.topic = topic;
      this.message = message;
    }

    /** The topic. */
    public String topic() {
      return topic;
    }

    /** The message; if it was removed, the last one that there was. */
    public M message() {
      return Objects.requireNonNull(message, "message");
    }

    boolean isGone() {
      return gone;
    }

    @Override
    public String toString() {
      return topic;
    }
  }

  /** So many that two threads rarely want the lock of the same one; a power of two. */
  private static final int TABLES = 64;

  private final Table<M>[] tables = tables();
  private final NavigableSet<Entry<M>> ordered = new ConcurrentSkipListSet<>(Entry.BY_TOPIC);
  private final LongAdder count = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final ToLongFunction<? super M> size;

  /**
   * No messages yet.
   *
   * @param size how many bytes a message is counted with, always the same for one message
   */
  public RetainedMessages(ToLongFunction<? super M> size) {
    this.size = size;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of generics
  private static <M> Table<M>[] tables() {
    Table<M>[] tables = new Table[TABLES];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = new Table<>();
    }
    return tables;
  }

  /** The table of a hash: by its high bits, since the low ones choose the slot in there. */
  private Table<M> table(int hash) {
    return tables[hash >>> Integer.SIZE - Integer.numberOfTrailingZeros(TABLES)];
  }

  /**
   * Keeps a message for a topic in place of any other.
   *
   * @return the message that was there, or null
   */
  public @Nullable M put(String topic, M message) {
    int hash = Table.hash(topic);
    Table<M> table = table(hash);
    M old = null;
    synchronized (table) {
      Entry<M> entry = table.find(topic, hash);
      if (entry == null) {
        entry = new Entry<>(topic, message);
        table.insert(entry);
        ordered.add(entry);
        count.increment();
      } else {
        old = entry.message();
        entry.topic = topic; // the message holds this string, the old one may go
        entry.message = message;
      }
    }
    bytes.add(size.applyAsLong(message) - (old == null ? 0 : size.applyAsLong(old)));
    return old;
  }

  /**
   * Removes the message of a topic.
   *
   * @return the message that was there, or null
   */
  public @Nullable M remove(String topic) {
    return remove(topic, null, true);
  }

  /**
   * Removes the message of a topic if it is still this very one.
   *
   * @return whether it was removed
   */
  public boolean remove(String topic, M expected) {
    return remove(topic, expected, false) != null;
  }

  @SuppressWarnings("ReferenceEquality") // messages are told apart by identity
  private @Nullable M remove(String topic, @Nullable M expected, boolean any) {
    int hash = Table.hash(topic);
    Table<M> table = table(hash);
    M old;
    synchronized (table) {
      Entry<M> entry = table.find(topic, hash);
      if (entry == null || !(any || entry.message == expected)) {
        return null;
      }
      old = entry.message();
      entry.gone = true;
      table.remove(entry);
      ordered.remove(entry);
      count.decrement();
    }
    bytes.add(-size.applyAsLong(old));
    return old;
  }

  /** The message of a topic, or null. */
  public @Nullable M get(String topic) {
    Entry<M> entry = entry(topic);
    return entry == null ? null : entry.message();
  }

  /**
   * Shows the messages whose topics match a valid filter, as {@link #cursor} does.
   *
   * @param visitor takes topic and message and says whether to go on
   */
  public void match(String filter, BiPredicate<String, M> visitor) {
    RetainedCursor<M> cursor = cursor(filter);
    Entry<M> entry = cursor.next();
    while (entry != null && visitor.test(entry.topic, entry.message())) {
      entry = cursor.next();
    }
  }

  /** A walk through the messages whose topics match a valid filter, without {@code $share}. */
  public RetainedCursor<M> cursor(String filter) {
    return new RetainedCursor<>(this, filter);
  }

  /** The number of messages. */
  public long count() {
    return count.sum();
  }

  /** The bytes of all messages. */
  public long bytes() {
    return bytes.sum();
  }

  /** The entry of a topic at this moment, or null. */
  @Nullable Entry<M> entry(String topic) {
    int hash = Table.hash(topic);
    return table(hash).find(topic, hash);
  }

  /** The entries whose topics are not before a text, in the order of levels. */
  Iterator<Entry<M>> from(String text) {
    return ordered.tailSet(new Entry<>(text, null), true).iterator();
  }

  /** Entries by topic; its monitor is the lock for changes. */
  private static final class Table<M> extends HashSlots<Entry<M>> {
    static int hash(String topic) {
      return Levels.hash(topic, 0, topic.length());
    }

    @Override
    int hash(Entry<M> entry) {
      return hash(entry.topic);
    }

    @SuppressWarnings("unchecked") // what is not GONE is an entry
    @Nullable Entry<M> find(String topic, int hash) {
      @Nullable Object[] slots = slots();
      int mask = slots.length - 1;
      for (int index = hash & mask; ; index = (index + 1) & mask) {
        Object found = read(slots, index);
        if (found == null) {
          return null;
        }
        if (found != GONE && ((Entry<M>) found).topic.equals(topic)) {
          return (Entry<M>) found;
        }
      }
    }
  }
}
