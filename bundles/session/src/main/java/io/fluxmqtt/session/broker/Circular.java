package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.Receivers;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message for many sessions that are away: a mail to the house loop, which puts it into the
 * queue of each. So what it costs a receiver is a place in two arrays, not an object and a mailbox.
 *
 * <p>A session that comes back takes its mail on another loop, and a circular must not come behind
 * what its sender sends there next. So the sender looks once more whether all are away, after it
 * has posted the circular; and a session that leaves the house first {@linkplain Session#isAway
 * says so} and then has the house deliver all circulars. Whoever posts after that sees that the
 * session has left, and takes the circular back, if the house has not returned it already; what was
 * returned goes to each mailbox by itself. Filled by one loop, then read by the house.
 */
final class Circular {
  private static final Logger LOG = LoggerFactory.getLogger(Circular.class);
  private static final int BYTES_EACH = 9;

  private enum State {
    POSTED,
    DELIVERED,
    /** To its sender, who gives it to each receiver. */
    RETURNED
  }

  private final Publication publication;
  private final Session[] sessions;
  private final byte[] grants;
  private final AtomicReference<State> state = new AtomicReference<>(State.POSTED);
  private int size;

  /** For nobody yet, with room for so many. */
  Circular(Publication publication, int room) {
    this.publication = publication;
    this.sessions = new Session[room];
    this.grants = new byte[room];
  }

  void add(Session session, QoS qos, boolean retain) {
    sessions[size] = session;
    grants[size] = DeliveryQueue.grant(qos, retain);
    size++;
  }

  int size() {
    return size;
  }

  Session session(int index) {
    return sessions[index];
  }

  /** What a receiver gets, as a mail of its own. */
  Delivery delivery(int index) {
    return DeliveryQueue.delivery(publication, grants[index]);
  }

  /** Adds those who outlive the process to the receivers that the store is told. */
  void storeFor(Receivers durable) {
    for (int i = 0; i < size; i++) {
      if (sessions[i].isDurable()) {
        durable.add(
            sessions[i].number(),
            DeliveryQueue.qos(grants[i]),
            DeliveryQueue.isRetain(grants[i]),
            List.of());
        grants[i] = DeliveryQueue.stored(grants[i]);
      }
    }
  }

  /** What it counts against the bound of the house, in bytes. */
  int bytes() {
    return publication.bytes() + size * BYTES_EACH;
  }

  /**
   * Whether the house delivers it; else the sender must. Asked once, after it was posted. On the
   * sender's loop.
   */
  boolean stays() {
    for (int i = 0; i < size; i++) {
      if (!sessions[i].isAway()) {
        state.compareAndSet(State.POSTED, State.RETURNED);
        break;
      }
    }
    return state.get() != State.RETURNED;
  }

  /** Puts the message into all queues, or returns it if not all sessions are in the house. */
  void deliver(Worker house, Broker broker) {
    for (int i = 0; i < size; i++) {
      if (sessions[i].owner() != house) {
        state.compareAndSet(State.POSTED, State.RETURNED);
        return;
      }
    }
    if (!state.compareAndSet(State.POSTED, State.DELIVERED)) {
      return;
    }
    long before = broker.queuedBytes().sum(); // looked at and changed once for all
    long messagesBefore = broker.counters().queued.sum();
    long queued = 0;
    int messages = 0;
    for (int i = 0; i < size; i++) {
      try {
        int bytes =
            sessions[i].keep(publication, grants[i], messagesBefore + messages, before + queued);
        queued += bytes;
        messages += bytes > 0 ? 1 : 0;
      } catch (RuntimeException e) {
        LOG.error("A session failed while it was given a message to keep", e);
      }
    }
    broker.queuedBytes().add(queued);
    broker.counters().queued.add(messages);
  }
}
