package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Subscribes, unsubscribes and begins its session anew, again and again: what was acknowledged last
 * is so after a kill, and what was not is so or not.
 */
final class Fickle extends Actor {
  private static final int NO_MATCHING_SUBSCRIBERS = 0x10;

  private enum State {
    SUBSCRIBED,
    NOT
  }

  private final Random random = new Random(7);
  private final String topic;
  private Set<State> allowed = EnumSet.of(State.NOT);
  private boolean anew;
  private int lastId;
  private long changes;

  Fickle(String name, Findings findings) {
    super(name, 5, findings);
    topic = "fickle/" + name;
  }

  /** How often what was acknowledged was looked at. */
  long changes() {
    return changes;
  }

  @Override
  ConnectPacket greeting() {
    if (!anew) {
      return super.greeting();
    }
    allowed.add(State.NOT);
    return ConnectPacket.v5(name).sessionExpiry(YEAR_SECONDS); // Clean Start
  }

  @Override
  void welcomed(boolean sessionPresent) {
    if (anew) {
      if (sessionPresent) {
        findings.add(Kind.PROTOCOL, name + " began anew, and there is a session");
      }
      allowed = EnumSet.of(State.NOT);
      anew = false;
    } else {
      super.welcomed(sessionPresent);
    }
    promise();
  }

  @Override
  void sessionLost() {
    allowed = EnumSet.of(State.NOT);
  }

  @Override
  boolean converse(Link link, BooleanSupplier going) throws IOException {
    look(link);
    while (going.getAsBoolean()) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          int id = nextId();
          change(link, State.SUBSCRIBED, Wire.SUBACK, Wire.subscribe(id, topic, 1));
        }
        case 2, 3 -> {
          int id = nextId();
          change(link, State.NOT, Wire.UNSUBACK, Wire.unsubscribe(id, topic));
        }
        default -> {
          anew = true;
          return true;
        }
      }
      look(link);
    }
    return false;
  }

  private int nextId() {
    lastId = lastId % 60_000 + 1;
    return lastId;
  }

  private void change(Link link, State next, int answer, byte[] packet) throws IOException {
    allowed.add(next);
    RawPacket acknowledgement = ask(link, packet, answer);
    int reason = acknowledgement.reasons().get(0);
    if (reason >= 0x80) {
      throw new IOException("refused: " + acknowledgement);
    }
    allowed = EnumSet.of(next);
  }

  /** A message to itself: PUBACK tells whether there was a Subscription. */
  private void look(Link link) throws IOException {
    RawPacket answer = ask(link, Wire.publish(topic, 1, nextId(), "?"), Wire.PUBACK);
    requireSuccess(answer);
    State state = answer.reason() == NO_MATCHING_SUBSCRIBERS ? State.NOT : State.SUBSCRIBED;
    if (!allowed.contains(state)) {
      findings.add(
          Kind.SESSION,
          name
              + (state == State.NOT
                  ? " has no Subscription any more"
                  : " has a Subscription that was ended"));
    }
    allowed = EnumSet.of(state);
    changes++;
  }

  private RawPacket ask(Link link, byte[] packet, int answer) throws IOException {
    link.send(packet);
    link.flush();
    while (true) {
      RawPacket next = link.receive();
      refuseEnd(next);
      if (next.type() == answer && next.packetId() == lastId) {
        return next;
      }
      if (next.type() != Wire.PUBLISH) {
        throw new IllegalStateException("not for " + name + ": " + next);
      }
      if (next.qos() > 0) {
        link.send(Wire.acknowledge(Wire.PUBACK, next.packetId()));
        link.flush();
      }
    }
  }
}
