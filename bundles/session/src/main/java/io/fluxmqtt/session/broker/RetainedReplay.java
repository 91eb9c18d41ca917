package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import io.fluxmqtt.session.access.Verdict;
import io.fluxmqtt.session.broker.Retained.Found;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Retained Messages that a new Subscription is due, read piece by piece as the receiver takes
 * them, so that a million of them are never copied or queued. Owned by the session's loop.
 *
 * <p>A message that is there all the while is handed out exactly once, and no topic twice. One that
 * has changed since it was read is read again, as the receiver may have got what replaced it
 * already; if it has changed once more by then it is left out, since the Subscription gets that.
 */
final class RetainedReplay {
  /** Messages that are read at once; the store bounds their bytes. */
  private static final int SLICE = 256;

  /** Messages that are passed over before the loop does something else. */
  private static final int STEPS = 1_000;

  private final Session session;
  private final StoredSubscription subscription;
  private final Broker broker;
  private final Retained retained;

  private List<StoredMessage> slice = List.of(); // what was read last
  private int index; // the next one in there
  private long moment; // when it was read
  private long held; // bytes of it
  private byte @Nullable [] sliceFrom; // where it was looked for
  private byte @Nullable [] position; // where the next one is to be looked for, null to begin
  private boolean end; // the slice is the last one

  private @Nullable StoredMessage judged; // whose publisher's right was asked for
  private @Nullable Verdict verdict; // what came of that
  private boolean again; // the message before the index is read anew
  private @Nullable StoredMessage fresh; // what came of that
  private long freshMoment;
  private boolean asking; // whether the client may receive that

  private boolean waiting; // for the store
  private @Nullable Runnable prepared; // to run with its answer
  private boolean unwanted; // what is awaited
  private boolean closed;

  RetainedReplay(Session session, StoredSubscription subscription, Broker broker) {
    this.session = session;
    this.subscription = subscription;
    this.broker = broker;
    this.retained = broker.retained();
  }

  TopicFilter filter() {
    return subscription.filter();
  }

  /**
   * Reads the first piece, then runs a task: at once where the store need not be waited for, else
   * on the loop that owns the session then.
   */
  void prepare(Runnable then) {
    ask(filter().filter(), position, SLICE);
    if (waiting) {
      prepared = then;
    } else {
      then.run();
    }
  }

  /**
   * The next one, if it is found in a limited time.
   *
   * @return null if there is none, or none was found in time; {@link #isExhausted()} and {@link
   *     #isWaiting()} tell which
   */
  @Nullable Delivery next() {
    asking = false;
    for (int step = 0; step < STEPS && !isWaiting() && !isExhausted(); step++) {
      StoredMessage message = null;
      if (fresh != null) {
        message = retained.hasChanged(topic(fresh), freshMoment) ? null : fresh;
        fresh = null;
        again = false;
      } else if (index < slice.size()) {
        message = slice.get(index++);
        freshMoment = moment;
        if (retained.hasChanged(topic(message), moment)) {
          again = true;
          ask(topic(message), null, 1);
          message = null;
        }
      } else {
        ask(filter().filter(), position, SLICE);
        step += slice.isEmpty() ? STEPS : 0; // a long search: it goes on later
      }
      if (message != null && !isAskingFor(message)) {
        Delivery delivery =
            verdict == Verdict.ALLOWED ? receivable(message) : drop(Counters.Drop.NOT_AUTHORIZED);
        if (delivery != null) {
          return delivery;
        }
      }
    }
    return null;
  }

  /**
   * Whether it is not known yet whether the publisher of a message, which keeps it, may still
   * publish it. Then the replay waits, and comes back to the message. Of a publisher without a
   * session nobody knows what it may.
   */
  @SuppressWarnings("ReferenceEquality") // it is this one, or one that was read anew
  private boolean isAskingFor(StoredMessage message) {
    if (judged == message) {
      return false;
    }
    judged = message;
    Session owner =
        message.publisher() == null ? null : broker.sessions().find(message.publisher());
    if (owner == null || !broker.settings().retainedOwnerCheck()) {
      verdict = Verdict.ALLOWED;
      return false;
    }
    verdict =
        broker
            .access()
            .decide(
                owner.client(),
                new Access.Publish(topic(message), message.message().qos(), true),
                later -> session.command(() -> decided(message, later)));
    if (verdict == null) {
      waiting = true;
      fresh = message;
      again = true;
    }
    return verdict == null;
  }

  @SuppressWarnings("ReferenceEquality") // as above
  private void decided(StoredMessage message, Verdict later) {
    if (judged == message && verdict == null) {
      verdict = later;
      waiting = false;
    }
  }

  /** The delivery of a message, unless the client may not have it, or that is not known yet. */
  private @Nullable Delivery receivable(StoredMessage message) {
    Suspensions.Fate fate = session.subscriptions().fate(topic(message));
    if (fate == null) {
      asking = true;
      fresh = message;
      again = true;
      return null;
    }
    return fate == Suspensions.Fate.SENT ? delivery(message) : drop(fate.reason());
  }

  private @Nullable Delivery drop(Counters.Drop reason) {
    broker.counters().dropped(reason);
    return null;
  }

  /** Whether all have been handed out. */
  boolean isExhausted() {
    return closed || (end && index == slice.size() && !again);
  }

  /** Whether the store or policy is at work; the session is told when it has an answer. */
  boolean isWaiting() {
    return waiting || asking;
  }

  /**
   * Lets go of what was read and not handed out, since that may be long to come. It is read again
   * then.
   */
  void rest() {
    int done = index - (again ? 1 : 0);
    if (done < slice.size()) {
      position = done == 0 ? sliceFrom : retained.after(topic(slice.get(done - 1)));
      end = false;
    }
    again = false;
    asking = false;
    fresh = null;
    unwanted = waiting && !isAwaitingVerdict();
    waiting = unwanted;
    judged = null;
    drop();
  }

  private boolean isAwaitingVerdict() {
    return judged != null && verdict == null;
  }

  /** Ends; nothing more is handed out. */
  void close() {
    closed = true;
    drop();
  }

  private void drop() {
    slice = List.of();
    index = 0;
    retained.hold(-held);
    held = 0;
  }

  private void ask(String filter, byte @Nullable [] from, int limit) {
    waiting = true;
    Found known =
        retained.find(filter, from, limit, later -> session.command(() -> answered(later)));
    if (known != null) {
      take(known);
    }
  }

  private void answered(Found found) {
    take(found);
    Runnable then = prepared;
    prepared = null;
    if (then != null) {
      then.run();
    }
  }

  /** The store has answered. */
  private void take(Found found) {
    waiting = false;
    if (closed) {
      return;
    }
    if (unwanted) {
      unwanted = false;
    } else if (found.failure() != null) {
      retained.unreadable(found.failure());
      broker.counters().dropped(Counters.Drop.RETAINED_UNREADABLE);
      close();
    } else if (again) {
      List<StoredMessage> one = found.slice().messages();
      fresh = one.isEmpty() ? null : one.get(0);
      freshMoment = found.moment();
      again = fresh != null;
    } else {
      drop();
      slice = found.slice().messages();
      moment = found.moment();
      sliceFrom = position;
      position = found.slice().next();
      end = position == null;
      for (StoredMessage message : slice) {
        held += topic(message).length() + message.message().payload().length();
      }
      retained.hold(held);
    }
  }

  private @Nullable Delivery delivery(StoredMessage message) {
    if (subscription.noLocal() && session.clientId().equals(message.publisher())) {
      return null; // [MQTT-3.8.3-3]
    }
    Publication publication = broker.fromStored(message);
    if (publication.expires() && publication.isExpired(broker.nanoTime())) {
      retained.sweep();
      return null;
    }
    QoS qos = subscription.qos().min(message.message().qos());
    Delivery delivery = new Delivery(publication, null, qos);
    delivery.retain(true); // 3.1.1: [MQTT-3.3.1-8]
    delivery.addIdentifier(subscription.identifier());
    return delivery;
  }

  private static String topic(StoredMessage message) {
    return message.message().topic();
  }
}
