package io.fluxmqtt.itests.conformance.options;

import static io.fluxmqtt.itests.conformance.options.ListenerBroker.expectClosedSilently;
import static io.fluxmqtt.itests.conformance.options.ListenerBroker.file;
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
import org.junit.jupiter.params.provider.CsvSource;

/** MQTT 5.0, section 4.11: a listener sends its clients elsewhere, new ones and connected ones. */
class RedirectIT {
  private static final int USE_ANOTHER_SERVER = 0x9C;
  private static final int NOT_AUTHORIZED = 0x87;
  private static final int BAD_LOGIN = 0x86;
  private static final int SERVER_REFERENCE = 0x1C;
  private static final String ELSEWHERE = "a.example.org:1883 b.example.org";

  private static ListenerBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker =
        ListenerBroker.prepare("redirect")
            .listener("once")
            .listener("forGood")
            .listener("quiet")
            .listener("narrow")
            .listener("back", "redirect = use-another-server", "serverReference = " + ELSEWHERE)
            .start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static void redirect(String listener, String how, String to) throws IOException {
    String path = file(listener);
    int port = broker.process().address(listener).port();
    broker
        .process()
        .write(path, "port = %d\nredirect = %s\nserverReference = %s\n".formatted(port, how, to));
  }

  @ParameterizedTest
  @CsvSource({"once, use-another-server, 156", "forGood, server-moved, 157"})
  void connectedClientsAreSentAwayWhenItIsSwitchedOn(String listener, String how, int reason)
      throws Exception {
    ConnectPacket lasting = ConnectPacket.v5(unique()).sessionExpiry(600);
    try (RawClient neighbour = broker.v5("default");
        RawClient silent = broker.open(listener);
        RawClient old = broker.v311(listener);
        RawClient client = broker.open(listener)) {
      assertEquals(0, client.connect(lasting).reason());
      client.subscribe("kept", 1);

      redirect(listener, how, ELSEWHERE);

      RawPacket disconnect = client.expect(Wire.DISCONNECT);
      assertEquals(reason, disconnect.reason());
      assertEquals(List.of(ELSEWHERE), disconnect.all(SERVER_REFERENCE));
      client.expectClosed();
      expectClosedSilently(old);
      expectClosedSilently(silent);
      neighbour.ping();
    }
    try (RawClient late = broker.open(listener)) {
      RawPacket connAck = late.connect(ConnectPacket.v5(unique()));
      assertEquals(reason, connAck.reason());
      assertEquals(List.of(ELSEWHERE), connAck.all(SERVER_REFERENCE));
      late.expectClosed();
    }
    try (RawClient resumed = broker.open("default")) {
      assertTrue(resumed.connect(lasting.resume()).sessionPresent());
    }
  }

  @Test
  void clientsThatKnowWhereToGoAreNotTold() throws Exception {
    try (RawClient client = broker.v5("quiet")) {
      redirect("quiet", "use-another-server", "");
      RawPacket disconnect = client.expect(Wire.DISCONNECT);
      assertEquals(USE_ANOTHER_SERVER, disconnect.reason());
      assertEquals(
          List.of(), disconnect.body().length > 1 ? disconnect.all(SERVER_REFERENCE) : List.of());
    }
  }

  @Test
  void referenceThatDoesNotFitIsLeftOut() throws Exception {
    ConnectPacket narrow = ConnectPacket.v5(unique()).with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(30));
    try (RawClient client = broker.open("narrow")) {
      assertEquals(0, client.connect(narrow).reason());
      redirect("narrow", "use-another-server", ELSEWHERE);
      RawPacket disconnect = client.expect(Wire.DISCONNECT);
      assertEquals(USE_ANOTHER_SERVER, disconnect.reason());
      assertTrue(disconnect.body().length <= 28, disconnect::toString);
      client.expectClosed();
    }
    try (RawClient client = broker.open("narrow")) {
      RawPacket connAck = client.connect(narrow);
      assertEquals(USE_ANOTHER_SERVER, connAck.reason());
      assertEquals(List.of(), connAck.all(SERVER_REFERENCE));
    }
  }

  @Test
  void whoIsNotAcceptedIsNotToldWhereTheOthersAre() throws Exception {
    ConnectPacket stranger = ConnectPacket.v5(unique()).login("mallory", "guess");
    try (RawClient client = broker.open("back")) {
      RawPacket connAck = client.connect(stranger);
      assertTrue(List.of(NOT_AUTHORIZED, BAD_LOGIN).contains(connAck.reason()), connAck::toString);
      assertEquals(List.of(), connAck.all(SERVER_REFERENCE));
    }
  }

  @Test
  void clientsAreServedAgainWhenItIsSwitchedOff() throws Exception {
    assertEquals(USE_ANOTHER_SERVER, broker.refusal("back", ConnectPacket.v5(unique())));
    redirect("back", "none", ELSEWHERE);
    Await.until(
        "clients are let in",
        () -> {
          try (RawClient client = broker.open("back")) {
            return client.connect(ConnectPacket.v5(unique())).reason() == 0;
          }
        });
  }
}
