package io.fluxmqtt.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Will Topic may have 65,535 bytes, though netty reads 32,767. */
class LongWillTopicTest {
  private static byte[] connect(int level, byte[] topic) {
    Bytes body = Bytes.connectHead(level, 0x86).text("c");
    if (level == 5) {
      body.one(0);
    }
    return Bytes.packet(0x10, body.field(topic).text("gone").text("user"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 32_766, 32_767, 32_768, 65_535})
  void willTopicOfAnyLengthIsRead(int length) {
    String topic = "x".repeat(length);
    for (int level : new int[] {4, 5}) {
      EmbeddedClient client = new EmbeddedClient();
      client.feed(connect(level, Bytes.of().raw(topic.getBytes(UTF_8)).toArray()));
      Packet.Connect read = (Packet.Connect) client.onlyPacket();
      assertEquals(topic, read.will().topic());
      assertEquals(Payload.ofUtf8("gone"), read.will().payload());
      assertEquals("user", read.userName());
    }
  }

  @Test
  void longWillTopicKeepsItsCharacters() {
    String topic = "größe€\uD83D\uDE00".repeat(4_000);
    EmbeddedClient client = new EmbeddedClient();
    client.feed(connect(5, topic.getBytes(UTF_8)));
    assertEquals(topic, ((Packet.Connect) client.onlyPacket()).will().topic());
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "C0 AF", "ED A0 80", "FF", "F4 90 80 80", "C3"})
  void longWillTopicMustBeUtf8(String bad) {
    for (int level : new int[] {4, 5}) {
      byte[] topic =
          Bytes.of().raw("x".repeat(40_000).getBytes(UTF_8)).raw(Bytes.hex(bad)).toArray();
      EmbeddedClient client = new EmbeddedClient();
      client.feed(connect(level, topic));
      assertEquals(ReasonCode.MALFORMED_PACKET, client.onlyViolation().reason());
    }
  }

  @Test
  void longWillTopicMustBeThere() {
    byte[] whole = connect(5, "x".repeat(40_000).getBytes(UTF_8));
    byte[] cut = Bytes.packet(0x10, Bytes.of().raw(Arrays.copyOfRange(whole, 4, 30_000)));
    EmbeddedClient client = new EmbeddedClient();
    client.feed(cut);
    assertEquals(ReasonCode.MALFORMED_PACKET, client.onlyViolation().reason());
    assertTrue(client.recorder.events.contains("closed"));
  }
}
