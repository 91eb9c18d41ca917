package io.fluxmqtt.itests.conformance.options;

import static io.fluxmqtt.itests.conformance.options.ListenerBroker.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where the broker explains itself: not to one who wants no explanations, and never in a packet
 * that is larger than the client takes.
 */
@ExtendWith(SharedBroker.class)
class ReasonTextIT {
  private static final int REQUEST_PROBLEM_INFORMATION = 0x17;
  private static final int REASON_STRING = 0x1F;
  private static final int MALFORMED = 0x81;

  /** SUBSCRIBE with reserved bits: DISCONNECT with a text that needs more than 30 bytes. */
  private static final byte[] WRONG = {(byte) 0x82, 0x07, 0, 1, 0, 0, 1, 'a', (byte) 0xC0};

  private static RawPacket disconnected(BrokerAddress broker, ConnectPacket connect)
      throws IOException {
    try (RawClient client = RawClient.connected(broker, connect)) {
      client.send(WRONG);
      RawPacket disconnect = client.expect(Wire.DISCONNECT);
      client.expectClosed();
      assertEquals(MALFORMED, disconnect.reason());
      return disconnect;
    }
  }

  private static List<Object> text(RawPacket disconnect) {
    return disconnect.body().length > 1 ? disconnect.all(REASON_STRING) : List.of();
  }

  @Test
  void disconnectSaysWhyWhereItFits(BrokerAddress broker) throws Exception {
    RawPacket wordy = disconnected(broker, ConnectPacket.v5(unique()).explained());
    assertEquals(1, text(wordy).size());
    assertNotEquals("", text(wordy).get(0));

    int whole = 2 + wordy.body().length;
    for (int maximum : List.of(whole, whole - 1, 30)) {
      ConnectPacket connect =
          ConnectPacket.v5(unique()).explained().with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(maximum));
      RawPacket disconnect = disconnected(broker, connect);
      assertTrue(2 + disconnect.body().length <= maximum, disconnect::toString);
      assertEquals(maximum == whole ? text(wordy) : List.of(), text(disconnect));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void refusedPublishSaysWhyOnlyToOneWhoWantsToKnow(int qos, BrokerAddress broker)
      throws Exception {
    for (int wants = 0; wants <= 1; wants++) {
      ConnectPacket connect =
          ConnectPacket.v5(unique()).with(REQUEST_PROBLEM_INFORMATION, Wire.bytes(wants));
      try (RawClient client = RawClient.connected(broker, connect)) {
        client.send(Wire.publish("$denied", qos, 1, "x", Wire.userProperty("k", "v")));
        RawPacket answer = client.expect(qos == 1 ? Wire.PUBACK : Wire.PUBREC);
        assertEquals(0x87, answer.reason());
        if (wants == 0) {
          assertEquals(3, answer.body().length, answer::toString);
        } else {
          assertEquals(1, answer.all(REASON_STRING).size(), answer::toString);
        }
      }
    }
  }
}
