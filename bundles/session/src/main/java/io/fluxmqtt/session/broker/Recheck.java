package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import io.fluxmqtt.session.access.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks anew about the Subscriptions of one session: the policy has changed, or who the client is. A
 * pass goes through all of them, in steps between which the loop does other things; what changes
 * meanwhile makes another pass follow, so that however often it does, each pass comes to its end.
 * Owned by the session's loop.
 */
final class Recheck {
  private final Session session;
  private final Broker broker;
  private Client client;
  private List<StoredSubscription> pass = List.of();
  private int next; // of the pass
  private int awaited; // answers
  private boolean running;
  private boolean again; // another pass must follow
  private boolean complete = true; // each was decided, as far as this pass has come
  private int suspended; // by this pass
  private int resumed; // likewise
  private List<PolicyRound> rounds = List.of(); // that wait for this pass
  private List<PolicyRound> laterRounds = List.of(); // that wait for the next one

  Recheck(Session session, Client client, Broker broker) {
    this.session = session;
    this.client = client;
    this.broker = broker;
  }

  /** A new policy is in force: a pass begins, or follows the one that is under way. */
  void begin(Client present, PolicyRound round) {
    client = present;
    laterRounds = with(laterRounds, round);
    begin();
  }

  private void begin() {
    if (!running) {
      start();
      session.owner().judging().add(this);
    }
  }

  /**
   * The client may be somebody else. Of a usual number of Subscriptions, all of this is over when
   * it returns.
   */
  void beginAtOnce(Client present) {
    client = present;
    if (running) {
      again = true;
      return;
    }
    start();
    step(Judging.STEP);
    if (isAsking()) {
      session.owner().judging().add(this);
    }
  }

  private void start() {
    running = true;
    again = false;
    complete = true;
    suspended = 0;
    resumed = 0;
    next = 0;
    pass = session.subscriptions().all();
    rounds = laterRounds;
    laterRounds = List.of();
  }

  Session session() {
    return session;
  }

  /** Whether there is more to ask. */
  boolean isAsking() {
    return running && next < pass.size();
  }

  /** Asks about some; returns how many. */
  int step(int most) {
    if (!running) {
      return 0;
    }
    int asked = 0;
    while (asked < most && next < pass.size() && broker.questions().mayAsk()) {
      StoredSubscription subscription = pass.get(next++);
      asked++;
      if (session.subscriptions().isPresent(subscription)) {
        ask(subscription);
      }
    }
    finishIfDone();
    return asked;
  }

  private void ask(StoredSubscription subscription) {
    Questions questions = broker.questions();
    Verdict now =
        broker
            .access()
            .decide(
                client,
                new Access.Subscribe(subscription.filter(), subscription.qos()),
                later -> {
                  questions.answered();
                  session.command(() -> answered(subscription, later));
                });
    if (now != null) {
      judged(subscription, now);
    } else {
      questions.asked();
      awaited++;
    }
  }

  private void answered(StoredSubscription subscription, Verdict verdict) {
    if (running) {
      awaited--;
      judged(subscription, verdict);
      finishIfDone();
    }
  }

  private void judged(StoredSubscription subscription, Verdict verdict) {
    Subscriptions all = session.subscriptions();
    if (verdict == Verdict.UNAVAILABLE) { // nothing is published either, and all stays as it is
      complete = false;
    } else if (verdict == Verdict.DENIED) {
      suspended += all.suspend(subscription) ? 1 : 0;
    } else {
      resumed += all.resume(subscription) ? 1 : 0;
    }
  }

  private void finishIfDone() {
    if (next < pass.size() || awaited > 0) {
      return;
    }
    running = false;
    pass = List.of();
    boolean isOver = !again && laterRounds.isEmpty();
    int withheld = session.subscriptions().judged(complete, isOver, resumed);
    boolean isRevoked = suspended > 0 && !rounds.isEmpty();
    tell(rounds, suspended, resumed, withheld);
    rounds = List.of();
    if (!isOver) {
      begin();
    }
    if (isRevoked) {
      session.subscriptions().revoked(); // last, since the session may end with it
    }
  }

  private static void tell(List<PolicyRound> told, int suspended, int resumed, int withheld) {
    int newlySuspended = suspended;
    int newlyResumed = resumed;
    for (PolicyRound round : told) { // what has changed counts once
      round.judged(newlySuspended, newlyResumed, withheld);
      newlySuspended = 0;
      newlyResumed = 0;
      round.done();
    }
  }

  /** The session has ended. */
  void end() {
    running = false;
    pass = List.of();
    rounds.forEach(PolicyRound::done);
    laterRounds.forEach(PolicyRound::done);
    rounds = List.of();
    laterRounds = List.of();
  }

  private static List<PolicyRound> with(List<PolicyRound> rounds, PolicyRound round) {
    List<PolicyRound> more = new ArrayList<>(rounds);
    more.add(round);
    return more;
  }
}
