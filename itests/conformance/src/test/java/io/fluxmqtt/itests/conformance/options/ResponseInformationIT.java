package io.fluxmqtt.itests.conformance.options;

import static io.fluxmqtt.itests.conformance.options.ListenerBroker.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 3.2.2.3.15: Response Information made of client id and user name. */
class ResponseInformationIT {
  private static final int REQUEST = 0x19;
  private static final int RESPONSE_INFORMATION = 0x1A;

  /** alice, secret. */
  private static final String USERS =
      "alice:$7$101$bPsBc75gZdEwD4G8$21g4UnqewK1n8f1yia6GQcgmkoatGoiavXV9y09Jc2O3xa3cc1s2AAN27"
          + "nCISwGX53f6bmMbodfAze0BbR7eAQ==\n";

  private static ListenerBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = ListenerBroker.prepare("response-information");
    broker.process().write("flux-mqtt.passwd", USERS);
    broker
        .process()
        .write("io.fluxmqtt.auth.file-default.cfg", "passwordFile = flux-mqtt.passwd\n");
    broker.process().set("io.fluxmqtt.access.cfg", "authenticators", "file, anonymous");
    broker
        .listener("both", "responseInformation = answers/%u/%c/100%%")
        .listener("id", "responseInformation = %c")
        .start();
    Await.until("the users are read", () -> login("both", "probe").reason() == 0);
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static ConnectPacket asking(String id) {
    return ConnectPacket.v5(id).with(REQUEST, Wire.bytes(1));
  }

  private static RawPacket login(String listener, String id) throws IOException {
    return connAck(listener, asking(id).login("alice", "secret"));
  }

  private static RawPacket connAck(String listener, ConnectPacket connect) throws IOException {
    try (RawClient client = broker.open(listener)) {
      return client.connect(connect);
    }
  }

  @Test
  void userNameAndClientIdAreFilledIn() throws Exception {
    RawPacket connAck = login("both", "meter-7");
    assertEquals(List.of("answers/alice/meter-7/100%"), connAck.all(RESPONSE_INFORMATION));
  }

  @Test
  void withoutAUserNameThereIsNone() throws Exception {
    RawPacket connAck = connAck("both", asking(unique()));
    assertEquals(0, connAck.reason());
    assertEquals(List.of(), connAck.all(RESPONSE_INFORMATION));
  }

  @Test
  void assignedClientIdIsFilledIn() throws Exception {
    RawPacket connAck = connAck("id", asking(""));
    List<Object> assigned = connAck.all(Wire.ASSIGNED_CLIENT_ID);
    assertEquals(1, assigned.size());
    assertEquals(assigned, connAck.all(RESPONSE_INFORMATION));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "+", "#", "a+", "$SYS"})
  void aNameThatWouldWidenTheTopicGivesNone(String id) throws Exception {
    RawPacket connAck = connAck("id", asking(id));
    assertEquals(0, connAck.reason());
    assertEquals(List.of(), connAck.all(RESPONSE_INFORMATION));
  }

  @Test
  void whatDoesNotFitIsLeftOut() throws Exception {
    String id = "i".repeat(100);
    RawPacket connAck = connAck("id", asking(id).with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(80)));
    assertEquals(0, connAck.reason());
    assertEquals(List.of(), connAck.all(RESPONSE_INFORMATION));
    assertTrue(connAck.body().length < 80, connAck::toString);
    assertEquals(List.of(id), connAck("id", asking(id)).all(RESPONSE_INFORMATION));
  }

  @Test
  void in311ThereIsNoSuchThing() throws Exception {
    assertEquals(2, connAck("id", ConnectPacket.v311(unique())).body().length);
  }
}
