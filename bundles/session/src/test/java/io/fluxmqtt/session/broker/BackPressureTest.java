package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.Packet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Publishers pause for mail that its owner has not taken, and for nothing else. */
class BackPressureTest {
  private static final String PADDING = "x".repeat(5_000); // above the limit of a mailbox

  private final Fixture fixture = new Fixture();
  private final TestClient ann = fixture.client();
  private final TestClient ben = fixture.clientOnOtherLoop();

  private void connect(TestClient client, String name, String filter) {
    client.connect(name);
    client.subscribe(filter, QoS.AT_LEAST_ONCE);
  }

  private static Packet big(String topic, int number) {
    return TestClient.publication(topic, number + PADDING, QoS.AT_LEAST_ONCE, number, false);
  }

  private static List<String> numbers(TestClient client) {
    return client.payloads().stream().map(text -> text.substring(0, 1)).toList();
  }

  private static List<Integer> acknowledged(TestClient client) {
    return client.sent(Packet.PubAck.class).stream().map(Packet.PubAck::packetId).toList();
  }

  @Test
  void twoWhoFillEachOthersMailboxAndDoNotReadBothGoOn() {
    connect(ann, "ann", "for/ann");
    connect(ben, "ben", "for/ben");
    ann.writable = false;
    ben.writable = false;

    ann.handOver(big("for/ben", 1));
    ben.handOver(big("for/ann", 1));
    assertFalse(ann.reading || ben.reading);
    fixture.settle();

    assertTrue(ann.reading && ben.reading);
    assertEquals(List.of(1), acknowledged(ann));
    assertEquals(List.of(1), acknowledged(ben));
    assertEquals(List.of(), ann.payloads());
    ann.writable = true;
    ann.becomeWritable();
    assertEquals(List.of("1"), numbers(ann));
    assertEquals(List.of(), ben.payloads());
  }

  @Test
  void whoFillsItsOwnMailboxGoesOn() {
    connect(ann, "ann", "for/ann");
    ann.writable = false;

    ann.handOver(big("for/ann", 1));
    assertFalse(ann.reading);
    fixture.settle();

    assertTrue(ann.reading);
    assertEquals(List.of(1), acknowledged(ann));
  }

  @Test
  void whatWasReadBeforeThePauseFollowsInOrder() {
    connect(ann, "ann", "for/ann");
    connect(ben, "ben", "for/ben");

    ann.handOver(big("for/ben", 1));
    ann.handOver(big("for/ben", 2));
    ann.handOver(big("for/ben", 3));
    assertEquals(List.of(1), acknowledged(ann));
    fixture.settle();

    assertTrue(ann.reading);
    assertEquals(List.of(1, 2, 3), acknowledged(ann));
    assertEquals(List.of("1", "2", "3"), numbers(ben));
  }

  @Test
  void otherLoopIsToldOfAllMailOfAReadAtItsEnd() {
    connect(ann, "ann", "for/ann");
    connect(ben, "ben", "for/ben");
    int flushes = ben.flushes;

    ann.readFirst(TestClient.publication("for/ben", "1", QoS.AT_LEAST_ONCE, 1, false));
    ann.readFirst(TestClient.publication("for/ben", "2", QoS.AT_LEAST_ONCE, 2, false));
    assertFalse(fixture.two.run(), "told of the first");
    ann.handOver(TestClient.publication("for/ben", "3", QoS.AT_LEAST_ONCE, 3, false));
    assertTrue(fixture.two.run());

    assertEquals(List.of("1", "2", "3"), ben.payloads());
    assertEquals(flushes + 1, ben.flushes);
  }

  @Test
  void endOfTheReceiverEndsThePause() {
    connect(ann, "ann", "for/ann");
    connect(ben, "ben", "for/ben");

    ann.handOver(big("for/ben", 1));
    assertFalse(ann.reading);
    ben.cut();
    fixture.settle();

    assertTrue(ann.reading);
  }

  @Test
  void endOfThePublisherLeavesNobodyPaused() {
    connect(ann, "ann", "for/ann");
    connect(ben, "ben", "for/ben");

    ann.handOver(big("for/ben", 1));
    ben.handOver(big("for/ann", 1));
    ann.cut();
    fixture.settle();

    assertTrue(ben.reading);
    assertEquals(List.of("1"), numbers(ben));
  }
}
