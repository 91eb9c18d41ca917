package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.CLEAN;
import static io.fluxmqtt.itests.kit.Wire.publish311;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** MQTT 3.1.1, section 3.14: DISCONNECT. */
class DisconnectIT extends SharedBrokerCase {
  @Test
  @Normative(v311 = {"MQTT-3.14.4-3", "MQTT-3.1.2-8", "MQTT-3.1.2-10"})
  void disconnectDiscardsTheWillThatACutWouldHavePublished() throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);
    withWill("leaving", CLEAN, 0, "discarded").leave();
    withWill("dying", CLEAN, 0, "published").cut();
    watcher.see("published");
  }

  @Test
  @Normative(v311 = {"MQTT-3.14.4-2"})
  void whatComesAfterDisconnectIsNotDone() throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);
    Peer peer = clean("peer");
    peer.send(
        publish311(0, topic, 0, "before"),
        Wire.disconnect(),
        publish311(0, topic, 0, "after"),
        Wire.pingReq());
    peer.expectClosed();
    clean("publisher").publish(2, topic, "end");
    watcher.see("before");
    watcher.see("end");
  }
}
