package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.CLEAN;
import static io.fluxmqtt.itests.conformance.v311.Peer.PASSWORD;
import static io.fluxmqtt.itests.conformance.v311.Peer.USER;
import static io.fluxmqtt.itests.conformance.v311.Peer.WILL;
import static io.fluxmqtt.itests.conformance.v311.Peer.request;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What needs users, rules or limits of its own: on a broker that is configured for it. */
class PolicyIT {
  private static final int BAD_USER_NAME_OR_PASSWORD = 4;
  private static final int FAILURE = 0x80;
  private static final String SESSION = "io.fluxmqtt.session.cfg";

  /** User alice with password secret, as mosquitto_passwd writes it. */
  private static final String ALICE =
      "alice:$7$101$bPsBc75gZdEwD4G8$21g4UnqewK1n8f1yia6GQcgmkoatGoiavXV9y09Jc2O3xa3cc1s2AAN27n"
          + "CISwGX53f6bmMbodfAze0BbR7eAQ==\n";

  private static BrokerProcess process;
  private static BrokerAddress broker;

  private final String unique = UUID.randomUUID().toString();
  private final List<Peer> peers = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("policy");
    process.write("flux-mqtt.passwd", ALICE);
    process.write("io.fluxmqtt.auth.file-default.cfg", "passwordFile = flux-mqtt.passwd\n");
    process.set("io.fluxmqtt.access.cfg", "authenticators", "file, anonymous");
    // The second one is never there: what the rules do not decide meets a Transient Error.
    process.set("io.fluxmqtt.access.cfg", "authorizers", "acl, missing");
    process.set("io.fluxmqtt.access.cfg", "policyGraceMillis", 100);
    process.set(SESSION, "sessionExpiryMaxSeconds", 1);
    process.write(
        "io.fluxmqtt.acl-test.cfg",
        """
        rule.dollar = allow publish topic=$x/#
        rule.unwritten = deny publish topic=unwritten/# priority=10
        rule.unread = deny subscribe topic=unread/# client=unreader* priority=10
        """);
    process.start();
    broker = process.address();
  }

  @AfterAll
  static void stop() throws Exception {
    process.close();
  }

  @AfterEach
  void part() throws IOException {
    for (Peer peer : peers) {
      peer.close();
    }
  }

  private Peer open() throws IOException {
    Peer peer = Peer.open(broker);
    peers.add(peer);
    return peer;
  }

  private Peer connected(int flags, String name) throws IOException {
    return open().accepted(Peer.connect(flags, 0, utf8(name + unique)));
  }

  @Test
  @Normative(v311 = {"MQTT-4.7.2-1"})
  void leadingWildcardDoesNotMatchADollarTopic() throws IOException {
    String name = "$x/" + unique;
    for (String filter : List.of("#", "+/#", "+/+", "+/" + unique, "+/" + unique + "/#")) {
      Peer wild = connected(CLEAN, "wild");
      wild.subscribe(filter, 0);
      wild.subscribe("$x/+", 0);
      Peer publisher = connected(CLEAN, "publisher");
      publisher.publish(0, name, "hidden from wildcards");
      publisher.publish(2, "x/" + unique, "end");
      // Once for $x/+, and not once more for the leading wildcard.
      assertEquals(1, wild.takeUntil("end").size(), filter);
      wild.unsubscribe("$x/+");
      publisher.publish(0, name, "hidden from wildcards");
      publisher.publish(2, "x/" + unique, "end");
      assertEquals(0, wild.takeUntil("end").size(), filter);
    }
  }

  @Test
  @Normative(
      v311 = {"MQTT-3.8.4-4", "MQTT-3.8.4-5", "MQTT-3.9.3-1", "MQTT-3.9.3-2", "MQTT-3.8.4-6"})
  void refusedFiltersHaveTheirPlaceInSubAck() throws IOException {
    Peer peer = connected(CLEAN, "unreader");
    peer.send(
        Peer.subscribe(
            5,
            request("a/" + unique, 1),
            request("unread/a", 2),
            request("b/" + unique, 2),
            request("unread/#", 0),
            request("c/" + unique, 0)));
    RawPacket subAck = peer.expect(Wire.SUBACK);
    assertEquals(List.of(1, FAILURE, 2, FAILURE, 0), subAck.reasons());
    Peer publisher = connected(CLEAN, "publisher");
    publisher.publish(2, "unread/a", "of no subscription");
    publisher.publish(2, "a/" + unique, "a");
    assertEquals(1, peer.take("a").qos());
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.5-2"})
  void deniedPublishIsAcknowledgedAndReachesNobody() throws IOException {
    Peer watcher = connected(CLEAN, "watcher");
    watcher.subscribe("unwritten/" + unique, 2);
    watcher.subscribe("end/" + unique, 0);
    Peer publisher = connected(CLEAN, "publisher");
    for (int qos = 0; qos <= 2; qos++) {
      publisher.publish(qos, "unwritten/" + unique, "denied");
      publisher.retain(qos, "unwritten/" + unique, "denied");
    }
    publisher.publish(2, "end/" + unique, "end");
    watcher.see("end");
    watcher.subscribe("unwritten/" + unique, 2);
    watcher.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.5-2"})
  void deniedPublishClosesWhereThatIsConfigured() throws Exception {
    process.set(SESSION, "disconnectDeniedPublish", true);
    try {
      Await.until("a denied publish closes", () -> !deniedPublishIsAcknowledged());
    } finally {
      process.set(SESSION, "disconnectDeniedPublish", false);
      Await.until("a denied publish is acknowledged", this::deniedPublishIsAcknowledged);
    }
  }

  private boolean deniedPublishIsAcknowledged() throws IOException {
    Peer publisher = connected(CLEAN, "denied");
    publisher.send(publish311(0x02, "unwritten/" + unique, 7, "denied"));
    try {
      publisher.expectAcknowledgement(Wire.PUBACK, 7);
      return true;
    } catch (EOFException | SocketException e) {
      return false;
    }
  }

  @Test
  @Normative(v311 = {"MQTT-4.8.0-2"})
  void publishThatCannotBeDecidedNowClosesItsConnectionAlone() throws IOException {
    for (int qos = 1; qos <= 2; qos++) {
      Peer neighbour = connected(CLEAN, "neighbour");
      Peer unlucky = connected(CLEAN, "unlucky");
      unlucky.send(publish311(qos << 1, "$undecided/" + unique, 7, "x"));
      unlucky.expectClosed();
      neighbour.ping();
    }
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.3-1", "MQTT-3.1.2-19", "MQTT-3.1.2-21"})
  void fieldsOfThePayloadAreReadInTheirOrder() throws IOException {
    Peer watcher = connected(CLEAN, "watcher");
    watcher.subscribe("+/" + unique, 0);
    byte[] id = utf8("alice" + unique);
    byte[] will = utf8("will/" + unique);
    int flags = CLEAN | WILL | USER | PASSWORD;
    open()
        .refused(
            BAD_USER_NAME_OR_PASSWORD,
            Peer.connect(flags, 0, id, will, utf8("x"), utf8("secret"), utf8("alice")));
    Peer alice =
        open()
            .accepted(
                Peer.connect(flags, 0, id, will, utf8("last"), utf8("alice"), utf8("secret")));
    alice.cut();
    assertEquals("will/" + unique, watcher.see("last").topic());
    Peer again =
        open()
            .accepted(Peer.connect(CLEAN | USER | PASSWORD, 0, id, utf8("alice"), utf8("secret")));
    connectedAs(id);
    again.expectClosed();
  }

  /** Takes the identifier over, which shows that it was the first field. */
  private void connectedAs(byte[] id) throws IOException {
    open().accepted(Peer.connect(CLEAN | USER | PASSWORD, 0, id, utf8("alice"), utf8("secret")));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.4-5", "MQTT-3.2.2-4", "MQTT-3.2.2-5"})
  void refusalOfAClientWithASessionSaysNothingOfItAndDoesNothing() throws IOException {
    byte[] id = utf8("alice" + unique);
    Peer alice =
        open().accepted(Peer.connect(USER | PASSWORD, 0, id, utf8("alice"), utf8("secret")));
    alice.subscribe("a/" + unique, 1);
    open()
        .refused(
            BAD_USER_NAME_OR_PASSWORD,
            Peer.connect(USER | PASSWORD, 0, id, utf8("alice"), utf8("guessed")),
            publish311(0x02, "a/" + unique, 1, "of a refused client"));
    connected(CLEAN, "publisher").publish(2, "a/" + unique, "end");
    alice.take("end");
  }

  @Test
  @Normative(v311 = {"MQTT-4.1.0-2", "MQTT-4.1.0-1"})
  void sessionLastsAsLongAsItsConnectionThoughItsTimeIsOver() throws Exception {
    String topic = "a/" + unique;
    Peer peer = connected(0, "kept");
    peer.subscribe(topic, 1);
    Peer clean = connected(CLEAN, "clean");
    clean.subscribe(topic, 1);
    Peer publisher = connected(CLEAN, "publisher");
    publisher.publish(1, topic, "unacknowledged");
    int id = peer.see("unacknowledged").packetId();
    clean.take("unacknowledged");

    // Sessions without a connection end after 1 s here: one that began later is gone already.
    Peer gone;
    do {
      connected(0, "gone").leave();
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
      Await.until("1.5 s are over", () -> System.nanoTime() > end);
      gone = connected(0, "gone");
    } while (gone.sessionPresent());

    publisher.publish(1, topic, "still");
    peer.take("still");
    clean.take("still");
    peer.cut();
    Peer again = connected(0, "kept");
    assertTrue(again.sessionPresent());
    assertEquals(id, again.see("unacknowledged").packetId());
  }
}
