package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.RefusalInfo;
import io.fluxmqtt.api.events.BrokerEvent;
import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.session.access.Admission;
import io.fluxmqtt.session.access.Budget;
import io.fluxmqtt.session.access.Explanation;
import io.fluxmqtt.session.access.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator why clients are refused: the log at most a few lines a second, and a ring of
 * the last refusals, each of which is an event too. A flood of refusals costs little: what is
 * beyond the budgets of a second is neither noted nor looked into. Any thread.
 */
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final int LINES_PER_SECOND = 10;
  private static final int NOTES_PER_SECOND = 200;
  private static final int NOTES_PER_SECOND_OF_CONNECTION = 10;
  private static final int EXPLANATIONS_PER_SECOND = 20;
  private static final int TEXT_MAX = 256;

  private final Broker broker;
  private final Budget lines = new Budget(LINES_PER_SECOND);
  private final AtomicLong omitted = new AtomicLong();
  private final Budget addresses = new Budget(LINES_PER_SECOND);
  private final Budget notes = new Budget(NOTES_PER_SECOND);
  private final Budget explanations = new Budget(EXPLANATIONS_PER_SECOND);
  private final RefusalRing ring = new RefusalRing();

  Refusals(Broker broker) {
    this.broker = broker;
  }

  /** What one connection may have noted of what it publishes, so that it hides no other. */
  static Budget ofConnection() {
    return new Budget(NOTES_PER_SECOND_OF_CONNECTION);
  }

  /** Those that are remembered, the newest first. */
  List<RefusalInfo> newestFirst() {
    return ring.newestFirst();
  }

  /** At most so many are remembered from now on. */
  void limit(int max) {
    ring.trim(max);
  }

  /** A client was refused by policy, before or after it was let in. */
  void refused(
      ClientConnection connection,
      String clientId,
      @Nullable String userName,
      Admission.Refused refusal) {
    String what = connection.isConnected() ? "authenticate again" : "connect";
    refused(connection, clientId, userName, what, refusal.reason(), refusal.text());
    if (!lines.take(broker.nanoTime())) {
      omitted.incrementAndGet();
      return;
    }
    long left = omitted.getAndSet(0);
    LOG.warn(
        "Client {} (user {}) refused at listener {} from {}: {}, {}{}",
        Printable.of(clientId),
        Printable.of(userName),
        connection.network().listener().name(),
        addressText(connection.network().remoteAddress()),
        refusal.reason(),
        refusal.text(),
        left == 0 ? "" : " (" + left + " more were not logged)");
  }

  /** The clients of an address are slowed down from now on: told in a flood of refusals too. */
  void slowed(ClientConnection connection, String clientId, @Nullable String userName, String why) {
    if (!addresses.take(broker.nanoTime())) {
      return;
    }
    InetSocketAddress address = connection.network().remoteAddress();
    String listener = connection.network().listener().name();
    LOG.warn("Address {} at listener {}: {}", addressText(address), listener, why);
    if (broker.settings().refusalsMax() > 0) {
      Subject subject = new Subject(clientId, userName, listener, address);
      note(subject, "connect", ReasonCode.CONNECTION_RATE_EXCEEDED, why);
    }
  }

  /** A client was refused by something other than policy; only noted. */
  void refused(
      ClientConnection connection,
      String clientId,
      @Nullable String userName,
      String what,
      ReasonCode reason,
      String by) {
    if (mayNote()) {
      Subject subject =
          new Subject(
              clientId,
              userName,
              connection.network().listener().name(),
              connection.network().remoteAddress());
      note(subject, what, reason, by);
    }
  }

  /** A client may not publish; noted if its connection has not had too many noted. */
  void publish(
      Client client, String topic, QoS qos, boolean retain, Verdict verdict, Budget ownNotes) {
    if (ownNotes.take(broker.nanoTime())) {
      denied(client, new Access.Publish(topic, qos, retain), "publish ", verdict);
    }
  }

  /** A Will Message may not be published, or no client may connect with it. */
  void will(Client client, Access.Publish access, Verdict verdict) {
    denied(client, access, "publish the Will ", verdict);
  }

  /** A client may not subscribe. */
  void subscribe(Client client, Access.Subscribe access, Verdict verdict) {
    denied(client, access, "subscribe ", verdict);
  }

  private void denied(Client client, Access access, String verb, Verdict verdict) {
    if (!mayNote()) {
      return;
    }
    ReasonCode reason =
        verdict == Verdict.DENIED
            ? ReasonCode.NOT_AUTHORIZED
            : ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
    Subject subject =
        new Subject(
            client.clientId(), client.userName(), client.listener(), client.remoteAddress());
    String what = verb + text(access);
    RefusalRing.Key key = key(subject, what, reason);
    if (ring.again(key, now(), broker.nanoTime())) {
      return;
    }
    if (explanations.take(broker.nanoTime())) {
      broker.access().explain(client, access, found -> add(subject, key, by(found)));
    } else {
      add(subject, key, "policy; so much was refused in that second that it was not asked why");
    }
  }

  private static String by(Explanation found) {
    return found.verdict() == Verdict.ALLOWED
        ? "a policy that has changed since; now " + found.text()
        : found.text();
  }

  private static String text(Access access) {
    if (access instanceof Access.Publish publish) {
      return "%s (QoS %d%s)"
          .formatted(
              Printable.of(publish.topic(), TEXT_MAX),
              publish.qos().level(),
              publish.retain() ? ", retain" : "");
    } else if (access instanceof Access.Subscribe subscribe) {
      return "%s (QoS %d)"
          .formatted(
              Printable.of(subscribe.filter().toString(), TEXT_MAX), subscribe.qos().level());
    }
    return Printable.of(((Access.Receive) access).topic(), TEXT_MAX);
  }

  /** Who was refused, and where. */
  private record Subject(
      String clientId,
      @Nullable String userName,
      String listener,
      @Nullable InetSocketAddress address) {}

  private boolean mayNote() {
    return broker.settings().refusalsMax() > 0 && notes.take(broker.nanoTime());
  }

  private void note(Subject subject, String what, ReasonCode reason, String by) {
    RefusalRing.Key key = key(subject, what, reason);
    if (!ring.again(key, now(), broker.nanoTime())) {
      add(subject, key, by);
    }
  }

  private RefusalRing.Key key(Subject subject, String what, ReasonCode reason) {
    InetAddress address = subject.address == null ? null : subject.address.getAddress();
    return new RefusalRing.Key(
        cut(subject.clientId),
        cut(subject.userName),
        subject.listener,
        address,
        what,
        reason,
        broker.access().epoch());
  }

  private void add(Subject subject, RefusalRing.Key key, String by) {
    BrokerEvent.Refused refusal =
        new BrokerEvent.Refused(
            now(),
            key.clientId(),
            key.userName(),
            key.listener(),
            subject.address,
            key.what(),
            key.reason(),
            by,
            key.epoch());
    if (ring.add(key, refusal, broker.nanoTime(), broker.settings().refusalsMax())) {
      broker.events().post(refusal);
    }
  }

  private static @Nullable String cut(@Nullable String text) {
    return text == null || text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX - 1) + "…";
  }

  /** For logs and reports. */
  static String addressText(@Nullable InetSocketAddress address) {
    return address == null ? "-" : address.getHostString() + ":" + address.getPort();
  }

  private Instant now() {
    return broker.wallTime(broker.expiryMillis());
  }

  /** A client sends more unacknowledged messages than it was told, and its listener lets it. */
  void exceeded(ClientConnection connection, int maximum) {
    if (lines.take(broker.nanoTime())) {
      LOG.warn(
          "{} sends more than {} QoS 1 and 2 messages without waiting for an acknowledgement;"
              + " its listener lets it (receiveMaximumExceeded=warn)",
          connection,
          maximum);
    } else {
      omitted.incrementAndGet();
    }
  }
}
