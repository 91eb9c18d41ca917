package io.fluxmqtt.session.routing;

import java.util.Iterator;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The Retained Messages by topic (MQTT 5.0, section 3.3.1.3), found by filters.
 *
 * <p>A hash map holds the messages. Beside it a skip list holds the topics in the order of their
 * levels, so that a topic is followed at once by all topics below it. That order is the tree: a
 * filter is answered by walking along it and jumping over branches that cannot match, which needs
 * no memory of where one was but the last topic. So a look-up can rest at any point, for any time,
 * while others change the messages. A topic enters and leaves the list while the map holds the lock
 * of its key, so both always have the same topics; replacing a message does not touch the list.
 *
 * <p>All methods are for any thread. No limit is enforced here.
 *
 * @param <M> the messages, told apart by identity
 */
public final class RetainedMessages<M> {
  /** A Retained Message and its topic; told apart by identity. */
  public static final class Entry<M> {
    private final String topic;
    private final M message;
    private final long bytes;

    private Entry(String topic, M message, long bytes) {
      this.topic = topic;
      this.message = message;
      this.bytes = bytes;
    }

    /** The topic. */
    public String topic() {
      return topic;
    }

    /** The message. */
    public M message() {
      return message;
    }

    @Override
    public String toString() {
      return topic;
    }
  }

  private final ConcurrentMap<String, Entry<M>> entries = new ConcurrentHashMap<>();
  private final NavigableSet<String> topics = new ConcurrentSkipListSet<>(LevelOrder.INSTANCE);
  private final LongAdder count = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final ToLongFunction<? super M> size;

  /**
   * No messages yet.
   *
   * @param size how many bytes a message is counted with; asked once, when the message comes
   */
  public RetainedMessages(ToLongFunction<? super M> size) {
    this.size = size;
  }

  /**
   * Keeps a message for a topic in place of any other.
   *
   * @return the message that was there, or null
   */
  public @Nullable M put(String topic, M message) {
    long messageBytes = size.applyAsLong(message);
    while (true) {
      Entry<M> old = entries.get(topic);
      if (old == null) {
        Entry<M> entry = new Entry<>(topic, message, messageBytes);
        if (insert(entry)) {
          count.increment();
          bytes.add(messageBytes);
          return null;
        }
      } else if (entries.replace(topic, old, new Entry<>(old.topic, message, messageBytes))) {
        bytes.add(messageBytes - old.bytes);
        return old.message;
      }
    }
  }

  private boolean insert(Entry<M> entry) {
    Entry<M> there =
        entries.computeIfAbsent(
            entry.topic,
            topic -> {
              topics.add(topic);
              return entry;
            });
    return there == entry;
  }

  /**
   * Removes the message of a topic.
   *
   * @return the message that was there, or null
   */
  public @Nullable M remove(String topic) {
    Entry<M> old = entries.get(topic);
    while (old != null && !delete(old)) {
      old = entries.get(topic);
    }
    return old == null ? null : old.message;
  }

  /**
   * Removes the message of a topic if it is still this very one.
   *
   * @return whether it was removed
   */
  @SuppressWarnings("ReferenceEquality") // messages are told apart by identity
  public boolean remove(String topic, M expected) {
    Entry<M> old = entries.get(topic);
    return old != null && old.message == expected && delete(old);
  }

  private boolean delete(Entry<M> old) {
    boolean[] deleted = new boolean[1];
    entries.computeIfPresent(
        old.topic,
        (topic, entry) -> {
          if (entry != old) {
            return entry;
          }
          topics.remove(topic);
          deleted[0] = true;
          return null;
        });
    if (deleted[0]) {
      count.decrement();
      bytes.add(-old.bytes);
    }
    return deleted[0];
  }

  /** The message of a topic, or null. */
  public @Nullable M get(String topic) {
    Entry<M> entry = entries.get(topic);
    return entry == null ? null : entry.message;
  }

  /**
   * Shows the messages whose topics match a valid filter, as {@link #cursor} does.
   *
   * @param visitor takes topic and message and says whether to go on
   */
  public void match(String filter, BiPredicate<String, M> visitor) {
    RetainedCursor<M> cursor = cursor(filter);
    Entry<M> entry = cursor.next();
    while (entry != null && visitor.test(entry.topic, entry.message)) {
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
    return entries.get(topic);
  }

  /** The topics that are not before a text, in the order of levels. */
  Iterator<String> topicsFrom(String text) {
    return topics.tailSet(text, true).iterator();
  }
}
