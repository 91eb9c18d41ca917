package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TopicChangesTest {
  private final TopicChanges changes = new TopicChanges();

  @Test
  void changeIsSeenFromEarlierMomentsOnly() {
    long before = changes.now();
    changes.mark("a");
    long after = changes.now();
    changes.mark("b");

    assertTrue(changes.since(before, "a"));
    assertFalse(changes.since(after, "a"));
    assertTrue(changes.since(after, "b"));
    assertFalse(changes.since(changes.now(), "b"));
    assertFalse(changes.since(before, "c"));
  }

  @Test
  void topicIsRarelyTakenForAnother() {
    long before = changes.now();
    changes.mark("site/1/device/1");
    int taken = 0;
    for (int i = 2; i < 10_000; i++) {
      taken += changes.since(before, "site/" + i % 7 + "/device/" + i) ? 1 : 0;
    }
    assertTrue(taken < 20, taken + " of 10,000");
  }
}
