package io.fluxmqtt.itests.conformance.options;

import static io.fluxmqtt.itests.conformance.options.ListenerBroker.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What CONNACK says of the numbers that the operator has set, and that the broker means it. */
class AnnouncedIT {
  private static final int TOPIC_ALIAS_INVALID = 0x94;
  private static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;
  private static final int ABSENT = -1;

  private static ListenerBroker broker;
  private static ListenerBroker plain;

  @BeforeAll
  static void start() throws Exception {
    broker =
        ListenerBroker.prepare("announced")
            .session("keepAliveMaxSeconds", 60)
            .session("topicAliasMaximum", 7)
            .session("receiveMaximum", 3)
            .session("sessionExpiryMaxSeconds", 100)
            .listener("small", "packetMaxBytes = 5000")
            .start();
    plain = ListenerBroker.prepare("plain").session("topicAliasMaximum", 0).start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
    plain.close();
  }

  @ParameterizedTest
  @CsvSource({"120, 60", "61, 60", "65535, 60", "0, 60", "60, -1", "59, -1", "1, -1"})
  void serverKeepAliveIsACap(int asked, int announced) throws Exception {
    try (RawClient client = broker.open("default")) {
      RawPacket connAck = client.connect(ConnectPacket.v5(unique()).keepAlive(asked));
      assertEquals(announced, connAck.number(Wire.SERVER_KEEP_ALIVE, ABSENT));
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "120", "65535"})
  void thereIsNoServerKeepAliveWithoutACap(int asked) throws Exception {
    try (RawClient client = plain.open("default")) {
      RawPacket connAck = client.connect(ConnectPacket.v5(unique()).keepAlive(asked));
      assertEquals(ABSENT, connAck.number(Wire.SERVER_KEEP_ALIVE, ABSENT));
    }
  }

  @Test
  void capDoesNotTouchOlderClients() throws Exception {
    try (RawClient client = broker.open("default")) {
      RawPacket connAck = client.connect(ConnectPacket.v311(unique()).keepAlive(120));
      assertEquals(2, connAck.body().length);
      client.ping();
    }
  }

  @ParameterizedTest
  @CsvSource({"50, -1", "100, -1", "101, 100", "4294967295, 100"})
  void sessionExpiryIsACapToo(long asked, long announced) throws Exception {
    try (RawClient client = broker.open("default")) {
      RawPacket connAck = client.connect(ConnectPacket.v5(unique()).sessionExpiry(asked));
      assertEquals(announced, connAck.number(Wire.SESSION_EXPIRY, ABSENT));
    }
  }

  @Test
  void numbersAreAnnouncedAndMeant() throws Exception {
    try (RawClient client = broker.open("small")) {
      RawPacket connAck = client.connect(ConnectPacket.v5(unique()));
      assertEquals(7, connAck.number(Wire.TOPIC_ALIAS_MAXIMUM, ABSENT));
      assertEquals(3, connAck.number(Wire.RECEIVE_MAXIMUM, ABSENT));
      assertEquals(5_000, connAck.number(Wire.MAXIMUM_PACKET_SIZE, ABSENT));
      client.send(Wire.publish("t", 0, 0, "x", alias(7)));
      client.ping();
      client.send(Wire.publish("t", 0, 0, "x", alias(8)));
      client.expectDisconnect(TOPIC_ALIAS_INVALID);
    }
    try (RawClient client = broker.v5("default")) {
      for (int id = 1; id <= 4; id++) {
        client.send(Wire.publish("t", 2, id, "x"));
      }
      for (int id = 1; id <= 3; id++) {
        assertEquals(id, client.expect(Wire.PUBREC).packetId());
      }
      client.expectDisconnect(RECEIVE_MAXIMUM_EXCEEDED);
    }
  }

  @Test
  void withoutAliasesNoneIsAnnouncedNorTaken() throws Exception {
    try (RawClient client = plain.open("default")) {
      RawPacket connAck = client.connect(ConnectPacket.v5(unique()));
      assertEquals(List.of(), connAck.all(Wire.TOPIC_ALIAS_MAXIMUM));
      client.send(Wire.publish("t", 0, 0, "x", alias(1)));
      client.expectDisconnect(TOPIC_ALIAS_INVALID);
    }
  }

  private static byte[] alias(int alias) {
    return Wire.property(Wire.TOPIC_ALIAS, Wire.u16(alias));
  }
}
