package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.CLEAN;
import static io.fluxmqtt.itests.conformance.v311.Peer.WILL;
import static io.fluxmqtt.itests.conformance.v311.Peer.WILL_RETAIN;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1.1, sections 3.1.2.5 to 3.1.2.7: the Will. */
class WillIT extends SharedBrokerCase {
  private Peer watcher() throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 2);
    return watcher;
  }

  /** Nothing came to the watcher before this message. */
  private void end(Peer watcher) throws IOException {
    clean("end").publish(2, topic, "end");
    watcher.see("end");
  }

  private void closes(byte[] connect) throws IOException {
    Peer peer = open();
    peer.send(connect);
    peer.expectClosed();
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-8"})
  void lostConnectionPublishesTheWill() throws IOException {
    Peer watcher = watcher();
    withWill("dying", CLEAN, 0, "will").cut();
    assertEquals(topic, watcher.see("will").topic());
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-8"})
  void closeWithoutDisconnectPublishesTheWill() throws IOException {
    Peer watcher = watcher();
    withWill("dying", CLEAN, 0, "will").close();
    watcher.see("will");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-8"})
  void connectionThatTheBrokerClosesPublishesTheWill() throws IOException {
    Peer watcher = watcher();
    Peer culprit = withWill("culprit", CLEAN, 0, "will");
    culprit.send(publish311(0x06, topic, 1, "QoS 3"));
    culprit.expectClosed();
    watcher.see("will");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-8"})
  void takeOverPublishesTheWillOfTheOldConnection() throws IOException {
    Peer watcher = watcher();
    withWill("same", CLEAN, 0, "will");
    clean("same");
    watcher.see("will");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-8"})
  void willIsNotPublishedWhileTheConnectionLasts() throws IOException {
    Peer watcher = watcher();
    Peer living = withWill("living", CLEAN, 0, "will");
    end(watcher);
    living.cut();
    watcher.see("will");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-8", "MQTT-3.1.2-10", "MQTT-3.14.4-3"})
  void disconnectDiscardsTheWill() throws IOException {
    Peer watcher = watcher();
    withWill("leaving", CLEAN, 1, "will").leave();
    end(watcher);
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-10", "MQTT-3.14.4-3"})
  void discardedWillOfAKeptSessionNeverComes() throws IOException {
    Peer watcher = watcher();
    withWill("leaving", 0, 1, "will").leave();
    Peer again = kept("leaving");
    assertTrue(again.sessionPresent());
    again.cut();
    kept("leaving").leave();
    end(watcher);
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-10", "MQTT-3.1.2-12"})
  void publishedWillIsPublishedOnce() throws IOException {
    Peer watcher = watcher();
    withWill("dying", 0, 1, "will").cut();
    watcher.take("will");
    Peer again = kept("dying");
    assertTrue(again.sessionPresent());
    again.cut();
    kept("dying").leave();
    end(watcher);
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-12"})
  void connectionWithoutAWillPublishesNoneThoughTheOneBeforeHadOne() throws IOException {
    Peer watcher = watcher();
    withWill("same", 0, 0, "will");
    Peer without = kept("same");
    watcher.see("will");
    without.cut();
    kept("same").leave();
    end(watcher);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative(v311 = {"MQTT-3.1.2-9", "MQTT-3.1.2-14"})
  void willIsPublishedAtItsQos(int qos) throws IOException {
    Peer watcher = watcher();
    withWill("dying", CLEAN, qos, "will").cut();
    assertEquals(qos, watcher.take("will").qos());
  }

  @ParameterizedTest
  @ValueSource(ints = {CLEAN, CLEAN | WILL_RETAIN})
  @Normative(v311 = {"MQTT-3.1.2-14", "MQTT-3.1.4-1"})
  void willQos3Closes(int flags) throws IOException {
    closes(Peer.connect(flags | WILL | 0x18, 0, utf8(id("w")), utf8(topic), utf8("x")));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-9", "MQTT-3.1.4-1"})
  void willWithoutTopicOrMessageCloses() throws IOException {
    closes(Peer.connect(CLEAN | WILL, 0, utf8(id("w"))));
    closes(Peer.connect(CLEAN | WILL, 0, utf8(id("w")), utf8(topic)));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-9"})
  void willOfZeroBytesIsAWill() throws IOException {
    Peer watcher = watcher();
    withWill("dying", CLEAN, 0, "").cut();
    watcher.see("");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x08, 0x10, 0x18})
  @Normative(v311 = {"MQTT-3.1.2-11", "MQTT-3.1.2-13", "MQTT-3.1.4-1"})
  void willQosWithoutAWillCloses(int willQos) throws IOException {
    closes(Peer.connect(CLEAN | willQos, 0, utf8(id("w"))));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-11", "MQTT-3.1.2-15", "MQTT-3.1.4-1"})
  void willRetainWithoutAWillCloses() throws IOException {
    closes(Peer.connect(CLEAN | WILL_RETAIN, 0, utf8(id("w"))));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-11", "MQTT-3.1.4-1"})
  void willFieldsWithoutTheWillFlagClose() throws IOException {
    closes(Peer.connect(CLEAN, 0, utf8(id("w")), utf8(topic), utf8("x")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative(v311 = {"MQTT-3.1.2-16"})
  void willWithoutRetainIsNotRetained(int qos) throws IOException {
    clean("before").retain(1, topic, "retained before");
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 2);
    watcher.take("retained before");
    withWill("dying", CLEAN, qos, "will").cut();
    assertFalse(watcher.take("will").retain());
    Peer late = clean("late");
    late.subscribe(topic, 0);
    late.see("retained before");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative(v311 = {"MQTT-3.1.2-17", "MQTT-3.1.2-9"})
  void willWithRetainIsRetained(int qos) throws IOException {
    Peer watcher = watcher();
    withWill("dying", CLEAN | WILL_RETAIN, qos, "will").cut();
    assertFalse(watcher.take("will").retain(), "an established subscription");
    Peer late = clean("late");
    late.subscribe(topic, 2);
    RawPacket retained = late.take("will");
    assertTrue(retained.retain());
    assertEquals(qos, retained.qos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "a/+", "a/#", "+", ""})
  @Normative(v311 = {"MQTT-4.7.1-1", "MQTT-4.7.3-1", "MQTT-3.2.2-6", "MQTT-3.1.4-1"})
  void willTopicThatIsNoTopicNameClosesWithoutConnAck(String name) throws IOException {
    closes(Peer.connect(CLEAN | WILL, 0, utf8(id("w")), utf8(name), utf8("x")));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-8", "MQTT-3.1.3-1"})
  void willMayHoldAnyBytes() throws IOException {
    Peer watcher = watcher();
    byte[] any = new byte[256];
    for (int i = 0; i < any.length; i++) {
      any[i] = (byte) i;
    }
    open()
        .accepted(Peer.connect(CLEAN | WILL, 0, utf8(id("dying")), utf8(topic), Wire.binary(any)))
        .cut();
    assertArrayEquals(any, watcher.expect(Wire.PUBLISH).payload());
  }
}
