package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits in all queues is counted where it comes and goes. */
class QueuedFiguresTest {
  /** What a message of topic "t" and one character takes. */
  private static final long SMALL = 66;

  private final Given given = new Given(Fixture.SETTINGS);
  private final Admin admin = new Admin(given.fixture);

  @Test
  void whatWaitsInEachQueueCountsUntilItIsSent() {
    given.durable("a").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    given.durable("b").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    given.publish("1", "2", "3");
    assertEquals(6, admin.queuedMessages());
    assertEquals(6 * SMALL, admin.queuedBytes());

    assertEquals(List.of("1", "2", "3"), given.durable("a").payloads());
    assertEquals(3, admin.queuedMessages());
    given.durable("b");
    assertEquals(0, admin.queuedMessages());
    assertEquals(0, admin.queuedBytes());
  }

  @Test
  void whatIsDroppedCountsNoMore() {
    Given full = new Given(Records.settings("queueMaxMessages", 2));
    full.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    full.publish("1", "2", "3", "4");
    assertEquals(2, new Admin(full.fixture).queuedMessages());
  }

  @Test
  void whatFindsNoRoomCountsNothing() {
    Given full = new Given(Records.settings("overflow", Overflow.DROP_NEWEST));
    full.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    full.publish("1", "2", "3", "4", "5", "6");
    assertEquals(4, new Admin(full.fixture).queuedMessages());
  }

  @Test
  void qos0CountsWhileTheConnectionTakesTooLittle() {
    TestClient s = given.durable("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.writable = false;
    given.publish("1", "2", "3");
    assertEquals(3, admin.queuedMessages());
    assertEquals(3 * SMALL, admin.queuedBytes());
    s.becomeWritable();
    assertEquals(0, admin.queuedMessages());
    s.writable = false;
    given.publish("4");
    assertEquals(1, admin.queuedMessages());
    s.cut();
    assertEquals(0, admin.queuedMessages());
    assertEquals(0, admin.queuedBytes());
  }

  @Test
  void queueOfASessionThatEndsCountsNoMore() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    given.publish("1", "2");
    given.fixture.clientOnOtherLoop().connect("s"); // Clean Start
    assertEquals(0, admin.queuedMessages());
    assertEquals(0, admin.queuedBytes());
  }
}
