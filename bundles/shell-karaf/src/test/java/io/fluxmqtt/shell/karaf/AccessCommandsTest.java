package io.fluxmqtt.shell.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.AccessRuling;
import io.fluxmqtt.api.admin.RefusalInfo;
import io.fluxmqtt.api.events.BrokerEvent;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.auth.Principal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code mqtt:refusals} and {@code mqtt:acl-test} on a fake broker. */
class AccessCommandsTest {
  private final FakeBroker broker = new FakeBroker();

  private void refusal(@Nullable String client, String by, @Nullable InetSocketAddress address) {
    Instant first = Instant.parse("2026-11-23T06:50:00Z");
    broker.refusals.add(
        new RefusalInfo(
            new BrokerEvent.Refused(
                first,
                client,
                "ann",
                "lan",
                address,
                "publish a/b (QoS 1)",
                ReasonCode.NOT_AUTHORIZED,
                by,
                7),
            3,
            first.plusSeconds(60)));
  }

  private List<String> refusals(String pattern) throws Exception {
    RefusalsCommand command = new RefusalsCommand();
    command.client = pattern;
    command.noFormat = true;
    return new FakeKaraf(broker).run(command).lines().toList();
  }

  @Test
  void refusalsAreShownWithTheirRuleInFull() throws Exception {
    String rule = "authorizer acl denies it: " + "x".repeat(100);
    refusal("sensor\u0007", rule, InetSocketAddress.createUnresolved("10.0.0.9", 4711));
    List<String> lines = refusals("*");
    assertEquals(1, lines.size());
    assertEquals(
        List.of(
            Text.time(Instant.parse("2026-11-23T06:51:00Z")),
            "3",
            "sensor\\u0007",
            "ann",
            "lan",
            "10.0.0.9:4711",
            "publish a/b (QoS 1)",
            "NOT_AUTHORIZED",
            "7",
            rule),
        List.of(lines.get(0).split("\t")).stream().map(String::strip).toList());
  }

  @Test
  void refusalsOfSomeClientsAreShownOnly() throws Exception {
    refusal("sensor-1", "one", null);
    refusal("lamp", "two", null);
    refusal(null, "three", null);
    assertEquals(3, refusals("*").size());
    assertEquals(1, refusals("sensor-?").size());
    assertTrue(refusals("lamp").get(0).contains("two"));
    assertEquals(1, refusals("").size());
    assertTrue(refusals("").get(0).contains("three"));
    assertFalse(refusals("nobody").toString().contains("two"));
  }

  @Test
  void emptyListSaysSo() throws Exception {
    assertTrue(new FakeKaraf(broker).run(new RefusalsCommand()).contains("Nothing was refused"));
  }

  private static AclTestCommand command(String user, String action, String topic) {
    AclTestCommand command = new AclTestCommand();
    command.user = user;
    command.clientId = "c";
    command.action = action;
    command.topic = topic;
    return command;
  }

  @Test
  void rulingIsShownWithItsRule() throws Exception {
    broker.ruling = new AccessRuling(true, "acl", "io.acl", "allow all", "acl allows it", 9);
    AclTestCommand command = command("ann", "publish", "a/b");
    command.qos = 1;
    command.retain = true;
    String shown = new FakeKaraf(broker).run(command);
    assertEquals(
        List.of(
            "allowed",
            "by      acl (bundle io.acl)",
            "rule    allow all",
            "why     acl allows it",
            "client  c, user ann, groups -, listener default, address 127.0.0.1",
            "policy  epoch 9"),
        shown.lines().toList());
    assertEquals(new Access.Publish("a/b", QoS.AT_LEAST_ONCE, true), broker.wished);
    assertEquals(
        new Client(
            "c",
            Principal.user("ann"),
            "default",
            new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0)),
        broker.asked);
  }

  @Test
  void denialWithoutRuleIsShown() throws Exception {
    String shown = new FakeKaraf(broker).run(command("", "subscribe", "a/#"));
    assertTrue(shown.startsWith("denied"), shown);
    assertTrue(shown.contains("by      -"), shown);
    assertTrue(shown.contains("rule    -"), shown);
    assertEquals(new Access.Subscribe(TopicFilter.parse("a/#"), QoS.AT_MOST_ONCE), broker.wished);
    assertNull(broker.asked.userName());
    new FakeKaraf(broker).run(command("", "receive", "a/b"));
    assertEquals(new Access.Receive("a/b"), broker.wished);
  }

  @Test
  void whatIsNotGivenIsAsInTheSession() throws Exception {
    Principal ann = new Principal("ann", Set.of("staff")).withAttributes(Map.of("a", List.of("1")));
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("10.0.0.9"), 5);
    Client session = new Client("c", ann, "lan", address);
    broker.identity = Optional.of(session);
    String shown = new FakeKaraf(broker).run(command("ann", "publish", "a"));
    assertEquals(session, broker.asked);
    assertTrue(
        shown.contains("groups staff, listener lan, address 10.0.0.9 (what was not given"), shown);

    AclTestCommand other = command("ann", "publish", "a");
    other.groups = List.of("one", "two");
    other.listener = "wan";
    other.address = "2001:db8::1";
    new FakeKaraf(broker).run(other);
    assertEquals(Set.of("one", "two"), broker.asked.principal().groups());
    assertEquals(ann.attributes(), broker.asked.principal().attributes());
    assertEquals("wan", broker.asked.listener());
    assertEquals(InetAddress.getByName("2001:db8::1"), broker.asked.remoteAddress().getAddress());

    String stranger = new FakeKaraf(broker).run(command("bob", "publish", "a"));
    assertEquals(Set.of(), broker.asked.principal().groups());
    assertFalse(stranger.contains("session"), stranger);
  }

  @ParameterizedTest
  @CsvSource({
    "write, a, 'write is not publish, subscribe or receive'",
    "publish, a/#, 'a/# is no topic'",
    "receive, +, '+ is no topic'",
    "subscribe, a#, 'a# is no topic filter'"
  })
  void badArgumentIsNamed(String action, String topic, String text) {
    AclTestCommand command = command("ann", action, topic);
    String said =
        assertThrows(IllegalStateException.class, () -> new FakeKaraf(broker).run(command))
            .getMessage();
    assertTrue(said.startsWith(text), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "beef", "1.2.3", "1.2.3.4.5", "300.1.1.1", "::g", ":::"})
  void addressIsNeverLookedUp(String address) {
    AclTestCommand command = command("ann", "publish", "a");
    command.address = address;
    String said =
        assertThrows(IllegalStateException.class, () -> new FakeKaraf(broker).run(command))
            .getMessage();
    assertEquals("--address " + address + " is no IP address", said);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 3})
  void qosIsChecked(int qos) {
    AclTestCommand command = command("ann", "publish", "a");
    command.qos = qos;
    assertThrows(IllegalStateException.class, () -> new FakeKaraf(broker).run(command));
  }
}
