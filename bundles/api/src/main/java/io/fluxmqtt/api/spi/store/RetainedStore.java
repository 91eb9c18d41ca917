package io.fluxmqtt.api.spi.store;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps Retained Messages, and is the only place of them: they are found here by Topic Filters,
 * piece by piece. Registered as a service with the property {@link SessionStore#NAME}, by the same
 * bundle as the session store. No method blocks.
 */
@ProviderType
public interface RetainedStore {
  /**
   * Some of the messages that match a filter.
   *
   * @param messages in the order of the store, in which what is below a topic follows it
   * @param next where the rest is to be looked for; null if there is none
   */
  record Slice(List<StoredMessage> messages, byte @Nullable [] next) {
    /** Nothing, and nothing more to look for. */
    public static final Slice END = new Slice(List.of(), null);
  }

  /** Takes what was found. */
  @FunctionalInterface
  interface Answer {
    /**
     * Called exactly once, on the caller's thread before {@link #find} returns or on a thread of
     * the store; must not block.
     *
     * @param slice what was found, {@link Slice#END} after a failure
     * @param failure why nothing could be read, or null
     */
    void found(Slice slice, @Nullable IOException failure);
  }

  /**
   * Sets the Retained Message of its topic. Completes in order, exactly once.
   *
   * @param durability what the completion waits for; {@link #find} never does
   */
  void put(StoredMessage message, Durability durability, SessionStore.Completion completion);

  /** As above; completes when it is synced. */
  default void put(StoredMessage message, SessionStore.Completion completion) {
    put(message, Durability.SYNC, completion);
  }

  /** Removes the Retained Message of a topic, if there is one. As {@link #put}. */
  void remove(String topic, Durability durability, SessionStore.Completion completion);

  /** As above; completes when it is synced. */
  default void remove(String topic, SessionStore.Completion completion) {
    remove(topic, Durability.SYNC, completion);
  }

  /**
   * Removes all messages that have expired, in pieces between other changes. If it fails, those
   * that are left wait for the next call.
   *
   * <p>To be called every half minute, also while there is nothing: the store then looks whether
   * the system clock was set.
   *
   * @param nowMillis the time of {@link SessionStore#nowMillis}, to compare with {@link
   *     StoredMessage#expiresAtMillis}
   */
  void removeExpired(long nowMillis);

  /**
   * Looks for messages that match a filter: more than a few, if there are, but never so many that
   * time or memory for them would matter. What is found is at least as new as all that was put and
   * removed before the call, by whatever thread. Of many calls, each from where the one before
   * ended, none shows a topic again, and a message that is there all the while is shown.
   *
   * @param filter a valid filter without {@code $share}
   * @param from where to go on: {@link Slice#next} of the same filter, or null to begin
   * @param limit messages at most, 1 or more; there may be fewer, even none, before the end
   */
  void find(String filter, byte @Nullable [] from, int limit, Answer answer);

  /** Where to look for what comes after a topic, for those filters that match it. */
  byte[] after(String topic);

  /** How many messages there are, without those whose change is under way. */
  long count();

  /** About how many bytes these messages take. */
  long bytes();

  /** Whether there is no message, and none under way. */
  boolean isEmpty();

  /**
   * Whether the messages are on the Java heap. Then {@link #find} answers before it returns, unless
   * a change is under way.
   */
  boolean isOnHeap();
}
