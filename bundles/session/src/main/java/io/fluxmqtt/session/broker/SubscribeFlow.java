package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.access.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One SUBSCRIBE: its requests one after the other, then SUBACK once they are safe, then the
 * retained messages. Runs on the connection's loop; while a decision is awaited the connection is
 * held.
 */
final class SubscribeFlow {
  private final Broker broker;
  private final ClientConnection connection;
  private final Session session;
  private final Packet.Subscribe packet;
  private final List<@Nullable TopicFilter> filters; // null where beyond the limits
  private final List<ReasonCode> reasons = new ArrayList<>(); // one for each request so far
  private final List<RetainedReplay> replays = new ArrayList<>();
  private long epoch; // of the policy, when it was asked last

  SubscribeFlow(
      Broker broker, ClientConnection connection, Session session, Packet.Subscribe packet) {
    this.broker = broker;
    this.connection = connection;
    this.session = session;
    this.packet = packet;
    filters =
        parse(connection, packet.requests().stream().map(Packet.SubscribeRequest::filter).toList());
  }

  /** UNSUBSCRIBE [MQTT-3.10.4-4] [MQTT-3.10.4-5]. */
  static void unsubscribe(ClientConnection connection, Session session, Packet.Unsubscribe packet) {
    List<ReasonCode> reasons = new ArrayList<>();
    for (TopicFilter filter : parse(connection, packet.filters())) {
      if (filter == null) {
        reasons.add(ReasonCode.TOPIC_FILTER_INVALID);
      } else {
        reasons.add(
            session.subscriptions().remove(filter)
                ? ReasonCode.SUCCESS
                : ReasonCode.NO_SUBSCRIPTION_EXISTED);
      }
    }
    AckQueue.Slot slot = connection.acks().open();
    connection
        .worker()
        .journal()
        .whenSafe(
            failure -> {
              if (failure != null) {
                reasons.replaceAll(reason -> ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
              }
              slot.fill(new Packet.UnsubAck(packet.packetId(), List.copyOf(reasons), null));
            });
  }

  /** Handles the requests that are left; called again when an awaited decision has come. */
  void goOn() {
    ListenerProfile listener = connection.network().listener();
    Restrictions.check(packet, listener.capabilities());
    while (reasons.size() < packet.requests().size()) {
      Packet.SubscribeRequest request = packet.requests().get(reasons.size());
      TopicFilter filter = filters.get(reasons.size());
      if (filter == null || !listener.limits().allowTopic(request.filter())) {
        reasons.add(connection.dialect().refusedFilter(ReasonCode.TOPIC_FILTER_INVALID));
        continue;
      }
      if (filter.isShared() && request.noLocal()) { // [MQTT-3.8.3-4]
        throw new ProtocolViolation(
            ReasonCode.PROTOCOL_ERROR,
            "No Local on Shared Subscription " + Printable.of(request.filter()));
      }
      ProtocolViolation unavailable = Restrictions.of(filter, listener.capabilities());
      if (unavailable != null) {
        if (connection.dialect().announcesCapabilities()) {
          throw unavailable;
        }
        reasons.add(connection.dialect().refusedFilter(unavailable.reason()));
        continue;
      }
      int before = reasons.size();
      Asked asked = new Asked();
      Access.Subscribe access = new Access.Subscribe(filter, granted(request));
      epoch = broker.access().epoch();
      connection.decide(
          access,
          verdict -> {
            if (verdict != Verdict.ALLOWED) {
              broker.refusals().subscribe(connection.client(), access, verdict);
            }
            reasons.add(decided(filter, request, verdict));
            if (asked.isOver) {
              goOn();
            }
          });
      if (reasons.size() == before) {
        asked.isOver = true; // the answer comes later and goes on from there
        return;
      }
    }
    answer();
  }

  /** Tells an answer that comes at once from one that comes later. */
  private static final class Asked {
    boolean isOver;
  }

  private ReasonCode decided(TopicFilter filter, Packet.SubscribeRequest request, Verdict verdict) {
    return switch (verdict) {
      case ALLOWED -> subscribe(filter, request);
      case DENIED -> connection.dialect().refusedFilter(ReasonCode.NOT_AUTHORIZED);
      case UNAVAILABLE ->
          connection.dialect().refusedFilter(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
    };
  }

  /** [MQTT-3.2.2-10] what the listener does not have is not granted, nor refused for it. */
  private QoS granted(Packet.SubscribeRequest request) {
    return request.qos().min(connection.network().listener().capabilities().maximumQos());
  }

  private ReasonCode subscribe(TopicFilter filter, Packet.SubscribeRequest request) {
    Subscriptions all = session.subscriptions();
    if (all.size() >= broker.settings().subscriptionsPerSessionMax() && !all.contains(filter)) {
      return connection.dialect().refusedFilter(ReasonCode.QUOTA_EXCEEDED);
    }
    QoS qos = granted(request);
    StoredSubscription subscription =
        new StoredSubscription(
            filter,
            qos,
            request.noLocal(),
            request.retainAsPublished(),
            request.retainHandling(),
            packet.identifier());
    boolean isNew = all.put(subscription);
    if (epoch != broker.access().epoch()) { // sessions may have been judged meanwhile
      all.recheck(connection.client());
    }
    boolean sendRetained = // [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]
        request.retainHandling() == 0 || (request.retainHandling() == 1 && isNew);
    if (sendRetained && !filter.isShared() && !broker.retained().isEmpty()) {
      replays.add(new RetainedReplay(session, subscription, broker));
    }
    return ReasonCode.granted(qos);
  }

  private void answer() {
    AckQueue.Slot slot = connection.acks().open();
    connection.worker().journal().whenSafe(failure -> answer(slot, failure));
  }

  private void answer(AckQueue.Slot slot, @Nullable Throwable failure) {
    if (failure != null) {
      reasons.replaceAll(reason -> connection.dialect().refusedFilter(ReasonCode.QUOTA_EXCEEDED));
    }
    connection.intake().holdWhile(() -> prepare(0, slot));
  }

  /**
   * Reads the first retained messages for each filter before SUBACK, so that they follow it at
   * once: whoever publishes or asks when it has come finds that they came before.
   */
  private void prepare(int next, AckQueue.Slot slot) {
    if (next == replays.size() || broker.retained().holdsTooMuch()) {
      fill(slot);
      connection.intake().release();
      return;
    }
    replays
        .get(next)
        .prepare(
            () -> {
              if (session.owner() == connection.worker() && connection.isOpen()) {
                prepare(next + 1, slot);
              } else {
                leave();
                connection.worker().execute(connection.intake()::release);
              }
            });
  }

  /** The connection ended before SUBACK: the next one gets what this one does not. */
  private void leave() {
    for (RetainedReplay replay : replays) {
      if (session.subscriptions().contains(replay.filter())) {
        replay.rest();
        session.outbox().replay(replay);
      } else {
        replay.close();
      }
    }
  }

  private void fill(AckQueue.Slot slot) {
    slot.fill(
        new Packet.SubAck(packet.packetId(), List.copyOf(reasons), null),
        () -> {
          for (RetainedReplay replay : replays) {
            if (connection.isOpen() && session.subscriptions().contains(replay.filter())) {
              session.outbox().replay(replay);
            } else {
              replay.close();
            }
          }
          if (connection.isOpen()) {
            session.outbox().pump();
          }
        });
  }

  /**
   * The filters, null for what is beyond the limits and so cannot be one. A filter that is not
   * correctly formed makes the whole packet wrong: SUBACK has no code for it.
   */
  private static List<@Nullable TopicFilter> parse(
      ClientConnection connection, List<String> texts) {
    List<@Nullable TopicFilter> filters = new ArrayList<>(texts.size());
    for (String text : texts) {
      try {
        filters.add(TopicFilter.parse(text));
      } catch (IllegalArgumentException e) {
        if (connection.network().listener().limits().allowTopic(text)) {
          boolean isShare = TopicFilter.isValidFilter(text); // wrong by section 4.8.2 alone
          throw new ProtocolViolation( // [MQTT-4.13.1-1]
              isShare ? ReasonCode.PROTOCOL_ERROR : ReasonCode.MALFORMED_PACKET,
              Printable.of(e.getMessage()));
        }
        filters.add(null); // 3.1.1: [MQTT-3.10.4-5]
      }
    }
    return filters;
  }
}
