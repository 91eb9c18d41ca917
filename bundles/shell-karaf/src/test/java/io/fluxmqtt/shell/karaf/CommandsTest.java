package io.fluxmqtt.shell.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.RetainedInfo;
import io.fluxmqtt.api.message.QoS;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The commands on a fake broker. */
class CommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final FakeKaraf karaf = new FakeKaraf(broker);

  @Test
  void clientListShowsEverySession() throws Exception {
    broker.client("thermostat", "anna", true);
    broker.client("meter", null, false);

    String shown = karaf.run(new ClientListCommand());

    List<String> lines = shown.lines().toList();
    assertEquals(4, lines.size(), shown);
    assertTrue(lines.get(0).startsWith("Client"), shown);
    assertTrue(lines.get(2).matches("thermostat .* anna .* yes .*"), shown);
    assertTrue(lines.get(3).matches("meter .* - .* no .*"), shown);
    assertEquals(0, karaf.held.get());
  }

  @Test
  void emptyTableSaysSo() throws Exception {
    assertTrue(karaf.run(new ClientListCommand()).contains("No sessions"));
  }

  @Test
  void scriptsGetTabsAndNothingElse() throws Exception {
    broker.client("x".repeat(100), "anna", true);
    ClientListCommand command = new ClientListCommand();
    command.noFormat = true;

    List<String> lines = karaf.run(command).lines().toList();

    assertEquals(1, lines.size());
    assertEquals("x".repeat(100), lines.get(0).split("\t")[0].strip());
  }

  @Test
  void longIdIsCutInTable() throws Exception {
    broker.client("x".repeat(100), null, true);
    String shown = karaf.run(new ClientListCommand());
    assertTrue(shown.contains("x".repeat(Text.CELL - 1) + "…"), shown);
    assertFalse(shown.contains("x".repeat(Text.CELL)), shown);
  }

  @Test
  void controlCharactersOfClientDoNotReachTerminal() throws Exception {
    broker.client("a\u001b[2Jb\nc\u202ed", null, true);
    String shown = karaf.run(new ClientListCommand());
    assertTrue(shown.contains("a\\u001b[2Jb\\u000ac\\u202ed"), shown);
    assertEquals(3, shown.lines().count());
  }

  @Test
  void clientInfoShowsOneSession() throws Exception {
    broker.client("meter", null, true);
    ClientInfoCommand command = new ClientInfoCommand();
    command.clientId = "meter";
    String shown = karaf.run(command);
    assertTrue(shown.contains("Session expiry   never"), shown);
    assertTrue(shown.contains("Queued           4 messages, 500 bytes"), shown);
  }

  @Test
  void clientInfoOfUnknownClientFailsClearly() {
    ClientInfoCommand command = new ClientInfoCommand();
    command.clientId = "ghost\n";
    assertEquals(
        "No session of client ghost\\u000a; mqtt:client-list lists them", failure(command));
  }

  @Test
  void kickClosesConnectionAndSaysSo() throws Exception {
    broker.client("meter", null, true);
    ClientKickCommand command = new ClientKickCommand();
    command.clientId = "meter";
    assertEquals(
        "Closed the connection of client meter from 127.0.0.1:40000", karaf.run(command).strip());
    assertEquals(List.of("meter"), broker.kicked);
  }

  @Test
  void kickWithAServerSendsElsewhereAndSaysSo() throws Exception {
    broker.client("meter", null, true);
    ClientKickCommand command = new ClientKickCommand();
    command.clientId = "meter";
    command.server = "b.example.org:1883";
    assertEquals(
        "Sent away client meter from 127.0.0.1:40000 to b.example.org:1883",
        karaf.run(command).strip());
    assertEquals(List.of("meter", "to b.example.org:1883"), broker.kicked);
  }

  @Test
  void kickForGoodNeedsNoServer() throws Exception {
    broker.client("meter", null, true);
    ClientKickCommand command = new ClientKickCommand();
    command.clientId = "meter";
    command.moved = true;
    assertEquals("Sent away client meter from 127.0.0.1:40000", karaf.run(command).strip());
    command.server = "b";
    assertEquals(
        "Sent away client meter from 127.0.0.1:40000 to b",
        new FakeKaraf(broker).run(command).strip());
    assertEquals(List.of("meter", "to - for good", "meter", "to b for good"), broker.kicked);
  }

  @Test
  void unconnectedOrUnknownClientIsNotSentAway() {
    broker.client("meter", null, false);
    ClientKickCommand command = new ClientKickCommand();
    command.clientId = "meter";
    command.server = "b";
    assertEquals("Client meter is not connected", failure(command));
    command.clientId = "ghost";
    assertEquals("No session of client ghost; mqtt:client-list lists them", failure(command));
  }

  @Test
  void kickOfUnconnectedOrUnknownClientFailsClearly() {
    broker.client("meter", null, false);
    ClientKickCommand command = new ClientKickCommand();
    command.clientId = "meter";
    assertEquals("Client meter is not connected", failure(command));
    command.clientId = "ghost";
    assertEquals("No session of client ghost; mqtt:client-list lists them", failure(command));
  }

  @Test
  void subscriptionListShowsAllOrThoseOfOneClient() throws Exception {
    broker.client("a", null, true);
    broker.client("b", null, true);
    broker.subscription("a", "alpha/#");
    broker.subscription("b", "beta/+");
    SubscriptionListCommand command = new SubscriptionListCommand();
    String all = karaf.run(command);
    assertTrue(all.contains("alpha/#") && all.contains("beta/+"), all);

    command.clientId = "b";
    String one = new FakeKaraf(broker).run(command);
    assertTrue(!one.contains("alpha/#") && one.contains("beta/+"), one);

    command.clientId = "ghost";
    assertEquals("No session of client ghost; mqtt:client-list lists them", failure(command));
  }

  @Test
  void retainedListTakesFilterAndLimit() throws Exception {
    for (String topic : List.of("a/1", "a/2", "b/1")) {
      broker.retained.add(new RetainedInfo(topic, QoS.AT_LEAST_ONCE, 5, null, null));
    }
    RetainedListCommand command = new RetainedListCommand();
    command.filter = "a/#";
    command.limit = 1;
    String shown = karaf.run(command);
    assertTrue(shown.contains("a/1") && !shown.contains("a/2") && !shown.contains("b/1"), shown);

    command.filter = "a#";
    assertTrue(failure(command).startsWith("a# is no topic filter: "), failure(command));
  }

  @Test
  void listenerListSaysWhatIsWrong() throws Exception {
    broker.listeners.add(
        new ListenerInfo(
            "default",
            "tcp://127.0.0.1:1883",
            ListenerInfo.State.RETRYING,
            "port in use",
            0,
            "anonymous"));
    String shown = karaf.run(new ListenerListCommand());
    assertTrue(shown.contains("retrying") && shown.contains("port in use"), shown);
  }

  @Test
  void listenerListSaysWhenACertificateEnds() throws Exception {
    broker.listeners.add(
        new ListenerInfo(
            "secure",
            "tls://127.0.0.1:8883",
            ListenerInfo.State.LISTENING,
            null,
            0,
            "",
            java.time.Instant.parse("2030-01-02T03:04:05Z"),
            java.util.Map.of()));
    String shown = karaf.run(new ListenerListCommand());
    assertTrue(shown.contains("2030-01-02T03:04:05Z"), shown);
  }

  @Test
  void withoutBrokerCommandsSayWhy() {
    FakeKaraf without = new FakeKaraf(null);
    Exception failure =
        assertThrows(IllegalStateException.class, () -> without.run(new ClientListCommand()));
    assertTrue(failure.getMessage().startsWith("The broker is not running"), failure.getMessage());
  }

  @Test
  void failedAnswerIsToldWithItsReason() {
    CompletableFuture<String> failed =
        CompletableFuture.failedFuture(new IllegalArgumentException("the store is away"));
    Exception failure = assertThrows(IllegalStateException.class, () -> MqttCommand.await(failed));
    assertEquals("The broker failed to answer: the store is away", failure.getMessage());
  }

  private String failure(MqttCommand command) {
    return assertThrows(IllegalStateException.class, () -> karaf.run(command)).getMessage();
  }
}
