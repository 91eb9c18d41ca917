package io.fluxmqtt.store;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Random values of every kind, with limits and absent parts more often than chance has them. */
final class Samples {
  private static final String ALPHABET = "ab/ $äß€漢\uD83D\uDE00";

  private final Random random;

  Samples(long seed) {
    random = new Random(seed);
  }

  StoredSession session(long number) {
    Set<String> groups = new HashSet<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      groups.add(text(12));
    }
    return new StoredSession(
        number,
        text(30),
        new Principal(maybe(() -> text(12)), groups),
        pick(1L, 60L, StoredSession.NEVER_EXPIRES),
        maybe(() -> pick(0L, -1L, 1_700_000_000_000L, Long.MAX_VALUE)),
        maybe(this::message),
        pick(0L, 5L, 0xFFFF_FFFFL),
        maybe(() -> text(12)),
        maybe(this::address));
  }

  private InetSocketAddress address() {
    byte[] address = new byte[pick(4, 16)];
    random.nextBytes(address);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), random.nextInt(65_536));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  StoredSubscription subscription(TopicFilter filter) {
    return new StoredSubscription(
        filter,
        qos(0),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(3),
        pick(0, 1, 127, 128, 268_435_455));
  }

  TopicFilter filter() {
    return new TopicFilter(
        maybe(() -> pick("g", "grüße", "$share")),
        pick("#", "+", "a", "a/+/b", "$share/g/a", "ä/#", "/", "a".repeat(TopicFilter.MAX_BYTES)));
  }

  StoredDelivery delivery(long messageId) {
    return new StoredDelivery(
        messageId,
        qos(1),
        random.nextBoolean(),
        Stream.generate(() -> pick(1, 127, 128, 268_435_455)).limit(random.nextInt(4)).toList(),
        pick(0, 1, 127, 128, 65_535));
  }

  /** Adds a receiver of a message. */
  void addTo(Receivers receivers, long number) {
    StoredDelivery delivery = delivery(1);
    receivers.add(number, delivery.qos(), delivery.retain(), delivery.subscriptionIdentifiers());
  }

  StoredMessage stored(long id) {
    return new StoredMessage(
        id, message(), maybe(() -> text(23)), maybe(() -> pick(0L, 1L, Long.MAX_VALUE)));
  }

  Message message() {
    MessageProperties properties =
        random.nextInt(3) == 0
            ? MessageProperties.NONE
            : new MessageProperties(
                maybe(random::nextBoolean),
                maybe(() -> pick(0L, 1L, 0xFFFF_FFFFL)),
                maybe(() -> text(20)),
                maybe(() -> payload(40)),
                maybe(() -> text(20)),
                Stream.generate(() -> new UserProperty(text(5), text(9)))
                    .limit(random.nextInt(4))
                    .toList());
    return new Message(
        pick("a", "a/b", "$SYS/x", "ünï/€", "t".repeat(65_535)),
        payload(pick(0, 1, 100, 300)),
        qos(0),
        random.nextBoolean(),
        properties);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  @SafeVarargs
  final <T> T pick(T... values) {
    return values[random.nextInt(values.length)];
  }

  private QoS qos(int lowest) {
    return QoS.of(lowest + random.nextInt(3 - lowest));
  }

  private Payload payload(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Payload.copyOf(bytes);
  }

  private String text(int atMost) {
    int[] points = ALPHABET.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(atMost + 1); i > 0; i--) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  private <T> @Nullable T maybe(Supplier<T> value) {
    return random.nextBoolean() ? value.get() : null;
  }

  static List<Long> seeds() {
    return List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
  }
}
