package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.TopicFilter;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The retained messages that new Subscriptions are due, one after another. As its session. */
final class Replays {
  private final Subscriptions subscriptions;
  private final Deque<RetainedReplay> due = new ArrayDeque<>();

  Replays(Subscriptions subscriptions) {
    this.subscriptions = subscriptions;
  }

  void add(RetainedReplay replay) {
    due.add(replay);
  }

  @Nullable RetainedReplay first() {
    return due.peek();
  }

  /** The first of a Subscription that is not suspended; those wait. */
  @Nullable RetainedReplay next() {
    for (RetainedReplay replay : due) {
      if (!subscriptions.isSuspended(replay.filter())) {
        return replay;
      }
    }
    return null;
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
