package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fluxmqtt.api.admin.BrokerStatistics;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.itests.kit.ShortRun;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.broker.BrokerProbe;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Decoder and session manager together, one connection after another and some at once; see {@link
 * FuzzedConversation} for the form of an input. Whatever clients do, another client is served,
 * nothing is logged as an error, and nothing of theirs is left once their sessions have expired.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConversationFuzzTest {
  private static final int RETAINED_MAX = 5;

  @FuzzTest
  void servesOthersAndForgets(byte[] input) {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      run(input);
    } finally {
      System.setErr(before);
    }
    String text = log.toString(StandardCharsets.UTF_8);
    assertTrue(!text.contains(" ERROR "), text);
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // of all together
  void servesOthersAndForgetsAfterManyMutations() {
    ShortRun.of(ConversationFuzzTest.class, 1_500, this::servesOthersAndForgets);
  }

  private static void run(byte[] input) {
    ByHandBroker broker = new ByHandBroker();
    ByHandClient witness = new ByHandClient(broker);
    witness.send(
        Bytes.packet(0x10, Bytes.of().text("MQTT").one(4).one(2).two(0).text("witness-7d1c")));
    witness.send(Bytes.packet(0x82, Bytes.of().two(1).text("witness/7d1c").one(1)));
    assertEquals(
        List.of(
            new Packet.ConnAck(false, 0, null),
            new Packet.SubAck(1, List.of(ReasonCode.GRANTED_QOS_1), null)),
        witness.received());

    new FuzzedConversation(broker, input).run();
    requireServed(witness);

    broker.pass(ByHandBroker.ALL_EXPIRED_SECONDS);
    requireServed(witness);
    BrokerStatistics.Snapshot left = broker.snapshot();
    assertEquals(1, left.connections(), "connections");
    assertEquals(1, left.sessions(), "sessions");
    assertEquals(1, left.subscriptions(), "subscriptions");
    assertEquals(1, BrokerProbe.routes(broker.broker), "routes");
    assertEquals(0, BrokerProbe.queuedBytes(broker.broker), "bytes queued");
    assertTrue(left.retainedMessages() <= RETAINED_MAX, "retained: " + left.retainedMessages());
    witness.cut();
    witness.requireGone();
  }

  private static void requireServed(ByHandClient witness) {
    witness.received();
    witness.send(Bytes.packet(0xC0, Bytes.of()));
    assertEquals(List.of(Packet.PingResp.INSTANCE), witness.received());
    witness.send(Bytes.packet(0x32, Bytes.of().text("witness/7d1c").two(9).raw((byte) 'x')));
    List<Packet> answers = witness.received();
    List<Packet.PubAck> acks = FuzzedConversation.only(Packet.PubAck.class, answers);
    assertEquals(List.of(new Packet.PubAck(9, ReasonCode.SUCCESS, null)), acks);
    List<Packet.Publish> own = FuzzedConversation.only(Packet.Publish.class, answers);
    assertEquals(1, own.size(), () -> "not one copy of its own message: " + answers);
    witness.send(Bytes.packet(0x40, Bytes.of().two(own.get(0).packetId())));
  }
}
