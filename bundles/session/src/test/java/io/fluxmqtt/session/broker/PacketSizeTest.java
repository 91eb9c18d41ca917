package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of messages that are larger than a client takes. */
class PacketSizeTest {
  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");

  @Test
  void messageThatIsTooLargeTakesNoPlaceInTheWindow() {
    TestClient s = client("s", true, 2).subscribe("t", QoS.EXACTLY_ONCE);
    s.accepts = publish -> publish.payload().length() < 5;
    for (int i = 1; i <= 5; i++) {
      publisher.publish("t", "too large", QoS.EXACTLY_ONCE, i);
    }
    publisher.publish("t", "ok", QoS.AT_LEAST_ONCE, 6);
    assertEquals(List.of("ok"), s.payloads());
  }

  /** [MQTT-3.1.2-25] also where the client took more when the message was sent first. */
  @Test
  @Normative("MQTT-3.1.2-25")
  void messageThatIsTooLargeForTheNextConnectionIsCompleted() {
    TestClient first = client("s", false, 2).subscribe("t", QoS.AT_LEAST_ONCE);
    publisher.publish("t", "large one", QoS.AT_LEAST_ONCE, 1);
    publisher.publish("t", "large two", QoS.AT_LEAST_ONCE, 2);
    publisher.publish("t", "ok", QoS.AT_LEAST_ONCE, 3);
    assertEquals(List.of("large one", "large two"), first.payloads());
    first.cut();
    TestClient next = fixture.client();
    next.accepts = publish -> publish.payload().length() < 5;
    next.connect(connect("s", false, 2));
    assertEquals(List.of("ok"), next.payloads());
    next.give(
        new Packet.PubAck(next.last(Packet.Publish.class).packetId(), ReasonCode.SUCCESS, null));
    next.cut();
    assertEquals(List.of(), client("s", false, 2).payloads());
  }

  private TestClient client(String id, boolean cleanStart, int receiveMaximum) {
    return fixture.client().connect(connect(id, cleanStart, receiveMaximum));
  }

  private static Packet.Connect connect(String id, boolean cleanStart, int receiveMaximum) {
    return TestClient.connect(ProtocolVersion.V5_0, id, cleanStart, 1_000, null, receiveMaximum);
  }
}
