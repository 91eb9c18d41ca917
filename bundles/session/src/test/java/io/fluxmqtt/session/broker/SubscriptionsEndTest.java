package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.Packet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A session with many Subscriptions ends. */
class SubscriptionsEndTest {
  private final Fixture fixture =
      new Fixture(Fixture.with("subscriptionsPerSessionMax", Integer.MAX_VALUE));

  private void subscribe(TestClient client, String prefix, int count) {
    List<Packet.SubscribeRequest> requests =
        IntStream.range(0, count)
            .mapToObj(i -> prefix + i)
            .map(filter -> new Packet.SubscribeRequest(filter, QoS.AT_LEAST_ONCE, false, false, 0))
            .toList();
    client.give(new Packet.Subscribe(1, 0, requests));
  }

  private Session session(String clientId) {
    return fixture.broker.sessions().find(clientId);
  }

  private long inTree() {
    return fixture.broker.tree().size();
  }

  @Test
  void loopDoesOtherThingsWhileManySubscriptionsGo() {
    subscribe(fixture.clientOnOtherLoop().connect("s"), "t/", 2_500);
    subscribe(fixture.client().connect("other"), "t/", 1);
    assertEquals(2_501, inTree());

    session("s").end();
    assertEquals(1, fixture.broker.counters().subscriptions.sum());
    assertEquals(1_501, inTree());
    assertTrue(fixture.two.step());
    assertEquals(501, inTree());
    assertTrue(fixture.two.step());
    assertEquals(1, inTree());
    assertFalse(fixture.two.step());
  }

  @Test
  void fewGoAtOnce() {
    subscribe(fixture.clientOnOtherLoop().connect("s"), "t/", 1_000);

    session("s").end();

    assertEquals(0, inTree());
    assertFalse(fixture.two.step());
  }

  @Test
  void endedSessionTakesNoTurnInTheGroupsThatItIsStillIn() {
    TestClient leaving =
        fixture.clientOnOtherLoop().connect(TestClient.connect5("leaving", true, 100));
    TestClient staying = fixture.client().connect(TestClient.connect5("staying", true, 100));
    subscribe(leaving, "$share/g/t/", 1_004);
    subscribe(staying, "$share/g/t/", 1_004);
    leaving.cut();
    staying.cut();
    TestClient publisher = fixture.client().connect("publisher");
    Session ended = session("leaving");

    ended.end();
    assertEquals(1_008, inTree());
    for (int i = 0; i < 1_004; i++) {
      publisher.handOver(TestClient.publication("t/" + i, "x", QoS.AT_MOST_ONCE, 0, false));
    }

    assertEquals(0, ended.mailBytes());
    assertEquals(1_008, inTree(), "the last four are still there");
  }
}
