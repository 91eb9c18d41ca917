package io.fluxmqtt.session.broker;

import java.util.ArrayDeque;
import java.util.Queue;

/** QoS 0 messages of one connection that takes too little. Owned by the session's loop. */
final class Qos0Queue {
  private final Broker broker;
  private final Queue<Delivery> waiting = new ArrayDeque<>();
  private long bytes;

  Qos0Queue(Broker broker) {
    this.broker = broker;
  }

  int size() {
    return waiting.size();
  }

  long bytes() {
    return bytes;
  }

  void add(Delivery delivery) {
    waiting.add(delivery);
    count(delivery.bytes(), 1);
  }

  /** The first; there must be one. */
  Delivery first() {
    return waiting.element();
  }

  /** Takes out the first; there must be one. */
  Delivery remove() {
    Delivery first = waiting.remove();
    count(-first.bytes(), -1);
    return first;
  }

  void clear() {
    count(-bytes, -waiting.size());
    waiting.clear();
  }

  private void count(long more, int messages) {
    bytes += more;
    broker.queuedBytes().add(more);
    broker.counters().queued.add(messages);
  }
}
