package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.u32;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 3.1: what a CONNECT must look like, and what becomes of one that does not. */
@ExtendWith(SharedBroker.class)
class ConnectIT {
  private static final int MALFORMED = 0x81;
  private static final int PROTOCOL_ERROR = 0x82;
  private static final int UNSUPPORTED_VERSION = 0x84;
  private static final int UNACCEPTABLE_VERSION_OF_3 = 1;
  private static final int BAD_LOGIN = 0x86;
  private static final int TAKEN_OVER = 0x8E;

  private static final String CHARACTERS =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final byte[] NAME = utf8("MQTT");
  private static final byte[] ID = utf8("form");

  private static byte[] connect(int flags, byte[]... afterKeepAlive) {
    return packet(0x10, NAME, bytes(5, flags), u16(0), join(afterKeepAlive));
  }

  static Stream<byte[]> otherFirstPackets() {
    return Stream.of(
        bytes(0x00, 0),
        packet(0x20, bytes(0, 0), properties()),
        Wire.publish("connect/first", 0, 0, "x"),
        Wire.publish("connect/first", 1, 1, "x"),
        Wire.acknowledge(Wire.PUBACK, 1),
        Wire.acknowledge(Wire.PUBREC, 1),
        Wire.acknowledge(Wire.PUBREL, 1),
        Wire.acknowledge(Wire.PUBCOMP, 1),
        Wire.subscribe(1, "a", 0),
        packet(0x90, u16(1), properties(), bytes(0)),
        Wire.unsubscribe(1, "a"),
        packet(0xB0, u16(1), properties(), bytes(0)),
        Wire.pingReq(),
        bytes(0xD0, 0),
        Wire.disconnect(),
        Wire.auth(0x18, property(Wire.AUTHENTICATION_METHOD, utf8("m"))));
  }

  @ParameterizedTest
  @MethodSource("otherFirstPackets")
  @Normative({"MQTT-3.1.0-1", "MQTT-3.2.0-1", "MQTT-3.14.0-1"})
  void firstPacketMustBeConnect(byte[] first, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(first, ConnectPacket.v5("first").toBytes());
      client.expectClosed();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"twice", "twice-other"})
  @Normative({"MQTT-3.1.0-2", "MQTT-3.2.0-2", "MQTT-4.13.1-1"})
  void secondConnectIsAProtocolError(String id, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("twice"))) {
      client.send(ConnectPacket.v5(id).sessionExpiry(60).toBytes());
      client.expectDisconnect(PROTOCOL_ERROR);
    }
    try (RawClient client = RawClient.open(broker)) {
      assertFalse(client.connect(ConnectPacket.v5(id).resume()).sessionPresent());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "mqtt", "MQT", "MQTTX", "MQTt", "\uFEFFMQTT", "MQIsdp", "HTTP"})
  @Normative("MQTT-3.1.2-1")
  void otherProtocolNameIsRefused(String name, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(packet(0x10, utf8(name), bytes(5, 2), u16(0), properties(), ID));
      client.expectRefusedOrClosed(UNSUPPORTED_VERSION, UNACCEPTABLE_VERSION_OF_3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 6, 0x7F, 0x85, 0xFF})
  @Normative({"MQTT-3.1.2-2", "MQTT-3.2.2-7"})
  void otherProtocolVersionIsRefused(int version, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(packet(0x10, NAME, bytes(version, 2), u16(0), properties(), ID));
      client.expectRefusedOrClosed(UNSUPPORTED_VERSION, UNACCEPTABLE_VERSION_OF_3);
    }
  }

  @Test
  @Normative("MQTT-3.1.2-3")
  void reservedFlagMustBeZero(BrokerAddress broker) throws Exception {
    for (int flags : new int[] {0x01, 0x03}) {
      try (RawClient client = RawClient.open(broker)) {
        client.send(connect(flags, properties(), ID));
        client.expectRefused(MALFORMED);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x08, 0x10, 0x18})
  @Normative("MQTT-3.1.2-11")
  void willQosWithoutWillIsRefused(int qosBits, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect(0x02 | qosBits, properties(), ID));
      client.expectRefused(MALFORMED);
    }
  }

  @Test
  @Normative("MQTT-3.1.2-12")
  void willQosThreeIsRefused(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect(0x1E, properties(), ID, properties(), utf8("w"), utf8("x")));
      client.expectRefused(MALFORMED);
    }
  }

  @Test
  @Normative("MQTT-3.1.2-13")
  void willRetainWithoutWillIsRefused(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect(0x22, properties(), ID));
      client.expectRefused(MALFORMED);
    }
  }

  /** Flags that announce less than there is: the rest is too much. */
  @ParameterizedTest
  @CsvSource({"0x02, 1", "0x82, 2", "0x42, 2", "0xC2, 3"})
  @Normative({"MQTT-3.1.2-16", "MQTT-3.1.2-18", "MQTT-3.1.4-1"})
  void fieldThatItsFlagDeniesIsMalformed(String flags, int fields, BrokerAddress broker)
      throws Exception {
    byte[][] payload = new byte[fields][];
    Arrays.fill(payload, utf8("f"));
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect(Integer.decode(flags), properties(), ID, join(payload)));
      client.expectRefused(MALFORMED);
    }
  }

  /** Flags that announce more than there is. */
  @ParameterizedTest
  @CsvSource({"0x82, 0", "0x42, 0", "0xC2, 0", "0xC2, 1"})
  @Normative({"MQTT-3.1.2-17", "MQTT-3.1.2-19", "MQTT-3.1.4-1"})
  void missingUserNameOrPasswordIsMalformed(String flags, int fields, BrokerAddress broker)
      throws Exception {
    byte[][] payload = new byte[fields][];
    Arrays.fill(payload, utf8("f"));
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect(Integer.decode(flags), properties(), ID, join(payload)));
      client.expectRefused(MALFORMED);
    }
  }

  static Stream<byte[]> incompleteWills() {
    return Stream.of(
        bytes(),
        properties(),
        join(properties(), utf8("topic")),
        join(utf8("topic"), utf8("payload without properties")));
  }

  @ParameterizedTest
  @MethodSource("incompleteWills")
  @Normative("MQTT-3.1.2-9")
  void incompleteWillIsMalformed(byte[] will, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect(0x06, properties(), ID, will));
      client.expectRefused(MALFORMED);
    }
  }

  @Test
  @Normative("MQTT-3.1.3-3")
  void missingClientIdentifierIsMalformed(BrokerAddress broker) throws Exception {
    for (byte[] id : List.of(bytes(), bytes(0), bytes(0, 3, 'a', 'b'))) {
      try (RawClient client = RawClient.open(broker)) {
        client.send(connect(0x02, properties(), id));
        client.expectRefused(MALFORMED);
      }
    }
  }

  /** A CONNECT with all that it can hold, ended within or between any of its fields. */
  @Test
  @Normative({"MQTT-3.1.4-1", "MQTT-3.1.3-1", "MQTT-3.1.2-9", "MQTT-3.1.2-17", "MQTT-3.1.2-19"})
  void connectThatEndsEarlyIsRefused(BrokerAddress broker) throws Exception {
    byte[] body =
        join(
            NAME,
            bytes(5, 0xCE),
            u16(0),
            properties(property(Wire.SESSION_EXPIRY, u32(9)), Wire.userProperty("n", "v")),
            ID,
            properties(property(Wire.WILL_DELAY, u32(9)), Wire.userProperty("n", "v")),
            utf8("topic"),
            utf8("payload"),
            utf8("user"),
            utf8("password"));
    int tooShort = NAME.length + 1;
    for (int length = 0; length < body.length; length++) {
      try (RawClient client = RawClient.open(broker)) {
        client.send(packet(0x10, Arrays.copyOf(body, length)));
        if (length < tooShort) {
          client.expectRefusedOrClosed(MALFORMED);
        } else {
          client.expectRefused(MALFORMED);
        }
      }
    }
    try (RawClient client = RawClient.open(broker)) {
      client.send(packet(0x10, body));
      client.expectRefused(BAD_LOGIN);
    }
    try (RawClient client = RawClient.open(broker)) {
      client.send(packet(0x10, body, bytes('x')));
      client.expectRefused(MALFORMED);
    }
  }

  record Wrong(String name, int reason, byte[] properties, byte[] willProperties) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Wrong> wrongProperties() {
    List<Wrong> all = new ArrayList<>();
    byte[][] once = {
      property(Wire.SESSION_EXPIRY, u32(1)),
      property(Wire.RECEIVE_MAXIMUM, u16(1)),
      property(Wire.MAXIMUM_PACKET_SIZE, u32(1_000)),
      property(Wire.TOPIC_ALIAS_MAXIMUM, u16(1)),
      property(Wire.REQUEST_RESPONSE_INFORMATION, bytes(1)),
      property(Wire.REQUEST_PROBLEM_INFORMATION, bytes(1)),
      property(Wire.AUTHENTICATION_METHOD, utf8("m"))
    };
    for (byte[] each : once) {
      all.add(protocol("0x%02X twice".formatted(each[0]), each, each));
    }
    byte[][] onceInWill = {
      property(Wire.WILL_DELAY, u32(1)),
      property(Wire.PAYLOAD_FORMAT, bytes(1)),
      property(Wire.MESSAGE_EXPIRY, u32(1)),
      property(Wire.CONTENT_TYPE, utf8("c")),
      property(Wire.RESPONSE_TOPIC, utf8("r")),
      property(Wire.CORRELATION_DATA, utf8("d"))
    };
    for (byte[] each : onceInWill) {
      all.add(will("0x%02X twice in the Will".formatted(each[0]), PROTOCOL_ERROR, each, each));
    }
    all.add(protocol("Receive Maximum 0", property(Wire.RECEIVE_MAXIMUM, u16(0))));
    all.add(protocol("Maximum Packet Size 0", property(Wire.MAXIMUM_PACKET_SIZE, u32(0))));
    all.add(
        protocol(
            "Request Response Information 2",
            property(Wire.REQUEST_RESPONSE_INFORMATION, bytes(2))));
    all.add(
        protocol(
            "Request Problem Information 2", property(Wire.REQUEST_PROBLEM_INFORMATION, bytes(2))));
    all.add(
        protocol(
            "Authentication Data without Method", property(Wire.AUTHENTICATION_DATA, utf8("d"))));
    all.add(will("Payload Format 2", PROTOCOL_ERROR, property(Wire.PAYLOAD_FORMAT, bytes(2))));
    for (int id : new int[] {0x00, 0x04, 0x2B, 0x7F}) {
      all.add(malformed("unknown 0x%02X".formatted(id), property(id, bytes(0))));
      all.add(will("unknown 0x%02X in the Will".formatted(id), MALFORMED, property(id, bytes(0))));
    }
    all.add(malformed("Topic Alias", property(Wire.TOPIC_ALIAS, u16(1))));
    all.add(malformed("Will Delay outside", property(Wire.WILL_DELAY, u32(1))));
    all.add(malformed("Server Keep Alive", property(Wire.SERVER_KEEP_ALIVE, u16(1))));
    all.add(will("Session Expiry in it", MALFORMED, property(Wire.SESSION_EXPIRY, u32(1))));
    all.add(malformed("cut off", bytes(Wire.SESSION_EXPIRY, 0, 0)));
    return all.stream();
  }

  private static Wrong protocol(String name, byte[]... properties) {
    return new Wrong(name, PROTOCOL_ERROR, properties(properties), properties());
  }

  private static Wrong malformed(String name, byte[]... properties) {
    return new Wrong(name, MALFORMED, properties(properties), properties());
  }

  private static Wrong will(String name, int reason, byte[]... properties) {
    return new Wrong(name, reason, properties(), properties(properties));
  }

  @ParameterizedTest
  @MethodSource("wrongProperties")
  @Normative({"MQTT-3.1.4-1", "MQTT-4.13.1-1", "MQTT-4.13.2-1"})
  void wrongPropertiesAreRefused(Wrong wrong, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect(6, wrong.properties(), ID, wrong.willProperties(), utf8("w"), utf8("x")));
      client.expectRefused(wrong.reason());
    }
  }

  @Test
  @Normative("MQTT-3.1.3-5")
  void identifiersOf1To23PlainCharactersAreAllowed(BrokerAddress broker) throws Exception {
    List<String> ids = new ArrayList<>();
    for (int length = 1; length <= 23; length++) {
      ids.add(CHARACTERS.substring(length, 2 * length));
    }
    ids.add(CHARACTERS.substring(0, 23));
    ids.add(CHARACTERS.substring(20, 43));
    ids.add(CHARACTERS.substring(39, 62));
    for (String id : ids) {
      try (RawClient client = RawClient.open(broker)) {
        RawPacket connAck = client.connect(ConnectPacket.v5(id));
        assertEquals(0, connAck.reason(), id);
        assertEquals(List.of(), connAck.all(Wire.ASSIGNED_CLIENT_ID), id);
      }
    }
  }

  @Test
  @Normative({"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
  void emptyIdentifierIsReplacedByAUniqueOne(BrokerAddress broker) throws Exception {
    Set<Object> assigned = new HashSet<>();
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        RawClient client = RawClient.open(broker);
        clients.add(client);
        ConnectPacket connect = ConnectPacket.v5("").sessionExpiry(60);
        RawPacket connAck = client.connect(i % 2 == 0 ? connect : connect.resume());
        assertEquals(0, connAck.reason());
        assertFalse(connAck.sessionPresent());
        assertEquals(1, connAck.all(Wire.ASSIGNED_CLIENT_ID).size());
        assertTrue(assigned.addAll(connAck.all(Wire.ASSIGNED_CLIENT_ID)));
      }
      for (RawClient client : clients) {
        client.ping();
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  @Normative("MQTT-3.1.3-7")
  void assignedIdentifierIsThatOfTheSession(BrokerAddress broker) throws Exception {
    String id;
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck = client.connect(ConnectPacket.v5("").sessionExpiry(60));
      id = (String) connAck.all(Wire.ASSIGNED_CLIENT_ID).get(0);
      client.subscribe("connect/assigned", 1);
      client.send(Wire.disconnect());
      client.expectClosed();
    }
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck = client.connect(ConnectPacket.v5(id).resume());
      assertTrue(connAck.sessionPresent());
      assertEquals(List.of(), connAck.all(Wire.ASSIGNED_CLIENT_ID));
      client.send(Wire.publish("connect/assigned", 0, 0, "x"));
      assertEquals("x", client.expect(Wire.PUBLISH).payloadText());
    }
  }

  /** Nobody answers for a user name on this listener. */
  @Test
  @Normative({"MQTT-3.1.4-2", "MQTT-3.2.2-6", "MQTT-3.2.2-7", "MQTT-4.13.2-1"})
  void wrongLoginIsRefused(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(ConnectPacket.v5("intruder").login("root", "guess").toBytes());
      assertFalse(client.expectRefused(BAD_LOGIN).sessionPresent());
    }
  }

  @Test
  @Normative("MQTT-3.1.4-6")
  void whatFollowsARefusedConnectIsNotProcessed(BrokerAddress broker) throws Exception {
    try (RawClient watcher = RawClient.connected(broker, ConnectPacket.v5("refused-watcher"));
        RawClient client = RawClient.open(broker)) {
      watcher.subscribe("connect/refused/#", 0);
      client.send(
          ConnectPacket.v5("refused").login("root", "guess").toBytes(),
          Wire.publish("connect/refused/0", 0, 0, "smuggled"),
          Wire.publish("connect/refused/1", 1, 1, "smuggled"),
          Wire.publish(1, "connect/refused/retained", 0, bytes('x')),
          Wire.subscribe(2, "connect/#", 0),
          Wire.pingReq());
      client.expectRefused(BAD_LOGIN);
      watcher.send(Wire.publish("connect/refused/end", 0, 0, "end"));
      assertEquals("end", watcher.expect(Wire.PUBLISH).payloadText());
      watcher.subscribe("connect/refused/retained", 0);
      watcher.expectNothing();
    }
  }

  @Test
  @Normative({"MQTT-3.1.4-5", "MQTT-3.2.0-1", "MQTT-3.2.0-2"})
  void whatFollowsAConnectIsAnsweredAfterConnAck(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(
          ConnectPacket.v5("hasty").toBytes(),
          Wire.pingReq(),
          Wire.subscribe(1, "connect/hasty", 0),
          Wire.publish("connect/hasty", 1, 2, "x"));
      RawPacket connAck = client.expect(Wire.CONNACK);
      assertEquals(0, connAck.reason());
      client.expect(Wire.PINGRESP);
      client.expect(Wire.SUBACK);
      Set<Integer> types = Set.of(client.receive().type(), client.receive().type());
      assertEquals(Set.of(Wire.PUBLISH, Wire.PUBACK), types);
    }
  }

  @Test
  @Normative({"MQTT-3.1.4-3", "MQTT-3.14.4-2", "MQTT-4.13.2-1"})
  void oldConnectionIsToldThatItWasTakenOver(BrokerAddress broker) throws Exception {
    try (RawClient old = RawClient.connected(broker, ConnectPacket.v5("taken").sessionExpiry(9));
        RawClient young = RawClient.open(broker)) {
      assertTrue(young.connect(ConnectPacket.v5("taken").resume()).sessionPresent());
      old.expectDisconnect(TAKEN_OVER);
      young.ping();
    }
  }

  @Test
  @Normative("MQTT-3.1.4-3")
  void cleanStartTakesOverAsWell(BrokerAddress broker) throws Exception {
    try (RawClient old = RawClient.connected(broker, ConnectPacket.v5("taken").sessionExpiry(9));
        RawClient young = RawClient.open(broker)) {
      assertFalse(young.connect(ConnectPacket.v5("taken")).sessionPresent());
      old.expectDisconnect(TAKEN_OVER);
      young.ping();
    }
  }
}
