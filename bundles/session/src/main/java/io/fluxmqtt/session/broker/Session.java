package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredSession;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session: its Subscriptions, what it is still to send, the QoS 2 identifiers it has received,
 * its Will, and its Network Connection if there is one.
 *
 * <p>Single-threaded state, touched only on the loop of {@link #owner()}. The owner changes in two
 * places, both on the old owner's loop: {@link #take} gives the session to the loop of a new
 * connection, {@link #detach} to the house loop. A wake that finds another owner goes on to that
 * one.
 */
final class Session {
  private static final int MAILS_PER_TURN = 256;

  private final Broker broker;
  private final String clientId;
  private final long number;
  private final Mailbox mailbox = new Mailbox();
  private final Waiters waiters = new Waiters();
  private volatile Worker owner;
  private volatile boolean connected; // written by the owner
  private volatile boolean durable; // written by the owner
  private volatile boolean away; // the house has it, and it takes circulars; written by the house

  // All below is owned by the owner's loop.
  private final Subscriptions subscriptions;
  private final IncomingIds incoming = new IncomingIds();
  private final Outbox outbox;
  private volatile Client client; // written by the owner
  private @Nullable ClientConnection connection;
  private @Nullable ConnectFlow arriving; // whose loop owns it, and has not given it a connection
  private @Nullable Will will;
  private long expirySeconds;
  private long sinceMillis; // connected or away; as all times here by Broker.expiryMillis
  private String protocol = "-";
  private @Nullable Absence absence; // null while it is connected
  private boolean known; // whether client holds more than what the store kept
  private boolean ended;

  /** A Will Message and its Will Delay Interval. */
  record Will(Message message, long delaySeconds) {}

  Session(Broker broker, Worker owner, Client client, long number) {
    this.broker = broker;
    this.owner = owner;
    this.client = client;
    this.clientId = client.clientId();
    this.number = number;
    this.sinceMillis = broker.expiryMillis();
    this.subscriptions = new Subscriptions(this, broker);
    this.outbox = new Outbox(this, broker);
  }

  String clientId() {
    return clientId;
  }

  long number() {
    return number;
  }

  /** Who has it. Any thread. */
  Client client() {
    return client;
  }

  Worker owner() {
    return owner;
  }

  /** Whether it has a Network Connection. Any thread. */
  boolean isConnected() {
    return connected;
  }

  /** Whether it outlives its Network Connection. Any thread. */
  boolean isDurable() {
    return durable;
  }

  /** Whether the house has it, and it stays there until it has taken what is posted now. */
  boolean isAway() {
    return away;
  }

  /**
   * Whether the next mail of a loop may come by {@link Circular}: the session is away, and nothing
   * that was sent before is in its mailbox. Any thread.
   */
  boolean takesCirculars() {
    return away && mailbox.isSettled();
  }

  /** Keeps a message of a circular, see {@link Outbox#keep}. On the house loop, which owns it. */
  int keep(Publication publication, byte grant, long allMessages, long allBytes) {
    return ended ? 0 : outbox.keep(publication, grant, allMessages, allBytes);
  }

  /** Puts mail into the mailbox. Any thread. */
  void offer(Mail mail) {
    if (mailbox.offer(mail)) {
      owner.wake(this);
    }
  }

  /** Puts mail into the mailbox; the owner is told when that loop flushes. On a worker's loop. */
  void offer(Mail mail, Worker from) {
    if (mailbox.offer(mail)) {
      from.wakeAtFlush(this, owner);
    }
  }

  /** Has the owner do something in the order of the mail. Any thread. */
  void command(Runnable task) {
    offer(new Mail.Command(task));
  }

  /** The bytes of mail that the owner has not taken yet. Any thread. */
  long mailBytes() {
    return mailbox.pendingBytes();
  }

  /** Runs a task, on any thread, once the owner has taken its mail. Any thread. */
  void whenDrained(Runnable task) {
    waiters.add(task);
    if (mailbox.pendingBytes() == 0) {
      waiters.wake();
    }
  }

  /** Takes mail. Called on a worker's loop, with the token. */
  void drain(Worker worker) {
    if (owner != worker) {
      owner.wake(this);
      return;
    }
    arrive(worker);
    subscriptions.begin();
    boolean isHouse = worker == broker.house();
    int count = 0;
    long bytes = 0;
    try {
      while (count < MAILS_PER_TURN && owner == worker) {
        Mail mail = mailbox.poll();
        if (mail == null) {
          break;
        }
        count++;
        bytes += mail.bytes();
        if (isHouse) {
          worker.circulars().deliver(); // those that its sender posted before it
        }
        take(mail);
      }
      if (owner == worker) {
        outbox.pump();
        if (isHouse && !away) {
          away = true;
        }
      }
    } finally {
      if (mailbox.settle(count, bytes)) {
        owner.wake(this);
      }
      waiters.wake();
    }
  }

  private void take(Mail mail) {
    if (mail instanceof Mail.Command command) {
      command.task.run();
    } else if (mail instanceof Delivery delivery) {
      if (ended) {
        if (delivery.group != null) {
          broker.router().passOn(owner, List.of(delivery));
        }
      } else {
        outbox.add(delivery);
      }
    }
  }

  // --- connections ---

  /** A client has connected with this session's Client Identifier. */
  void take(ConnectFlow request) {
    if (ended) {
      request.retry();
      return;
    }
    closeConnection(ReasonCode.SESSION_TAKEN_OVER); // [MQTT-3.1.4-3]
    if (!ended && request.cleanStart()) { // [MQTT-3.1.2-4]
      end();
    }
    if (ended) {
      request.retry();
      return;
    }
    endAbsence();
    Worker next = request.worker();
    if (next == owner) {
      attach(request, true);
    } else {
      if (away) {
        away = false; // first: whoever posts a circular from now on sees it, and takes it back
        owner.circulars().deliver();
      }
      owner.journal().commit(); // what it recorded comes before what the next owner records
      arriving = request;
      owner = next;
      next.execute(() -> arrive(next));
    }
  }

  /** Gives a session that has come to this loop its connection, if mail did not do it before. */
  private void arrive(Worker worker) {
    ConnectFlow request = owner == worker ? arriving : null; // it may have gone on
    if (request != null) {
      arriving = null;
      attach(request, true);
    }
  }

  /** Gives this session its connection. On the connection's loop, which owns the session. */
  void attach(ConnectFlow request, boolean sessionPresent) {
    client = request.client();
    expirySeconds = request.sessionExpirySeconds();
    boolean isKept = expirySeconds > 0 || (durable && outbox.needsStore()); // else until it ends
    if (durable && !isKept) {
      owner.journal().record(new SessionChange.RemoveSession(number));
    }
    durable = isKept;
    will = request.will();
    protocol = request.version().toString();
    sinceMillis = broker.expiryMillis();
    connection = request.connection();
    connected = true;
    known = true;
    if (sessionPresent) { // it may be somebody else, or come from elsewhere
      subscriptions.recheck(client);
    }
    recordHead();
    if (request.connection().bind(this)) {
      owner.journal().whenSafe(failure -> request.attached(this, sessionPresent, failure));
    } else { // it closed meanwhile
      detach(true);
    }
  }

  /** The CONNACK is on its way: sends what waits. */
  void resume(ClientConnection by) {
    if (connection == by) {
      outbox.connected(by);
      outbox.pump();
    }
  }

  /**
   * The Network Connection is gone.
   *
   * @param publishWill false after a normal DISCONNECT [MQTT-3.1.2-10]
   */
  void detach(boolean publishWill) {
    leave(publishWill);
    if (!ended) {
      owner.journal().commit(); // as above
      owner = broker.house(); // last: from here on the house loop may be at work
    }
  }

  /** Closes the Network Connection, if there is one, and keeps the session on this loop. */
  private void closeConnection(ReasonCode reason) {
    ClientConnection old = connection;
    if (old != null) {
      old.release(reason);
      leave(true);
    }
  }

  private void leave(boolean publishWill) {
    connection = null;
    connected = false;
    outbox.disconnected();
    sinceMillis = broker.expiryMillis();
    if (!publishWill) {
      will = null;
    }
    if (expirySeconds == 0) { // [MQTT-3.1.2-23] of a session that need not be kept
      end();
      return;
    }
    recordHead();
    startAbsence(0);
  }

  /** Sets the Session Expiry Interval that DISCONNECT asks for. */
  void expireAfter(long seconds) {
    expirySeconds = Math.min(seconds, broker.settings().sessionExpiryMaxSeconds());
    if (expirySeconds == 0 && durable) {
      owner.journal().record(new SessionChange.RemoveSession(number));
    }
    durable = expirySeconds > 0;
  }

  /** Ends the session: [MQTT-3.1.2-23], Clean Start, or expiry. On the owner's loop. */
  void end() {
    if (ended) {
      return;
    }
    ended = true;
    connected = false;
    endAbsence();
    broker.sessions().remove(this);
    subscriptions.end();
    if (durable) {
      owner.journal().record(new SessionChange.RemoveSession(number));
      durable = false; // it takes no turn in its groups while it is being taken out of them
    }
    broker.router().passOn(owner, outbox.end());
    publishWill();
  }

  /**
   * Waits for the Will's delay and for the session's end, which publishes the Will if it is first
   * [MQTT-3.1.2-8].
   *
   * @param away seconds since the Network Connection closed
   */
  private void startAbsence(long away) {
    Absence begun = new Absence(this, broker, away);
    absence = begun;
    if (will != null) {
      begun.awaitWill(will.delaySeconds(), this::publishWill);
    }
    begun.awaitExpiry(expirySeconds, this::end);
  }

  private void endAbsence() {
    if (absence != null) {
      absence.end();
      absence = null;
    }
  }

  private void publishWill() {
    Will due = will;
    will = null;
    if (due != null) {
      Worker worker = owner;
      broker.publishWill(worker, client, due.message(), () -> willPublished(worker));
    }
  }

  /** The store need not know of the Will any more, from the batch on that it is in. */
  private void willPublished(Worker worker) {
    if (owner != worker) {
      command(() -> willPublished(owner));
    } else if (!ended && will == null) { // who has connected meanwhile has recorded the next one
      recordHead();
    }
  }

  private void recordHead() {
    if (durable) {
      StoredSession head =
          new StoredSession(
              number,
              clientId,
              client.principal(),
              Math.max(1, expirySeconds), // 0 if it is kept for what waits only
              connected ? null : sinceMillis,
              will == null ? null : will.message(),
              will == null ? 0 : will.delaySeconds(),
              client.listener(),
              client.remoteAddress());
      owner.journal().record(new SessionChange.PutSession(head));
    }
  }

  // --- what a store kept ---

  /** Takes the head that a store kept; the session is away since then. On the house loop. */
  void restore(StoredSession kept) {
    expirySeconds = kept.expirySeconds();
    durable = true;
    will = kept.will() == null ? null : new Will(kept.will(), kept.willDelaySeconds());
    sinceMillis = broker.expiryMillis();
    if (kept.disconnectedAtMillis() != null) {
      sinceMillis = Math.min(sinceMillis, kept.disconnectedAtMillis());
    }
  }

  /**
   * All sessions are back: the time that this one was away counts. On the owner's loop.
   *
   * @param wasConnected whether the store knows nothing yet of when it was left
   */
  void restored(boolean wasConnected) {
    if (connected || ended) {
      return;
    }
    if (wasConnected && expirySeconds != StoredSession.NEVER_EXPIRES) {
      recordHead(); // or each start would begin to count anew
    }
    startAbsence(TimeUnit.MILLISECONDS.toSeconds(broker.expiryMillis() - sinceMillis));
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  Outbox outbox() {
    return outbox;
  }

  IncomingIds incoming() {
    return incoming;
  }

  /** The client has authenticated again, maybe as somebody who may do other things. */
  void identified(Client as) {
    client = as;
    recordHead();
    subscriptions.recheck(as);
  }

  /** The policy has changed. Of a client that was not seen since the start too little is known. */
  void policyChanged(PolicyRound round) {
    subscriptions.recheck(known && !ended ? client : null, round);
  }

  // --- for the operator ---

  /** As it stands. On the owner's loop. */
  SessionReport report() {
    return new SessionReport(
        this,
        client,
        connection,
        protocol,
        broker.wallTime(sinceMillis),
        absence == null ? broker.nanoTime() : absence.sinceNanos(),
        expirySeconds,
        will);
  }

  boolean isEnded() {
    return ended;
  }

  @Nullable ClientConnection connection() {
    return connection;
  }

  /** Ends the session for good, and its Network Connection with it. On the owner's loop. */
  void purge() {
    closeConnection(ReasonCode.ADMINISTRATIVE_ACTION);
    end();
  }
}
