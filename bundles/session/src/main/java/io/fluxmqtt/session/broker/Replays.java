package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The retained messages that new Subscriptions are due, one after another. As its session. */
final class Replays {
  private final Session session;
  private final Broker broker;
  private final Deque<RetainedReplay> due = new ArrayDeque<>();

  Replays(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  void add(RetainedReplay replay) {
    due.add(replay);
  }

  /** Lets go of what the first has read, if all together hold too much. */
  void restIfTooMuch() {
    RetainedReplay first = due.peek();
    if (first != null && !first.isWaiting() && broker.retained().holdsTooMuch()) {
      first.rest();
    }
  }

  /** The first of a Subscription that is not suspended; those wait. */
  @Nullable RetainedReplay next() {
    for (RetainedReplay replay : due) {
      if (!session.subscriptions().isSuspended(replay.filter())) {
        return replay;
      }
    }
    return null;
  }

  /**
   * Has a retained message of QoS 2 in the store like one that was queued: without a record a crash
   * before PUBREL would free its identifier, and the client would take the next one under it for a
   * repetition.
   */
  void keep(Delivery retained) {
    if (retained.qos() != QoS.EXACTLY_ONCE || !session.isDurable()) {
      return;
    }
    Publication own = retained.publication; // no other delivery has it
    own.stored(broker.sessionStore().newMessageId());
    Receivers receivers =
        new Receivers(1)
            .add(session.number(), retained.qos(), retained.isRetain(), retained.identifiers());
    session
        .owner()
        .journal()
        .record(new SessionChange.Append(broker.toStored(own, own.storeId()), receivers));
    retained.markStored();
  }

  /** One has handed out all; returns what is left, or null. */
  @Nullable Replays end(RetainedReplay replay) {
    replay.close();
    due.remove(replay);
    return due.isEmpty() ? null : this;
  }

  /** [MQTT-3.10.4-2] what a Subscription that has ended did not find yet does not come any more. */
  void unsubscribed(TopicFilter filter) {
    due.removeIf(
        replay -> {
          boolean isOver = replay.filter().equals(filter);
          if (isOver) {
            replay.close();
          }
          return isOver;
        });
  }

  void rest() {
    due.forEach(RetainedReplay::rest);
  }

  void close() {
    due.forEach(RetainedReplay::close);
  }
}
