package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.session.access.AccessControl;
import io.fluxmqtt.session.access.Verdict;
import io.fluxmqtt.session.broker.Suspensions.Fate;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What policy says of the topics whose messages a session is to be sent. A session has this only
 * while an authorizer wants to be asked, see {@link Authorizer#RECEIVE}.
 *
 * <p>An answer counts in the epoch that was read <em>before</em> it was asked for, and for the very
 * same {@link Client}; and for a second only if it may come of a failure or an absence, or of an
 * authorizer that promises nothing. While an answer is awaited, what it is about stays where it is.
 *
 * <p>Bounded: 64 topics, one cell each, of at most 256 characters, and one that is longer; 16
 * answers awaited. Owned by the session's loop.
 */
final class Receipts {
  private static final int CELLS = 64; // a power of two
  private static final int TOPIC_CHARS_MAX = 256;
  private static final int ASKED_MAX = 16;
  private static final Known[] NONE = {};
  private static final long HOLDS_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Session session;
  private final Broker broker;
  private final AccessControl access;
  private final Set<String> asked = new HashSet<>(2); // topics whose answer is awaited
  private @Nullable Known[] cells = NONE; // or all
  private @Nullable Known longest; // the last one whose topic is too long for a cell
  private long epoch; // of all that is known
  private @Nullable Client client; // likewise

  private record Known(String topic, Fate fate, boolean lasting, long sinceNanos) {}

  Receipts(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
    this.access = broker.access();
  }

  /**
   * What becomes of a message of a topic.
   *
   * @return null if the answer is awaited; the session takes a turn when it comes
   */
  @Nullable Fate of(String topic) {
    forgetOldPolicy();
    Known known = find(topic);
    if (known != null
        && known.topic.equals(topic)
        && (known.lasting || broker.nanoTime() - known.sinceNanos < HOLDS_NANOS)) {
      return known.fate;
    }
    if (asked.contains(topic) || asked.size() == ASKED_MAX) {
      return null;
    }
    return ask(topic, session.client());
  }

  private @Nullable Known find(String topic) {
    if (topic.length() > TOPIC_CHARS_MAX) {
      return longest;
    }
    return cells.length == 0 ? null : cells[cell(topic)];
  }

  @SuppressWarnings("ReferenceEquality") // who authenticates anew is another client
  private void forgetOldPolicy() {
    long present = access.epoch();
    if (epoch != present || client != session.client()) {
      epoch = present;
      client = session.client();
      cells = NONE;
      longest = null;
    }
  }

  private @Nullable Fate ask(String topic, Client asking) {
    long then = epoch;
    boolean[] lasting = {false};
    Verdict verdict =
        access.decide(
            asking,
            new Access.Receive(topic),
            later -> session.command(() -> answered(topic, asking, then, later)),
            (of, who, what, decided) -> lasting[0] = true);
    if (verdict == null) {
      asked.add(topic);
      return null;
    }
    return keep(topic, verdict, lasting[0]);
  }

  @SuppressWarnings("ReferenceEquality") // as above
  private void answered(String topic, Client judged, long then, Verdict verdict) {
    asked.remove(topic);
    forgetOldPolicy();
    if (epoch == then && client == judged) { // else it is asked again
      keep(topic, verdict, false);
    }
  }

  private Fate keep(String topic, Verdict verdict, boolean lasting) {
    Fate fate =
        switch (verdict) {
          case ALLOWED -> Fate.SENT;
          case DENIED -> Fate.DENIED;
          case UNAVAILABLE -> Fate.UNDECIDED;
        };
    Known known = new Known(topic, fate, lasting, lasting ? 0 : broker.nanoTime());
    if (topic.length() > TOPIC_CHARS_MAX) {
      longest = known;
    } else {
      if (cells.length == 0) {
        cells = new Known[CELLS];
      }
      cells[cell(topic)] = known;
    }
    return fate;
  }

  private static int cell(String topic) {
    int hash = topic.hashCode();
    return (hash ^ hash >>> 16) & CELLS - 1;
  }
}
