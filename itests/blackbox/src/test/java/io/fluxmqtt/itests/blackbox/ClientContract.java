package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.Cable;
import io.fluxmqtt.itests.kit.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must work with every client of any version; a subclass brings the client. */
@ExtendWith(SharedBroker.class)
abstract class ClientContract {
  private static final int LARGE_BYTES = 1_000_000;

  /** A topic that no other test uses. */
  final String base = "blackbox/" + UUID.randomUUID();

  private final List<AutoCloseable> open = new ArrayList<>();
  private BrokerAddress broker;

  /** A client that is not connected yet. */
  abstract MqttPeer peer(BrokerAddress broker) throws Exception;

  @BeforeEach
  void remember(BrokerAddress address) {
    broker = address;
  }

  @AfterEach
  void closeAll() {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception e) { // its connection was cut, and it has just noticed
        System.out.println("while closing a client: " + e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void deliversAtEveryQos(int qos) throws Exception {
    MqttPeer client = connected("qos" + qos, false);
    client.subscribe(base + "/t", qos);
    client.publish(TestMessage.of(base + "/t", "hello", qos));

    TestMessage got = client.next();

    assertEquals(base + "/t", got.topic());
    assertEquals("hello", got.text());
    assertEquals(qos, got.qos());
    assertFalse(got.retain());
  }

  @Test
  void deliversAtTheLowerOfBothQos() throws Exception {
    MqttPeer client = connected("lower", false);
    client.subscribe(base + "/low", 1);
    client.subscribe(base + "/high", 2);
    client.publish(TestMessage.of(base + "/low", "2 to 1", 2));
    client.publish(TestMessage.of(base + "/high", "1 to 2", 1));

    assertEquals(1, client.next().qos());
    assertEquals(1, client.next().qos());
  }

  @Test
  void newSubscriberGetsTheRetainedMessageUntilItIsCleared() throws Exception {
    MqttPeer publisher = connected("pub", false);
    publisher.publish(TestMessage.retained(base + "/r", "old", 1));
    publisher.publish(TestMessage.retained(base + "/r", "new", 1));

    MqttPeer first = connected("first", false);
    first.subscribe(base + "/r", 1);
    TestMessage got = first.next();
    assertEquals("new", got.text());
    assertTrue(got.retain());

    publisher.publish(TestMessage.retained(base + "/r", "", 1));
    MqttPeer second = connected("second", false);
    second.subscribe(base + "/#", 1);
    publisher.publish(TestMessage.of(base + "/end", "end", 1));
    assertEquals("end", second.next().text(), "a cleared message must not be delivered");
  }

  @Test
  void wildcardsMatchLevels() throws Exception {
    MqttPeer plus = connected("plus", false);
    plus.subscribe(base + "/+/c", 1);
    MqttPeer hash = connected("hash", false);
    hash.subscribe(base + "/a/#", 1);
    MqttPeer publisher = connected("pub", false);
    for (String topic : List.of("/a", "/a/b", "/a/c", "/x/c", "/x/y/c", "/b/c/")) {
      publisher.publish(TestMessage.of(base + topic, topic, 1));
    }
    publisher.publish(TestMessage.of(base + "/end/c", "end", 1));
    publisher.publish(TestMessage.of(base + "/a/end", "end", 1));

    assertEquals(List.of("/a/c", "/x/c", "end"), texts(plus));
    assertEquals(List.of("/a", "/a/b", "/a/c", "end"), texts(hash));
  }

  @Test
  void willIsPublishedWhenTheConnectionIsLost() throws Exception {
    MqttPeer watcher = connected("watch", false);
    watcher.subscribe(base + "/will", 1);
    Cable cable = keep(Cable.to(broker));
    MqttPeer mortal = keep(peer(cable.address()));
    TestMessage will = TestMessage.of(base + "/will", "gone", 1);
    mortal.connect(new MqttPeer.Login(id("mortal"), false, will));

    cable.cut();

    assertEquals("gone", watcher.next().text());
    mortal.awaitLost();
  }

  @Test
  void willIsDroppedByANormalDisconnect() throws Exception {
    MqttPeer watcher = connected("watch", false);
    watcher.subscribe(base + "/#", 1);
    MqttPeer polite = keep(peer(broker));
    TestMessage will = TestMessage.of(base + "/will", "gone", 1);
    polite.connect(new MqttPeer.Login(id("polite"), false, will));

    polite.disconnect();

    MqttPeer publisher = connected("pub", false);
    publisher.publish(TestMessage.of(base + "/end", "end", 1));
    assertEquals("end", watcher.next().text());
  }

  @Test
  void sessionResumesWithWhatWasQueued() throws Exception {
    MqttPeer before = keep(peer(broker));
    assertFalse(before.connect(new MqttPeer.Login(id("sleeper"), true, null)));
    before.subscribe(base + "/q/#", 2);
    before.disconnect();
    MqttPeer publisher = connected("pub", false);
    for (int i = 0; i < 20; i++) {
      publisher.publish(TestMessage.of(base + "/q/" + i, "m" + i, 1 + i % 2));
    }

    MqttPeer after = keep(peer(broker));
    assertTrue(after.connect(new MqttPeer.Login(id("sleeper"), true, null)), "session present");

    List<String> atQos1 = new ArrayList<>();
    List<String> atQos2 = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      TestMessage got = after.next();
      (got.qos() == 1 ? atQos1 : atQos2).add(got.text());
    }
    // Clients may hand out QoS 2 only at PUBREL, so the order holds within each QoS.
    assertEquals(numbered(0), atQos1);
    assertEquals(numbered(1), atQos2);
    assertEquals(0, after.waiting());
    forget("sleeper", after);
  }

  @Test
  void cleanStartDropsTheSession() throws Exception {
    MqttPeer before = keep(peer(broker));
    before.connect(new MqttPeer.Login(id("fresh"), true, null));
    before.subscribe(base + "/#", 1);
    before.disconnect();

    MqttPeer clean = keep(peer(broker));
    assertFalse(clean.connect(new MqttPeer.Login(id("fresh"), false, null)));
    clean.disconnect();

    MqttPeer after = keep(peer(broker));
    assertFalse(after.connect(new MqttPeer.Login(id("fresh"), true, null)));
    forget("fresh", after);
  }

  @Test
  void secondConnectionTakesOver() throws Exception {
    MqttPeer old = connected("twin", false);
    MqttPeer young = connected("twin", false);

    old.awaitLost();

    young.subscribe(base + "/t", 1);
    young.publish(TestMessage.of(base + "/t", "mine", 1));
    assertEquals("mine", young.next().text());
  }

  @Test
  void carriesALargePayload() throws Exception {
    byte[] payload = new byte[LARGE_BYTES];
    new Random(1).nextBytes(payload);
    MqttPeer client = connected("large", false);
    client.subscribe(base + "/large", 2);

    client.publish(TestMessage.of(base + "/large", payload, 2, false));

    assertArrayEquals(payload, client.next().payload());
  }

  MqttPeer connected(String name, boolean persistent) throws Exception {
    MqttPeer peer = keep(peer(broker));
    peer.connect(new MqttPeer.Login(id(name), persistent, null));
    return peer;
  }

  /** A Client Identifier that no other test uses. */
  String id(String name) {
    return name + "-" + base.substring(base.length() - 12);
  }

  /** Reads up to and including the message "end". */
  static List<String> texts(MqttPeer peer) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    do {
      texts.add(peer.next().text());
    } while (!texts.get(texts.size() - 1).equals("end"));
    return texts;
  }

  private static List<String> numbered(int first) {
    return IntStream.range(0, 10).mapToObj(i -> "m" + (first + 2 * i)).toList();
  }

  private void forget(String name, MqttPeer connected) throws Exception {
    connected.disconnect();
    keep(peer(broker)).connect(new MqttPeer.Login(id(name), false, null));
  }

  private <T extends AutoCloseable> T keep(T each) {
    open.add(0, each);
    return each;
  }
}
