package io.fluxmqtt.itests.blackbox.clients;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.blackbox.clients.MqttPeer.Login;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.Cable;
import io.fluxmqtt.itests.kit.Wire;
import io.fluxmqtt.itests.kit.WireTap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** What must work with every client. */
class ClientsIT extends ClientScenarios {
  private static final int LARGE_BYTES = 1_000_000;
  private static final int KEEP_ALIVE_SECONDS = 5; // mosquitto's clients take no less
  private static final Duration PING_LIMIT = Duration.ofSeconds(30);

  @EveryClient
  void deliversAtEveryQos(TestedClient client) throws Exception {
    MqttPeer peer = connected(client, "qos");
    for (int qos = 0; qos <= 2; qos++) {
      String topic = base + "/qos" + qos;
      peer.subscribe(topic, qos);
      peer.publish(TestMessage.of(topic, "at " + qos, qos));

      TestMessage got = peer.next();

      assertEquals(topic, got.topic());
      assertEquals("at " + qos, got.text());
      assertEquals(qos, got.qos());
      assertFalse(got.retain());
    }
    assertEquals(0, peer.waiting());
  }

  @EveryClient
  void deliversAtTheLowerOfBothQos(TestedClient client) throws Exception {
    MqttPeer peer = connected(client, "lower");
    peer.subscribe(base + "/low", 1);
    peer.subscribe(base + "/high", 2);

    peer.publish(TestMessage.of(base + "/low", "2 to 1", 2));
    peer.publish(TestMessage.of(base + "/high", "1 to 2", 1));

    assertEquals(1, peer.next().qos());
    assertEquals(1, peer.next().qos());
  }

  @EveryClient
  void newSubscriberGetsTheRetainedMessageUntilItIsCleared(TestedClient client) throws Exception {
    MqttPeer publisher = connected(client, "pub");
    publisher.publish(TestMessage.retained(base + "/r", "old", 1));
    publisher.publish(TestMessage.retained(base + "/r", "new", 1));

    MqttPeer first = connected(client, "first");
    first.subscribe(base + "/r", 1);
    TestMessage got = first.next();
    assertEquals("new", got.text());
    assertTrue(got.retain());

    publisher.publish(TestMessage.retained(base + "/r", "", 1));
    MqttPeer second = connected(client, "second");
    second.subscribe(base + "/#", 1);
    publisher.publish(TestMessage.of(base + "/end", "end", 1));
    assertEquals("end", second.next().text(), "a cleared message must not be delivered");
  }

  @EveryClient
  void wildcardsMatchLevels(TestedClient client) throws Exception {
    MqttPeer plus = connected(client, "plus");
    plus.subscribe(base + "/+/c", 1);
    MqttPeer hash = connected(client, "hash");
    hash.subscribe(base + "/a/#", 1);
    MqttPeer publisher = connected(client, "pub");
    for (String topic : List.of("/a", "/a/b", "/a/c", "/x/c", "/x/y/c", "/b/c/")) {
      publisher.publish(TestMessage.of(base + topic, topic, 1));
    }
    publisher.publish(TestMessage.of(base + "/end/c", "end", 1));
    publisher.publish(TestMessage.of(base + "/a/end", "end", 1));

    assertEquals(List.of("/a/c", "/x/c", "end"), texts(plus));
    assertEquals(List.of("/a", "/a/b", "/a/c", "end"), texts(hash));
  }

  @EveryClient
  void willIsPublishedWhenTheConnectionIsLost(TestedClient client) throws Exception {
    MqttPeer watcher = connected(client, "watch");
    watcher.subscribe(base + "/will", 1);
    Cable cable = cable();
    MqttPeer mortal = peer(client, cable);
    TestMessage will = TestMessage.of(base + "/will", "gone", 1);
    mortal.connect(Login.clean(id("mortal")).will(will));

    cable.cut();

    assertEquals("gone", watcher.next().text());
    mortal.awaitLost();
  }

  @EveryClient
  void willIsDroppedByANormalDisconnect(TestedClient client) throws Exception {
    MqttPeer watcher = connected(client, "watch");
    watcher.subscribe(base + "/#", 1);
    MqttPeer polite = peer(client);
    TestMessage will = TestMessage.of(base + "/will", "gone", 1);
    polite.connect(Login.clean(id("polite")).will(will));

    polite.disconnect();

    MqttPeer publisher = connected(client, "pub");
    publisher.publish(TestMessage.of(base + "/end", "end", 1));
    assertEquals("end", watcher.next().text());
  }

  @EveryClient
  void sessionIsThereUntilACleanStart(TestedClient client) throws Exception {
    List<Boolean> present = new ArrayList<>();
    for (boolean persistent : new boolean[] {true, true, false, true}) {
      MqttPeer peer = peer(client);
      present.add(
          peer.connect(persistent ? Login.persistent(id("fresh")) : Login.clean(id("fresh"))));
      peer.disconnect();
    }
    connected(client, "fresh");

    assertEquals(List.of(false, true, false, false), present);
  }

  @EveryClient
  void sessionResumesWithWhatWasQueued(TestedClient client) throws Exception {
    MqttPeer before = peer(client);
    assertFalse(before.connect(Login.persistent(id("sleeper"))));
    before.subscribe(base + "/q/#", 2);
    before.disconnect();
    MqttPeer publisher = connected(client, "pub");
    for (int i = 0; i < 20; i++) {
      publisher.publish(TestMessage.of(base + "/q/" + i, "m" + i, 1 + i % 2));
    }

    MqttPeer after = peer(client);
    assertTrue(after.connect(Login.persistent(id("sleeper"))), "session present");

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
    forget(client, "sleeper", after);
  }

  @EveryClient
  void secondConnectionTakesOver(TestedClient client) throws Exception {
    MqttPeer old = connected(client, "twin");
    MqttPeer young = connected(client, "twin");

    old.awaitLost();

    young.subscribe(base + "/t", 1);
    young.publish(TestMessage.of(base + "/t", "mine", 1));
    assertEquals("mine", young.next().text());
  }

  @EveryClient
  void carriesALargePayload(TestedClient client) throws Exception {
    byte[] payload = new byte[LARGE_BYTES];
    new Random(1).nextBytes(payload);
    MqttPeer peer = connected(client, "large");
    peer.subscribe(base + "/large", 2);

    peer.publish(TestMessage.of(base + "/large", payload, 2, false));

    assertArrayEquals(payload, peer.next().payload());
  }

  /** All at once, since each takes as long as its keep alive. */
  @Test
  void pingsOfEveryClientAreAnswered() throws Exception {
    Map<TestedClient, Cable> cables = new EnumMap<>(TestedClient.class);
    for (TestedClient client : TestedClient.values()) {
      Cable cable = tappedCable();
      try {
        Login login = Login.clean(id(client.name())).keepAlive(KEEP_ALIVE_SECONDS);
        peer(client, cable).connect(login);
        cables.put(client, cable);
      } catch (TestAbortedException e) {
        // It is not installed, and has said so.
      }
    }

    for (Map.Entry<TestedClient, Cable> each : cables.entrySet()) {
      Await.until("PINGRESP for " + each.getKey(), PING_LIMIT, () -> isAnswered(each.getValue()));
    }
  }

  private static boolean isAnswered(Cable cable) {
    return cable.taps().stream()
        .anyMatch(tap -> WireTap.first(tap.fromBroker(), Wire.PINGRESP).isPresent());
  }

  private static List<String> numbered(int first) {
    return IntStream.range(0, 10).mapToObj(i -> "m" + (first + 2 * i)).toList();
  }
}
