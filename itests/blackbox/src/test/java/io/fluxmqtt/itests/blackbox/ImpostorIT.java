package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Passwords;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody who says another's Client Identifier, or tries passwords. */
class ImpostorIT {
  private static final int NOT_AUTHORIZED = 0x87;
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int RATE_EXCEEDED = 0x9F;
  private static final String ACCESS = "io.fluxmqtt.access.cfg";

  private BrokerProcess broker;

  @BeforeEach
  void start() throws Exception {
    broker = BrokerProcess.prepare("impostor");
    Passwords.write(broker, Map.of("ann", "secret of ann", "bob", "secret of bob"));
    broker.set(ACCESS, "authenticators", "file, anonymous");
    broker.start();
    Await.until("the users are read", () -> code(login("x", "ann")) == 0);
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  private static ConnectPacket login(String clientId, String user) {
    return ConnectPacket.v5(clientId).login(user, "secret of " + user);
  }

  private int code(ConnectPacket connect) throws IOException {
    try (RawClient client = RawClient.open(broker.address())) {
      return client.connect(connect).reason();
    }
  }

  @Test
  void anothersSessionIsNeitherTakenNorEnded() throws Exception {
    try (RawClient ann =
        RawClient.connected(broker.address(), login("meter", "ann").sessionExpiry(990))) {
      assertEquals(1, ann.subscribe("t", 1));
      assertRefused();
      ann.ping();
      try (RawClient bob = RawClient.connected(broker.address(), login("pump", "bob"))) {
        bob.publish("t", "one");
      }
      ann.take("one");
      ann.disconnect();
    }
    assertRefused(); // while it is away too
    broker.kill();
    broker.process().waitFor();
    broker.start();
    Await.until("the users are read again", () -> code(login("x", "ann")) == 0);
    assertRefused();
    try (RawClient ann = RawClient.open(broker.address())) {
      RawPacket connAck = ann.connect(login("meter", "ann").resume().sessionExpiry(990));
      assertTrue(connAck.sessionPresent());
    }
    String line = broker.awaitLine("mqtt:session-purge frees it", Duration.ofSeconds(10));
    assertFalse(line.contains("secret"), line);
  }

  private void assertRefused() throws IOException {
    assertEquals(NOT_AUTHORIZED, code(login("meter", "bob")));
    assertEquals(NOT_AUTHORIZED, code(login("meter", "bob").resume()));
    assertEquals(NOT_AUTHORIZED, code(ConnectPacket.v5("meter")));
    assertEquals(5, code(ConnectPacket.v311("meter").login("bob", "secret of bob")));
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(ConnectPacket.v5("meter").login("ann", "wrong")));
  }

  @Test
  void whoTriesPasswordsIsSlowedDownAndItsNeighboursAreNot() throws Exception {
    for (int i = 0; i < 30; i++) { // this machine is exempt by default
      assertEquals(BAD_USER_NAME_OR_PASSWORD, code(guess()));
    }
    broker.set(ACCESS, "failuresMax", 5);
    broker.set(ACCESS, "failureDelayMaxSeconds", 3600);
    broker.set(ACCESS, "failureExempt", "192.0.2.0/24");
    Await.until("guesses are refused unheard", () -> code(guess()) == RATE_EXCEEDED);
    broker.awaitLine("5 failed authentications from this address", Duration.ofSeconds(10));
    assertEquals(0, code(login("neighbour", "ann")));
    broker.set(ACCESS, "failureExempt", "127.0.0.0/8");
    Await.until("it is exempt again", () -> code(guess()) == BAD_USER_NAME_OR_PASSWORD);
  }

  private static ConnectPacket guess() {
    return ConnectPacket.v5("thief").login("ann", "guess");
  }
}
