package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a connection ends that is closed from here. */
class ClosingTest {
  private final EmbeddedClient client = EmbeddedClient.connected(5);

  private void say() {
    client.connection.established(ProtocolVersion.V5_0, 1_000);
    client.connection.send(Packet.PingResp.INSTANCE);
  }

  @Test
  void whoSaidGoodbyeGetsWhatIsPendingAndIsClosedAtOnce() {
    say();
    client.connection.hangUp();
    assertFalse(client.channel.isOpen());
    assertEquals(2, client.written().length);
    assertEquals(1, client.recorder.events.stream().filter("closed"::equals).count());
  }

  @Test
  void nothingIsHeardAfterTheGoodbye() {
    client.connection.hangUp();
    client.channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(Bytes.hex("c000")));
    assertEquals(List.of(), client.recorder.received);
  }
}
