package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.CLEAN;
import static io.fluxmqtt.itests.conformance.v311.Peer.PASSWORD;
import static io.fluxmqtt.itests.conformance.v311.Peer.USER;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.utf8;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** MQTT 3.1.1, sections 3.1.2.8 and 3.1.2.9: the flags of user name and password. */
class CredentialsIT extends SharedBrokerCase {
  private void closes(int flags, byte[]... afterClientId) throws IOException {
    Peer peer = open();
    peer.send(Peer.connect(CLEAN | flags, 0, utf8(id("c")), Wire.join(afterClientId)));
    peer.expectClosed();
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-18", "MQTT-3.1.4-1"})
  void userNameWithoutItsFlagCloses() throws IOException {
    closes(0, utf8("user"));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-19", "MQTT-3.1.4-1"})
  void userNameFlagWithoutAUserNameCloses() throws IOException {
    closes(USER);
    closes(USER, bytes(0, 5, 'u'));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-20", "MQTT-3.1.4-1"})
  void passwordWithoutItsFlagCloses() throws IOException {
    closes(USER, utf8("user"), utf8("password"));
    closes(0, utf8("password"));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-21", "MQTT-3.1.4-1"})
  void passwordFlagWithoutAPasswordCloses() throws IOException {
    closes(USER | PASSWORD, utf8("user"));
    closes(USER | PASSWORD, utf8("user"), bytes(0));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-22", "MQTT-3.1.4-1"})
  void passwordFlagWithoutUserNameFlagCloses() throws IOException {
    closes(PASSWORD, utf8("password"));
    closes(PASSWORD, utf8("user"), utf8("password"));
    closes(PASSWORD);
  }
}
