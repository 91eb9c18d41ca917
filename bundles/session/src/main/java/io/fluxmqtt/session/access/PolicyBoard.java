package io.fluxmqtt.session.access;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the present policy hangs, and where those stand who wait for another. */
final class PolicyBoard {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyBoard.class);

  private final Time time;
  private final Set<Walk<?, ?>> waiting = ConcurrentHashMap.newKeySet();
  private volatile Policy policy;

  PolicyBoard(Time time, Policy policy) {
    this.time = time;
    this.policy = policy;
  }

  Time time() {
    return time;
  }

  Policy policy() {
    return policy;
  }

  /** Replaces the policy at once for all; {@link #wake()} must follow. */
  void publish(Policy next) {
    policy = next;
  }

  void enter(Walk<?, ?> walk) {
    waiting.add(walk);
  }

  void leave(Walk<?, ?> walk) {
    waiting.remove(walk);
  }

  /** How many requests wait; for tests. */
  int waiting() {
    return waiting.size();
  }

  /** Lets all who wait look again: the policy has changed or a grace has ended. */
  void wake() {
    for (Walk<?, ?> walk : waiting) {
      try {
        walk.reconsider();
      } catch (Throwable e) { // one that fails must not leave the others waiting
        LOG.error("A request that waited for policy could not be taken up again", e);
      }
    }
  }
}
