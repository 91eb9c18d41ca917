package io.fluxmqtt.itests.blackbox.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.blackbox.clients.MqttPeer.Login;
import io.fluxmqtt.itests.blackbox.clients.TestMessage.Properties;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.Cable;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import io.fluxmqtt.itests.kit.WireTap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** What must work with every client of MQTT 5.0 as well. */
class ClientPropertiesIT extends ClientScenarios {
  private static final int LARGEST_IDENTIFIER = 268_435_455;

  @EveryClientOf5
  void propertiesArePassedOn(TestedClient client) throws Exception {
    MqttPeer peer = connected(client, "props");
    peer.subscribe(base + "/p", 1);

    peer.publish(TestMessage.of(base + "/p", "payload", 1).with(all()));

    assertAll(peer.next());
  }

  @EveryClientOf5
  void propertiesOfTheWillArePassedOn(TestedClient client) throws Exception {
    MqttPeer watcher = connected(client, "watch");
    watcher.subscribe(base + "/will", 1);
    Cable cable = cable();
    MqttPeer mortal = peer(client, cable);
    TestMessage will = TestMessage.of(base + "/will", "gone", 1).with(all());
    mortal.connect(Login.clean(id("mortal")).will(will));

    cable.cut();

    assertAll(watcher.next());
  }

  @EveryClientOf5(able = Ability.SUBSCRIPTION_IDENTIFIER)
  void subscriptionIdentifiersComeBack(TestedClient client) throws Exception {
    MqttPeer peer = connected(client, "subid");
    peer.subscribe(base + "/s/1", 1, 11);
    peer.subscribe(base + "/s/2", 1, LARGEST_IDENTIFIER);

    peer.publish(TestMessage.of(base + "/s/1", "x", 1));
    assertEquals(List.of(11), peer.next().properties().subscriptionIds());
    peer.publish(TestMessage.of(base + "/s/2", "x", 1));
    assertEquals(List.of(LARGEST_IDENTIFIER), peer.next().properties().subscriptionIds());
  }

  @EveryClientOf5
  void subscriptionIdentifiersComeBackOnTheWire(TestedClient client) throws Exception {
    Cable cable = tappedCable();
    MqttPeer peer = peer(client, cable);
    peer.connect(Login.clean(id("wire")));
    peer.subscribe(base + "/s", 1, 11);

    peer.publish(TestMessage.of(base + "/s", "x", 1));

    peer.next();
    List<Object> asked = identifiers(cable, WireTap::fromClient, Wire.SUBSCRIBE);
    assertEquals(1, asked.size());
    assertEquals(asked, identifiers(cable, WireTap::fromBroker, Wire.PUBLISH));
  }

  @EveryClientOf5
  void expiredMessagesAreNotDelivered(TestedClient client) throws Exception {
    MqttPeer before = peer(client);
    before.connect(Login.persistent(id("late")));
    before.subscribe(base + "/e", 1);
    before.disconnect();
    MqttPeer publisher = connected(client, "pub");
    publisher.publish(TestMessage.of(base + "/e", "short", 1).with(Properties.expiry(1)));
    long end = System.nanoTime() + 1_200_000_000L;
    publisher.publish(TestMessage.of(base + "/e", "long", 1).with(Properties.expiry(100)));
    Await.until("the first message has expired", () -> System.nanoTime() > end);

    MqttPeer after = peer(client);
    after.connect(Login.persistent(id("late")));

    assertEquals("long", after.next().text());
    forget(client, "late", after);
  }

  @EveryClientOf5
  void sharedSubscriptionSplitsMessages(TestedClient client) throws Exception {
    List<MqttPeer> members = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      MqttPeer member = connected(client, "member" + i);
      member.subscribe("$share/group/" + base + "/s", 1);
      members.add(member);
    }
    MqttPeer publisher = connected(client, "pub");
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      sent.add("m" + i);
      publisher.publish(TestMessage.of(base + "/s", "m" + i, 1));
    }

    Await.until(
        "40 messages", () -> members.stream().mapToInt(MqttPeer::waiting).sum() >= sent.size());

    List<String> got = new ArrayList<>();
    for (MqttPeer member : members) {
      assertTrue(member.waiting() > 0, "each member gets a part");
      while (member.waiting() > 0) {
        got.add(member.next().text());
      }
    }
    sent.sort(null);
    got.sort(null);
    assertEquals(sent, got);
  }

  @EveryClientOf5
  void aliasesStandForTopicsTowardsTheBroker(TestedClient client) throws Exception {
    MqttPeer watcher = connected(client, "watch");
    watcher.subscribe(base + "/#", 1);
    Cable cable = tappedCable();
    MqttPeer publisher = peer(client, cable);
    publisher.connect(Login.clean(id("pub")));

    publisher.publishByAlias(base + "/alias", List.of("one", "two", "three"));

    for (String text : List.of("one", "two", "three")) {
      TestMessage got = watcher.next();
      assertEquals(base + "/alias", got.topic());
      assertEquals(text, got.text());
    }
    List<String> expected = List.of(base + "/alias", "", "");
    assertEquals(expected, topics(cable, WireTap::fromClient));
  }

  @EveryClientOf5(able = Ability.TOPIC_ALIAS)
  void aliasesStandForTopicsTowardsTheClient(TestedClient client) throws Exception {
    Cable cable = tappedCable();
    MqttPeer watcher = peer(client, cable);
    watcher.connect(Login.clean(id("watch")).aliases(10));
    watcher.subscribe(base + "/#", 1);
    MqttPeer publisher = connected(client, "pub");

    for (int i = 0; i < 3; i++) {
      publisher.publish(TestMessage.of(base + "/alias", "m" + i, 1));

      TestMessage got = watcher.next();
      assertEquals(base + "/alias", got.topic());
      assertEquals("m" + i, got.text());
    }
    assertEquals(List.of(base + "/alias", "", ""), topics(cable, WireTap::fromBroker));
  }

  private Properties all() {
    List<String> user = List.of("a=2", "a=1", "b=3");
    return new Properties("text/plain", base + "/answer", "id-7", 100, user, List.of());
  }

  private void assertAll(TestMessage got) {
    Properties properties = got.properties();
    assertEquals("text/plain", properties.contentType());
    assertEquals(base + "/answer", properties.responseTopic());
    assertEquals("id-7", properties.correlation());
    assertEquals(List.of("a=2", "a=1", "b=3"), properties.user(), "order counts");
    long expiry = properties.expirySeconds();
    assertTrue(expiry > 50 && expiry <= 100, "expires in " + expiry);
  }

  /** The topics of all PUBLISH that passed one way. */
  private static List<String> topics(Cable cable, Function<WireTap, List<WireTap.Passed>> way) {
    return packets(cable, way, Wire.PUBLISH).map(RawPacket::topic).toList();
  }

  private static List<Object> identifiers(
      Cable cable, Function<WireTap, List<WireTap.Passed>> way, int type) {
    return packets(cable, way, type)
        .flatMap(packet -> packet.all(Wire.SUBSCRIPTION_IDENTIFIER).stream())
        .toList();
  }

  private static Stream<RawPacket> packets(
      Cable cable, Function<WireTap, List<WireTap.Passed>> way, int type) {
    return cable.taps().stream()
        .flatMap(tap -> way.apply(tap).stream())
        .map(WireTap.Passed::packet)
        .filter(packet -> packet.type() == type);
  }
}
