package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Retained Messages on their way to a new Subscription. */
class RetainedReplayTest {
  @Test
  void retainedMessagesKeepToTheWindow() {
    Given given = new Given(Fixture.SETTINGS);
    given.retain("r/1", "r/2", "r/3");
    TestClient s =
        given
            .fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "s", true, 0, null, 2));

    s.subscribe("r/#", QoS.AT_LEAST_ONCE);

    assertEquals(List.of("r/1", "r/2"), s.payloads());
    s.give(new Packet.PubAck(1, ReasonCode.SUCCESS, null));
    assertEquals(List.of("r/1", "r/2", "r/3"), s.payloads());
    assertEquals(3, s.last(Packet.Publish.class).packetId());
  }

  @Test
  void retainedMessagesOfQos0NeedNoAcknowledgement() {
    Given given = new Given(Fixture.SETTINGS);
    given.retain("r/1", "r/2", "r/3");
    TestClient s =
        given
            .fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "s", true, 0, null, 1));

    s.subscribe("r/#", QoS.AT_MOST_ONCE);

    assertEquals(List.of("r/1", "r/2", "r/3"), s.payloads());
    assertEquals(0, given.outbox("s").inFlight());
  }

  @Test
  void retainedMessagesWaitForASlowConnection() {
    Given given = new Given(Fixture.SETTINGS);
    given.retain("r/1", "r/2", "r/3");
    TestClient s = given.durable("s");
    s.accepts =
        publish -> {
          s.writable = false; // full after one
          return true;
        };

    s.subscribe("r/#", QoS.AT_MOST_ONCE);
    assertEquals(List.of("r/1"), s.payloads());
    s.becomeWritable();

    assertEquals(List.of("r/1", "r/2"), s.payloads());
  }

  @Test
  void everySubscriptionOfAPacketGetsItsRetainedMessages() {
    Given given = new Given(Fixture.SETTINGS);
    given.retain("a", "b");
    TestClient s = given.durable("s");

    s.give(
        new Packet.Subscribe(
            1,
            0,
            List.of(
                new Packet.SubscribeRequest("a", QoS.AT_LEAST_ONCE, false, false, 0),
                new Packet.SubscribeRequest("none", QoS.AT_LEAST_ONCE, false, false, 0),
                new Packet.SubscribeRequest("b", QoS.AT_LEAST_ONCE, false, false, 0))));

    assertEquals(List.of("a", "b"), s.payloads());
    assertTrue(s.sent(Packet.Publish.class).stream().allMatch(Packet.Publish::retain));
  }

  @Test
  void longSearchForRetainedMessagesGoesOn() {
    Given given = new Given(Records.settings("retainedMaxMessages", 10_000));
    for (int i = 0; i < 3_000; i++) {
      given.retain("d" + i + "/a");
    }
    given.retain("z/z");

    TestClient s = given.durable("s").subscribe("+/z", QoS.AT_MOST_ONCE);

    assertEquals(List.of("z/z"), s.payloads());
  }

  @Test
  void whatComesNowGoesBeforeRetainedMessages() {
    Given given = new Given(Fixture.SETTINGS);
    given.retain("r/1", "r/2");
    TestClient s =
        given
            .fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "s", true, 0, null, 1));
    s.subscribe("t", QoS.AT_LEAST_ONCE).subscribe("r/#", QoS.AT_LEAST_ONCE);
    given.publish("now");

    s.give(new Packet.PubAck(1, ReasonCode.SUCCESS, null));

    assertEquals(List.of("r/1", "now"), s.payloads());
  }

  @Test
  void retainedMessagesOfAnEndedSubscriptionComeNoMore() {
    Given given = new Given(Fixture.SETTINGS);
    given.retain("r/1", "r/2", "kept");
    TestClient s =
        given
            .fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "s", true, 0, null, 1));
    s.subscribe("r/#", QoS.AT_LEAST_ONCE).subscribe("kept", QoS.AT_LEAST_ONCE);
    assertEquals(List.of("r/1"), s.payloads());

    s.give(new Packet.Unsubscribe(2, List.of("r/#")));
    s.give(new Packet.PubAck(1, ReasonCode.SUCCESS, null));

    assertEquals(List.of("r/1", "kept"), s.payloads());
  }
}
