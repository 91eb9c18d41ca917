package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, sections 3.15 and 4.12, where no enhanced authentication takes place. */
@ExtendWith(SharedBroker.class)
class AuthIT {
  private static final int CONTINUE = 0x18;
  private static final int RE_AUTHENTICATE = 0x19;
  private static final int MALFORMED = 0x81;
  private static final int PROTOCOL_ERROR = 0x82;
  private static final int BAD_METHOD = 0x8C;
  private static final byte[] METHOD = property(Wire.AUTHENTICATION_METHOD, utf8("NONE-SUCH"));

  @Test
  @Normative({"MQTT-4.12.0-1", "MQTT-4.12.0-4", "MQTT-3.2.2-7"})
  void unknownMethodIsRefused(BrokerAddress broker) throws Exception {
    for (String method : List.of("NONE-SUCH", "", "SCRAM-SHA-1\u0001")) {
      try (RawClient client = RawClient.open(broker)) {
        client.send(
            ConnectPacket.v5("method")
                .with(Wire.AUTHENTICATION_METHOD, utf8(method))
                .with(Wire.AUTHENTICATION_DATA, Wire.binary(bytes(0, 1)))
                .toBytes());
        client.expectRefused(BAD_METHOD);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  @Normative({"MQTT-3.15.1-1", "MQTT-2.1.3-1"})
  void reservedBitsOfAuthAreChecked(int flags, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("bits"))) {
      client.send(packet(0xF0 | flags, bytes(CONTINUE), Wire.properties(METHOD)));
      client.expectDisconnect(MALFORMED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x17, 0x1A, 0x80, 0xFF})
  @Normative("MQTT-3.15.2-1")
  void codeThatIsNoneOfAuthIsRefused(int reason, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("code"))) {
      client.send(Wire.auth(reason, METHOD));
      client.expectDisconnect(PROTOCOL_ERROR);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, CONTINUE, RE_AUTHENTICATE})
  @Normative({"MQTT-4.12.0-7", "MQTT-4.12.0-6"})
  void authIsAProtocolErrorWhereConnectNamedNoMethod(int reason, BrokerAddress broker)
      throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("none"))) {
      client.send(Wire.auth(reason, METHOD));
      client.expectDisconnect(PROTOCOL_ERROR);
    }
  }

  @Test
  @Normative("MQTT-4.12.0-6")
  void connAckNamesNoMethodWhereConnectNamedNone(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck = client.connect(ConnectPacket.v5("none"));
      assertEquals(List.of(), connAck.all(Wire.AUTHENTICATION_METHOD));
      assertEquals(List.of(), connAck.all(Wire.AUTHENTICATION_DATA));
    }
    try (RawClient client = RawClient.open(broker)) {
      client.send(ConnectPacket.v5("none").login("root", "guess").toBytes());
      RawPacket connAck = client.expect(Wire.CONNACK);
      assertEquals(List.of(), connAck.all(Wire.AUTHENTICATION_METHOD));
    }
  }
}
