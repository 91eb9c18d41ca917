package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;

/** A subscriber, mostly away, that is given nothing that had expired before it connected. */
final class Freshness extends Subscriber {
  private static final long SLACK_NANOS = 1_000_000_000L; // expiry is in whole seconds

  private final Perishable publisher;
  private long connectedNanos;

  Freshness(Perishable publisher, Inbox inbox, Findings findings) {
    super("freshness", 5, "fresh/#", 1, inbox, findings);
    this.publisher = publisher;
  }

  @Override
  void welcomed(boolean sessionPresent) {
    connectedNanos = System.nanoTime();
    super.welcomed(sessionPresent);
  }

  @Override
  void examine(Letter letter, RawPacket packet) {
    int given =
        Perishable.isShort(letter.number()) ? Perishable.SHORT_SECONDS : Perishable.LONG_SECONDS;
    long left = packet.number(Wire.MESSAGE_EXPIRY, Long.MAX_VALUE);
    if (left > given) {
      findings.add(
          Kind.PROTOCOL, "%s expires in %d s, and was to in %d".formatted(letter, left, given));
    }
    Long taken = publisher.takenNanos(letter.number());
    if (taken == null || packet.dup()) { // what was sent once must be sent again
      return;
    }
    long expired = connectedNanos - taken - given * 1_000_000_000L;
    if (Perishable.isShort(letter.number()) && expired > SLACK_NANOS) {
      findings.add(
          Kind.EXPIRED,
          "%s was delivered, and had expired %d ms before its receiver connected"
              .formatted(letter, expired / 1_000_000));
    }
  }
}
