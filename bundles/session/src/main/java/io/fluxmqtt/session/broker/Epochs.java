package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.events.BrokerEvent;
import io.fluxmqtt.session.access.PolicyChange;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has all sessions judged by each new policy, and says what came of it: a line in the log and an
 * event. While a round is under way, the policies that come meanwhile wait for its end as one, but
 * not for long: a session that cannot answer must not keep the others from a newer policy.
 *
 * <p>{@link #changed} is for any thread, all else happens on the house loop.
 */
final class Epochs {
  private static final Logger LOG = LoggerFactory.getLogger(Epochs.class);
  private static final int SESSIONS_AT_ONCE = 1_000;
  private static final int CAUSES_MAX = 5;
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Broker broker;
  private final Set<String> causes = new LinkedHashSet<>(); // guarded by this
  private long newest; // guarded by this, as those below
  private long since;
  private boolean waiting; // something is new
  private boolean concernsAccess;
  private @Nullable PolicyRound current; // that is under way; owned by the house
  private int rounds; // owned by the house

  Epochs(Broker broker) {
    this.broker = broker;
  }

  /** A new policy is in force. Any thread. */
  void changed(PolicyChange change) {
    synchronized (this) {
      newest = Math.max(newest, change.epoch());
      causes.add(change.cause());
      concernsAccess |= change.concernsAccess();
      if (waiting) {
        return;
      }
      waiting = true;
      since = broker.nanoTime();
    }
    broker.house().execute(this::next);
  }

  private void next() {
    if (current == null) {
      begin();
    }
  }

  private void begin() {
    PolicyRound round;
    boolean isForSessions;
    synchronized (this) {
      if (!waiting) {
        return;
      }
      waiting = false;
      isForSessions = concernsAccess;
      concernsAccess = false;
      round = new PolicyRound(newest, cause(), since, this::ended);
      causes.clear();
    }
    current = round;
    int number = ++rounds;
    broker.house().schedule(() -> overdue(number), PATIENCE_NANOS);
    if (isForSessions) {
      ask(round, broker.sessions().all().iterator());
    } else {
      round.done();
    }
  }

  private String cause() {
    String text = String.join("; ", causes.stream().limit(CAUSES_MAX).toList());
    int more = causes.size() - CAUSES_MAX;
    return more > 0 ? text + "; and " + more + " more" : text;
  }

  private void ask(PolicyRound round, Iterator<Session> sessions) {
    for (int i = 0; i < SESSIONS_AT_ONCE && sessions.hasNext(); i++) {
      Session session = sessions.next();
      round.ask();
      session.command(() -> session.policyChanged(round));
    }
    if (sessions.hasNext()) {
      broker.house().execute(() -> ask(round, sessions));
    } else {
      round.done();
    }
  }

  /** Somebody is slow, such as an authorizer: what is newer does not wait for it. */
  private void overdue(int number) {
    if (number == rounds && current != null) {
      current = null;
      next();
    }
  }

  /** All have been judged. Any thread. */
  private void ended(PolicyRound round) {
    long millis = TimeUnit.NANOSECONDS.toMillis(broker.nanoTime() - round.startNanos());
    LOG.info(
        "Policy {} is in force ({}): {} sessions judged in {} ms, {} subscriptions suspended, {}"
            + " resumed, {} messages withheld",
        round.epoch(),
        round.cause(),
        round.sessions(),
        millis,
        round.suspended(),
        round.resumed(),
        round.withheld());
    broker
        .events()
        .post(
            new BrokerEvent.PolicyChanged(
                broker.wallTime(broker.expiryMillis()),
                round.epoch(),
                round.cause(),
                round.sessions(),
                round.suspended(),
                round.resumed(),
                round.withheld(),
                millis));
    broker.house().execute(() -> over(round));
  }

  @SuppressWarnings("ReferenceEquality") // it is this round or another one
  private void over(PolicyRound round) {
    if (current == round) {
      current = null;
      next();
    }
  }
}
