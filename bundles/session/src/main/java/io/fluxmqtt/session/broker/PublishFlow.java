package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.access.Budget;
import io.fluxmqtt.session.access.PublishVerdicts;
import io.fluxmqtt.session.access.Verdict;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a client publishes: alias, Receive Maximum, duplicates of QoS 2, permission, retained,
 * routing, and the acknowledgement once the message is safe. Owned by the connection's loop.
 */
final class PublishFlow {
  private static final long WARNING_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Broker broker;
  private final ClientConnection connection;
  private final PublishVerdicts verdicts;
  private @Nullable Map<Integer, String> aliases; // null until the client sets one
  private final IncomingIds awaitingRelease = new IncomingIds(); // QoS 2 of this connection
  private int awaitingAck; // QoS 1 messages
  private @Nullable Long lastWarning; // when, in nanoseconds
  private @Nullable Budget notes; // of refusals; null before the first

  PublishFlow(Broker broker, ClientConnection connection) {
    this.broker = broker;
    this.connection = connection;
    this.verdicts = new PublishVerdicts(broker.access());
  }

  void publish(Session session, Packet.Publish packet) {
    broker.counters().received.increment();
    ListenerProfile listener = connection.network().listener();
    Restrictions.check(packet.qos(), packet.retain(), listener.capabilities());
    String topic = topic(packet);
    Verdict known = verdicts.known(connection.client(), topic, packet.qos(), packet.retain());
    // of which a verdict is known is a valid Topic Name within the limits of this listener
    boolean isTooLong = known == null && !listener.limits().allowTopic(topic);
    if (known == null && !isTooLong && !TopicFilter.isValidTopicName(topic)) {
      throw new ProtocolViolation( // [MQTT-3.3.2-2]: 0x90 is for those that are correctly formed
          ReasonCode.MALFORMED_PACKET, "'" + Printable.of(topic) + "' is not a valid Topic Name");
    }
    String responseTopic = packet.properties().responseTopic();
    if (responseTopic != null && !TopicFilter.isValidTopicName(responseTopic)) {
      throw new ProtocolViolation( // [MQTT-3.3.2-14]
          ReasonCode.PROTOCOL_ERROR,
          "Response Topic '" + Printable.of(responseTopic) + "' is not a valid Topic Name");
    }
    if (packet.qos() != QoS.AT_MOST_ONCE) {
      checkReceiveMaximum(packet);
      if (packet.qos() == QoS.EXACTLY_ONCE && session.incoming().contains(packet.packetId())) {
        // [MQTT-4.3.3-10] it was delivered onward already
        connection.acks().send(pubRec(packet, ReasonCode.SUCCESS, null));
        return;
      }
    }
    if (isTooLong) {
      refuseTopic(session, packet, topic);
      return;
    }
    if (known != null) {
      decided(session, packet, topic, known);
    } else {
      ask(session, packet, topic);
    }
  }

  private void ask(Session session, Packet.Publish packet, String topic) {
    connection
        .intake()
        .decide(
            connection.client(),
            new Access.Publish(topic, packet.qos(), packet.retain()),
            verdicts,
            verdict -> decided(session, packet, topic, verdict));
  }

  /** Says in PUBACK or PUBREC that a topic is beyond the limits, or else closes. */
  private void refuseTopic(Session session, Packet.Publish packet, String topic) {
    broker.counters().dropped(Counters.Drop.REFUSED);
    if (packet.qos() == QoS.AT_MOST_ONCE || !connection.dialect().canRefusePublish()) {
      throw Restrictions.tooLong(
          ReasonCode.TOPIC_NAME_INVALID, topic, connection.network().listener());
    }
    refuse(session, packet, ReasonCode.TOPIC_NAME_INVALID);
  }

  /** PUBREL: the identifier is free again. */
  void release(Session session, int packetId) {
    awaitingRelease.remove(packetId);
    boolean stored = session.incoming().isStored(packetId) && session.isDurable();
    boolean known = session.incoming().remove(packetId);
    if (stored) {
      session
          .owner()
          .journal()
          .record(new SessionChange.RemoveIncoming(session.number(), packetId));
    }
    ReasonCode reason = known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
    Packet answer = new Packet.PubComp(packetId, reason); // [MQTT-4.3.3-11]
    if (!stored) {
      connection.acks().send(answer);
      return;
    }
    AckQueue.Slot slot = connection.acks().open();
    session
        .owner()
        .journal()
        .whenSafe(
            failure -> {
              if (failure == null) {
                slot.fill(answer);
              } else {
                failStore(failure);
              }
            });
  }

  private String topic(Packet.Publish packet) {
    int alias = packet.topicAlias();
    if (alias == 0) {
      if (packet.topic().isEmpty()) {
        throw new ProtocolViolation(
            ReasonCode.PROTOCOL_ERROR, "PUBLISH without Topic Name and Topic Alias");
      }
      return packet.topic();
    }
    int maximum = connection.promised().topicAliasMaximum();
    if (alias > maximum) { // [MQTT-3.2.2-17]
      throw new ProtocolViolation(
          ReasonCode.TOPIC_ALIAS_INVALID,
          "Topic Alias " + alias + " is above the maximum of " + maximum);
    }
    if (!packet.topic().isEmpty()) {
      if (aliases == null) {
        aliases = new HashMap<>();
      }
      aliases.put(alias, packet.topic());
      return packet.topic();
    }
    String topic = aliases == null ? null : aliases.get(alias);
    if (topic == null) {
      throw new ProtocolViolation(
          ReasonCode.PROTOCOL_ERROR, "Topic Alias " + alias + " stands for no Topic Name yet");
    }
    return topic;
  }

  /** [MQTT-3.3.4-7] counts what came on this connection, section 4.9. */
  private void checkReceiveMaximum(Packet.Publish packet) {
    int receiveMaximum = connection.promised().receiveMaximum();
    boolean again = packet.qos() == QoS.EXACTLY_ONCE && awaitingRelease.contains(packet.packetId());
    if (again || !connection.dialect().hasReceiveMaximum()) {
      return;
    }
    if (awaitingRelease.size() + awaitingAck < receiveMaximum) {
      return;
    }
    if (connection.network().listener().checks().receiveMaximum()) {
      throw new ProtocolViolation(
          ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
          "more than " + receiveMaximum + " QoS 1 and 2 messages are unacknowledged");
    }
    long now = broker.nanoTime();
    if (lastWarning == null || now - lastWarning > WARNING_NANOS) {
      lastWarning = now;
      broker.refusals().exceeded(connection, receiveMaximum);
    }
  }

  private void decided(Session session, Packet.Publish packet, String topic, Verdict verdict) {
    if (verdict != Verdict.ALLOWED) {
      note(packet, topic, verdict);
    }
    switch (verdict) {
      case ALLOWED -> accept(session, packet, topic);
      case DENIED -> {
        broker.counters().dropped(Counters.Drop.NOT_AUTHORIZED);
        if (broker.settings().disconnectDeniedPublish()
            && !connection.dialect().canRefusePublish()) {
          throw new ProtocolViolation(ReasonCode.NOT_AUTHORIZED, "it may not publish there");
        }
        refuse(session, packet, ReasonCode.NOT_AUTHORIZED);
      }
      case UNAVAILABLE -> {
        broker.counters().dropped(Counters.Drop.POLICY_UNAVAILABLE);
        if (packet.qos() != QoS.AT_MOST_ONCE && !connection.dialect().canRefusePublish()) {
          throw new ProtocolViolation(
              ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "whether it may publish is not known");
        }
        refuse(session, packet, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
      }
    }
  }

  private void note(Packet.Publish packet, String topic, Verdict verdict) {
    if (notes == null) {
      notes = Refusals.ofConnection();
    }
    broker
        .refusals()
        .publish(connection.client(), topic, packet.qos(), packet.retain(), verdict, notes);
  }

  private void accept(Session session, Packet.Publish packet, String topic) {
    if (Restrictions.isFormatInvalid(
        packet.payload(), packet.properties(), connection.network().listener())) {
      broker.counters().dropped(Counters.Drop.REFUSED);
      if (packet.qos() == QoS.AT_MOST_ONCE) { // section 3.3.2.3.2
        throw new ProtocolViolation(
            ReasonCode.PAYLOAD_FORMAT_INVALID, "the payload of a PUBLISH is not UTF-8");
      }
      refuse(session, packet, ReasonCode.PAYLOAD_FORMAT_INVALID);
      return;
    }
    Message message =
        new Message(topic, packet.payload(), packet.qos(), packet.retain(), packet.properties());
    Durability durability = connection.worker().durability(topic);
    Publication publication = Publication.received(message, session.clientId(), durability, broker);
    if (message.retain()) {
      connection
          .intake()
          .<Retained.Room>ask(
              later -> broker.retained().room(publication, later),
              room -> retain(session, packet, publication, room));
    } else {
      route(session, packet, publication, false);
    }
  }

  private void retain(
      Session session, Packet.Publish packet, Publication publication, Retained.Room room) {
    if (room.isThere()) {
      broker.retained().keep(publication, room, connection.worker().journal());
    } else {
      broker.counters().dropped(Counters.Drop.RETAINED_FULL);
      if (connection.dialect().canRefusePublish()) {
        refuse(session, packet, ReasonCode.QUOTA_EXCEEDED);
        return;
      }
    }
    route(session, packet, publication, room.isThere());
  }

  private void route(
      Session session, Packet.Publish packet, Publication publication, boolean isRetained) {
    int receivers = broker.router().route(connection.worker(), publication, connection.intake());
    if (receivers == Router.REFUSED) {
      refuse(session, packet, ReasonCode.QUOTA_EXCEEDED);
      return;
    }
    if (packet.qos() == QoS.AT_MOST_ONCE) {
      return;
    }
    boolean mustBeSafe = publication.durability().isSync();
    if (packet.qos() == QoS.EXACTLY_ONCE) {
      remember(session, packet.packetId(), mustBeSafe);
    }
    ReasonCode reason = receivers == 0 ? ReasonCode.NO_MATCHING_SUBSCRIBERS : ReasonCode.SUCCESS;
    if (mustBeSafe) {
      acknowledgeWhenSafe(session, packet, reason);
    } else {
      promise(publication, isRetained);
      connection.acks().send(answer(packet, reason));
    }
  }

  /** A message is acknowledged, and is kept, if it must be, no safer than its topic asks for. */
  private void promise(Publication publication, boolean isRetained) {
    boolean isQueued = publication.storeId() != 0;
    if (isQueued && !isRetained) {
      connection.worker().journal().promise();
    }
    if (isQueued || isRetained) {
      broker.counters().promised(publication.durability().level());
    }
  }

  /** Acknowledges a message that goes no further, with the reason where the version has one. */
  private void refuse(Session session, Packet.Publish packet, ReasonCode reason) {
    if (packet.qos() == QoS.AT_MOST_ONCE) {
      return;
    }
    if (!connection.dialect().canRefusePublish() && packet.qos() == QoS.EXACTLY_ONCE) {
      remember(session, packet.packetId(), true); // the flow goes on to PUBREL
      acknowledgeWhenSafe(session, packet, ReasonCode.SUCCESS);
      return;
    }
    connection.acks().send(answer(packet, reason));
  }

  /**
   * An identifier is in use. What is acknowledged before it is safe is remembered until the process
   * ends: a record that came on the disk, and its removal not, would have the client's next message
   * under this identifier, of whatever topic, taken for this one.
   */
  private void remember(Session session, int packetId, boolean mustBeSafe) {
    boolean stored = mustBeSafe && session.isDurable();
    session.incoming().add(packetId, stored);
    awaitingRelease.add(packetId, stored);
    if (stored) {
      session.owner().journal().record(new SessionChange.PutIncoming(session.number(), packetId));
    }
  }

  /** [MQTT-4.3.2-4] [MQTT-4.3.3-8] the acknowledgement waits for what routing has recorded. */
  private void acknowledgeWhenSafe(Session session, Packet.Publish packet, ReasonCode reason) {
    Journal journal = connection.worker().journal();
    if (journal.isSafe()) {
      connection.acks().send(answer(packet, reason));
      return;
    }
    AckQueue.Slot slot = connection.acks().open();
    int waiting = packet.qos() == QoS.AT_LEAST_ONCE ? 1 : 0; // QoS 2 counts until its PUBREL
    awaitingAck += waiting;
    journal.whenSafe(
        failure -> {
          awaitingAck -= waiting;
          if (failure == null) {
            slot.fill(answer(packet, reason));
          } else {
            notStored(session, packet, slot, failure);
          }
        });
  }

  private void notStored(
      Session session, Packet.Publish packet, AckQueue.Slot slot, Throwable failure) {
    broker.counters().dropped(Counters.Drop.STORE_FAILED);
    session.incoming().remove(packet.packetId());
    awaitingRelease.remove(packet.packetId());
    if (connection.dialect().canRefusePublish()) {
      slot.fill(answer(packet, ReasonCode.QUOTA_EXCEEDED));
    } else {
      failStore(failure);
    }
  }

  private void failStore(Throwable failure) {
    connection.fail(
        new ProtocolViolation(
            ReasonCode.QUOTA_EXCEEDED, "the store cannot take it: " + failure.getMessage()));
  }

  private Packet answer(Packet.Publish packet, ReasonCode reason) {
    String text = reason.isError() ? connection.reasonString(explain(reason)) : null;
    return packet.qos() == QoS.AT_LEAST_ONCE
        ? new Packet.PubAck(packet.packetId(), reason, text)
        : pubRec(packet, reason, text);
  }

  private static Packet pubRec(Packet.Publish packet, ReasonCode reason, @Nullable String text) {
    return new Packet.PubRec(packet.packetId(), reason, text);
  }

  private static String explain(ReasonCode reason) {
    return switch (reason) {
      case NOT_AUTHORIZED -> "no rule allows this client to publish there";
      case IMPLEMENTATION_SPECIFIC_ERROR -> "the access policy is not available";
      case QUOTA_EXCEEDED -> "there is no room to keep this message";
      case TOPIC_NAME_INVALID -> "the Topic Name is longer or has more levels than allowed here";
      case PAYLOAD_FORMAT_INVALID -> "the payload is not UTF-8";
      default -> reason.toString();
    };
  }
}
