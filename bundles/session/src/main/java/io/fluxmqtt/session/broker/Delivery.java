package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.session.Connection;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.SharedPublish;
import io.fluxmqtt.session.routing.SharedGroup;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message for one session, from the match of its Subscriptions to the last acknowledgement. */
final class Delivery extends Mail {
  final Publication publication;

  /** The Shared Subscription it came through, if any. */
  final @Nullable SharedGroup<Session> group;

  // The rest is set by the sender before it is offered; then it belongs to the session's owner.
  private QoS qos;
  private boolean retain;
  private List<Integer> identifiers = List.of();
  private boolean stored;
  private int packetId;

  Delivery(Publication publication, @Nullable SharedGroup<Session> group, QoS qos) {
    this.publication = publication;
    this.group = group;
    this.qos = qos;
  }

  /** A delivery as the store kept it. */
  static Delivery restored(Publication publication, StoredDelivery kept) {
    Delivery delivery = new Delivery(publication, null, kept.qos());
    delivery.retain = kept.retain();
    delivery.identifiers = kept.subscriptionIdentifiers();
    delivery.packetId = kept.packetId();
    delivery.stored = true;
    return delivery;
  }

  /** A delivery that has waited and is to be sent. */
  static Delivery queued(
      Publication publication,
      @Nullable SharedGroup<Session> group,
      QoS qos,
      boolean retain,
      List<Integer> identifiers,
      boolean stored) {
    Delivery delivery = new Delivery(publication, group, qos);
    delivery.retain = retain;
    delivery.identifiers = identifiers;
    delivery.stored = stored;
    return delivery;
  }

  @Override
  int bytes() {
    return publication.bytes();
  }

  String topic() {
    return publication.message().topic();
  }

  QoS qos() {
    return qos;
  }

  int packetId() {
    return packetId;
  }

  boolean isRetain() {
    return retain;
  }

  List<Integer> identifiers() {
    return identifiers;
  }

  boolean isStored() {
    return stored;
  }

  /** The session manager's store has this delivery, so its end must be recorded there. */
  void markStored() {
    stored = true;
  }

  void assign(int id) {
    packetId = id;
  }

  /** Sets the RETAIN flag of the copy that is sent. */
  void retain(boolean flag) {
    retain = flag;
  }

  /** Another Subscription of the same session matches too: one copy carries both. */
  void merge(QoS otherQos, boolean otherRetain, int identifier) {
    if (otherQos.compareTo(qos) > 0) { // [MQTT-3.3.4-2]
      qos = otherQos;
    }
    retain |= otherRetain;
    addIdentifier(identifier);
  }

  /** [MQTT-3.3.4-3] [MQTT-3.3.4-4] the identifiers of all matching Subscriptions. */
  void addIdentifier(int identifier) {
    if (identifier == 0) {
      return;
    }
    if (identifiers.isEmpty()) {
      identifiers = List.of(identifier);
    } else {
      List<Integer> more = new ArrayList<>(identifiers);
      more.add(identifier);
      identifiers = List.copyOf(more);
    }
  }

  /** Adds the session that is to get it to those of its message. */
  void addTo(Receivers receivers, long session) {
    receivers.add(session, qos, retain, identifiers);
  }

  /** What the store keeps of it. */
  StoredDelivery toStored() {
    return new StoredDelivery(publication.storeId(), qos, retain, identifiers, packetId);
  }

  /**
   * Encodes it, in the form that costs least; returns false if the client does not accept its size.
   *
   * @param aliases those of the connection, or null
   * @param nowNanos the monotonic clock; counts only for a message that expires
   */
  boolean sendTo(
      Connection connection, @Nullable OutgoingAliases aliases, boolean dup, long nowNanos) {
    boolean aliased = aliases != null && aliases.isLongEnough(topic());
    SharedPublish form = dup || aliased ? null : toShared();
    if (form != null) {
      return connection.publish(form, packetId);
    }
    Packet.Publish packet = toPacket(dup, nowNanos);
    return aliased ? aliases.publish(packet, connection) : connection.publish(packet);
  }

  /**
   * What this receiver gets like others, or null where its copy is its own, or it is the first of
   * what may be one only.
   */
  @Nullable SharedPublish toShared() {
    return identifiers.isEmpty() && !publication.expires() ? publication.shared(qos, retain) : null;
  }

  /**
   * The packet to send.
   *
   * @param nowNanos the monotonic clock; counts only for a message that expires
   */
  Packet.Publish toPacket(boolean dup, long nowNanos) {
    return new Packet.Publish(
        topic(),
        publication.message().payload(),
        qos,
        dup,
        retain,
        qos == QoS.AT_MOST_ONCE ? 0 : packetId, // [MQTT-2.2.1-2]
        0,
        publication.propertiesToSend(nowNanos),
        identifiers);
  }
}
