package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A crash between a Clean Start and the end of the session before leaves both in the store. */
class ReplacedSessionTest {
  private static void keep(SessionStore.Visitor visitor, long number, String filter) {
    visitor.session(
        new StoredSession(number, "c", Principal.ANONYMOUS, 100, null, null, 0, null, null));
    visitor.subscription(
        new StoredSubscription(
            new TopicFilter(null, filter), QoS.AT_LEAST_ONCE, false, false, 0, 0));
  }

  private static void assertTheSecondStays(Fixture restarted) {
    restarted.settle();
    assertEquals(
        List.of(new SessionChange.RemoveSession(1)),
        restarted.stores.changes(SessionChange.RemoveSession.class));
    assertEquals(1, restarted.broker.sessions().size());

    TestClient publisher = restarted.client().connect("publisher");
    publisher.publish("old", "1", QoS.AT_LEAST_ONCE, 1);
    assertTrue(restarted.stores.changes(SessionChange.Append.class).isEmpty());
    publisher.publish("new", "2", QoS.AT_LEAST_ONCE, 2);
    Receivers receivers = restarted.stores.changes(SessionChange.Append.class).get(0).receivers();
    assertEquals(1, receivers.size());
    assertEquals(2, receivers.number(0));
  }

  @Test
  void theEarlierSessionOfAClientEndsAtTheStart() {
    assertTheSecondStays(
        new Fixture(
            Fixture.SETTINGS,
            visitor -> {
              keep(visitor, 1, "old");
              keep(visitor, 2, "new");
            }));
  }

  @Test
  void inWhichOrderTheStoreHasThemDoesNotMatter() {
    assertTheSecondStays(
        new Fixture(
            Fixture.SETTINGS,
            visitor -> {
              keep(visitor, 2, "new");
              keep(visitor, 1, "old");
            }));
  }
}
