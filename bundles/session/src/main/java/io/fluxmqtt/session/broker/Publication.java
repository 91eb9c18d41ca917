package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.EncodedUserProperties;
import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.SharedPublish;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way: what the broker adds to it on receipt. Immutable but for its store id and
 * the forms in which it is sent.
 */
final class Publication {
  /** The {@link #expiresAtNanos} of a message that does not expire. */
  static final long NEVER = Long.MAX_VALUE;

  private static final SharedPublish[] NO_FORMS = {};
  private static final int OVERHEAD_BYTES = 64;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Message message;
  private final @Nullable String publisher;
  private final long expiresAtNanos;
  private final int bytes;
  private final Durability durability;
  private long storeId; // set before the publication is shared, 0 while it is not stored

  /** Racy on purpose: a loop that does not see what another has made makes its own. */
  private @Nullable SharedPublish @Nullable [] forms; // null before the first receiver

  /**
   * A message that was received now.
   *
   * @param publisher the Client Identifier, or null for the broker itself
   * @param durability of {@link Worker#durability}
   * @param clock the monotonic clock, read only if the message expires
   */
  static Publication received(
      Message message, @Nullable String publisher, Durability durability, Broker clock) {
    Long seconds = message.properties().expirySeconds();
    return new Publication(
        message,
        publisher,
        seconds == null ? NEVER : clock.nanoTime() + seconds * NANOS_PER_SECOND,
        durability);
  }

  /** A message that must be synced. */
  Publication(Message message, @Nullable String publisher, long expiresAtNanos) {
    this(message, publisher, expiresAtNanos, Durability.SYNC);
  }

  Publication(
      Message message, @Nullable String publisher, long expiresAtNanos, Durability durability) {
    this.message = message;
    this.publisher = publisher;
    this.expiresAtNanos = expiresAtNanos;
    this.durability = durability;
    this.bytes = OVERHEAD_BYTES + message.topic().length() + sizeOf(message);
  }

  Message message() {
    return message;
  }

  @Nullable String publisher() {
    return publisher;
  }

  long expiresAtNanos() {
    return expiresAtNanos;
  }

  /** How safe it and its deliveries are to be. */
  Durability durability() {
    return durability;
  }

  long storeId() {
    return storeId;
  }

  void stored(long id) {
    storeId = id;
  }

  /** What it takes of a bounded queue. */
  int bytes() {
    return bytes;
  }

  boolean isExpired(long nowNanos) {
    return expiresAtNanos != NEVER && nowNanos - expiresAtNanos >= 0;
  }

  boolean expires() {
    return expiresAtNanos != NEVER;
  }

  /** The monotonic clock, which costs as much as encoding, so 0 where nobody looks at it. */
  long readClock(Broker clock) {
    return expires() ? clock.nanoTime() : 0;
  }

  /** What is left of the Message Expiry Interval, rounded up, at least 0. */
  long remainingSeconds(long nowNanos) {
    long left = expiresAtNanos - nowNanos;
    return left <= 0 ? 0 : (left + NANOS_PER_SECOND - 1) / NANOS_PER_SECOND;
  }

  /** The properties to send: the interval minus the time spent here [MQTT-3.3.2-6]. */
  MessageProperties propertiesToSend(long nowNanos) {
    MessageProperties p = message.properties();
    if (!expires()) {
      return p;
    }
    return new MessageProperties(
        p.utf8Payload(),
        remainingSeconds(nowNanos),
        p.responseTopic(),
        p.correlationData(),
        p.contentType(),
        p.userProperties());
  }

  /**
   * The form for all receivers with this QoS and RETAIN flag, or null for the first receiver: if it
   * stays the only one, a form would have been made for nothing. Any thread.
   */
  @Nullable SharedPublish shared(QoS qos, boolean retain) {
    SharedPublish[] made = forms;
    if (made == null) {
      forms = NO_FORMS;
      return null;
    }
    if (made == NO_FORMS) {
      made = new SharedPublish[2 * QoS.values().length];
      forms = made;
    }
    int index = 2 * qos.level() + (retain ? 1 : 0);
    SharedPublish form = made[index];
    if (form == null) {
      form = new SharedPublish(packet(qos, retain));
      made[index] = form;
    }
    return form;
  }

  private Packet.Publish packet(QoS qos, boolean retain) {
    return new Packet.Publish(
        message.topic(),
        message.payload(),
        qos,
        false,
        retain,
        0,
        0,
        message.properties(),
        List.of());
  }

  private static int sizeOf(Message message) {
    int size = message.payload().length();
    MessageProperties p = message.properties();
    if (!p.isEmpty()) {
      size += length(p.responseTopic()) + length(p.contentType());
      size += p.correlationData() == null ? 0 : p.correlationData().length();
      if (p.userProperties() instanceof EncodedUserProperties encoded) {
        size += OVERHEAD_BYTES + encoded.encodedBytes();
      } else {
        for (UserProperty property : p.userProperties()) {
          size += OVERHEAD_BYTES + property.name().length() + property.value().length();
        }
      }
    }
    return size;
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
