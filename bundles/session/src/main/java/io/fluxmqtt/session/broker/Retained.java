package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Retained Messages: their limits, their expiry, and how they are looked for. They are kept by
 * the store and nowhere else. Any thread.
 */
final class Retained {
  /**
   * What a message takes of the limits.
   *
   * @param isThere whether there is as much
   * @param messages 1 if there is none of its topic, else 0
   */
  record Room(boolean isThere, int messages, long bytes) {}

  /**
   * What a search has found.
   *
   * @param moment when it began, for {@link TopicChanges}
   */
  record Found(RetainedStore.Slice slice, @Nullable IOException failure, long moment) {}

  private static final Logger LOG = LoggerFactory.getLogger(Retained.class);
  private static final long WARNING_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What all replays together may have read and not sent, while their clients take nothing. */
  private static final long HELD_MAX = Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 64);

  private final Broker broker;
  private final RetainedStore store;
  private final TopicChanges changes = new TopicChanges();
  private final LongAdder messagesUnderWay = new LongAdder();
  private final LongAdder bytesUnderWay = new LongAdder();
  private final LongAdder held = new LongAdder();
  private final AtomicLong nextWarning;
  private volatile @Nullable String unreadable;

  Retained(Broker broker, RetainedStore store) {
    this.broker = broker;
    this.store = store;
    nextWarning = new AtomicLong(broker.nanoTime());
  }

  /**
   * Whether there is room for a message that is to be retained. While the limits are far away the
   * answer is known at once, else it depends on what is there, which the store knows.
   *
   * @param later takes the answer, on any thread, if it is not known at once
   * @return null if that is not known at once
   */
  @Nullable Room room(Publication publication, Consumer<Room> later) {
    Message message = publication.message();
    if (message.payload().length() == 0) {
      return new Room(true, 0, 0); // it makes room
    }
    Room most = fitting(1, size(publication));
    if (most.isThere()) {
      return most;
    }
    Found found = find(message.topic(), null, 1, known -> later.accept(room(publication, known)));
    return found == null ? null : room(publication, found);
  }

  private Room room(Publication publication, Found found) {
    if (found.failure() != null) {
      unreadable(found.failure());
      return new Room(false, 0, 0);
    }
    List<StoredMessage> before = found.slice().messages();
    return before.isEmpty()
        ? fitting(1, size(publication))
        : fitting(0, size(publication) - size(broker.fromStored(before.get(0))));
  }

  private Room fitting(int messages, long bytes) {
    BrokerSettings settings = broker.settings();
    boolean fits =
        (messages == 0
                || store.count() + messagesUnderWay.sum() + messages
                    <= settings.retainedMaxMessages())
            && (bytes <= 0
                || store.bytes() + bytesUnderWay.sum() + bytes <= settings.retainedMaxBytes());
    return new Room(fits, messages, Math.max(0, bytes));
  }

  /** About what the store counts a message with: the topic is there twice. */
  private static long size(Publication publication) {
    return publication.bytes() + (long) publication.message().topic().length();
  }

  /**
   * Does what the RETAIN flag of a message asks; the journal holds what the acknowledgement must
   * wait for. Called before the message is routed.
   */
  void keep(Publication publication, Room room, Journal journal) {
    String topic = publication.message().topic();
    if (publication.message().payload().length() > 0) { // [MQTT-3.3.1-5]
      messagesUnderWay.add(room.messages());
      bytesUnderWay.add(room.bytes());
      journal.putRetained(
          broker.toStored(publication, broker.sessionStore().newMessageId()),
          publication.durability(),
          () -> {
            messagesUnderWay.add(-room.messages());
            bytesUnderWay.add(-room.bytes());
          });
    } else if (!store.isEmpty()) { // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
      journal.removeRetained(topic, publication.durability());
    }
    changes.mark(topic);
  }

  /**
   * Looks for messages as {@link RetainedStore#find} does.
   *
   * @return what was found, if that is known at once
   */
  @Nullable Found find(String filter, byte @Nullable [] from, int limit, Consumer<Found> later) {
    Answer<Found> answer = new Answer<>(later);
    long moment = changes.now();
    store.find(
        filter,
        from,
        limit,
        (slice, failure) -> {
          if (failure == null && unreadable != null) {
            unreadable = null;
            LOG.info("Retained messages can be read again");
          }
          answer.give(new Found(slice, failure, moment));
        });
    return answer.now();
  }

  /** Where to look for what comes after a topic. */
  byte[] after(String topic) {
    return store.after(topic);
  }

  /** Whether what a search found for a topic may not be its message any more. */
  boolean hasChanged(String topic, long moment) {
    return changes.since(moment, topic);
  }

  /** A read has failed: says so, now and then. */
  void unreadable(IOException failure) {
    unreadable = "retained messages cannot be read: " + failure.getMessage();
    long now = broker.nanoTime();
    long due = nextWarning.get();
    if (now - due >= 0 && nextWarning.compareAndSet(due, now + WARNING_NANOS)) {
      LOG.warn("Retained messages cannot be read; who subscribes gets none", failure);
    }
  }

  /** What is wrong now, or null. */
  @Nullable String problem() {
    return unreadable;
  }

  /** Removes all that have expired. */
  void sweep() {
    store.removeExpired(broker.expiryMillis());
  }

  /** A replay has read so many bytes more, or holds so many less. */
  void hold(long bytes) {
    held.add(bytes);
  }

  /** Whether a replay that cannot go on should let go of what it has read. */
  boolean holdsTooMuch() {
    return held.sum() > HELD_MAX;
  }

  boolean isEmpty() {
    return store.isEmpty();
  }

  long count() {
    return store.count();
  }

  long bytes() {
    return store.bytes();
  }
}
