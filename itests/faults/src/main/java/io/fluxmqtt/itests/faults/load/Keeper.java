package io.fluxmqtt.itests.faults.load;

import java.util.HashSet;
import java.util.Set;

/** A publisher of Retained Messages: sets its topics in turn, and now and then removes one. */
final class Keeper extends Publisher {
  static final int TOPICS = 20;

  /** No message. */
  static final int NONE = -1;

  private static final int REMOVAL = 7;

  Keeper(int id, int qos, int version, Findings findings) {
    super(id, qos, version, findings);
  }

  /** One of its topics. */
  String name(int topic) {
    return "keep/" + id + "/" + topic;
  }

  @Override
  String topic(int number) {
    return name(number % TOPICS);
  }

  @Override
  byte[] payload(int number) {
    return isRemoval(number) ? new byte[0] : super.payload(number);
  }

  @Override
  boolean retain() {
    return true;
  }

  /** What a topic may hold: what was acknowledged last, or anything that was sent since. */
  Set<Integer> allowed(int topic) {
    Set<Integer> allowed = new HashSet<>();
    int first = topic < sent() ? topic + (sent() - 1 - topic) / TOPICS * TOPICS : NONE;
    int number = first;
    for (; number >= 0; number -= TOPICS) {
      allowed.add(isRemoval(number) ? NONE : number);
      if (isAcknowledged(number)) {
        return allowed;
      }
    }
    allowed.add(NONE);
    return allowed;
  }

  private static boolean isRemoval(int number) {
    return number / TOPICS % REMOVAL == REMOVAL - 1;
  }
}
