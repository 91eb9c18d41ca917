package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutgoingAliasTest {
  private static final int ALIASES_OF_THE_BROKER = Fixture.SETTINGS.outgoingTopicAliasMaximum();

  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");

  @Test
  void firstMessageSetsTheAliasAndTheNextOnesUseIt() {
    TestClient s = subscriber("s", 10);
    publish("room/1", "a");
    publish("room/2", "b");
    publish("room/1", "c");
    assertEquals(List.of("room/1=1", "room/2=2", "=1"), forms(s));
  }

  @Test
  void leastRecentlyUsedAliasIsReplaced() {
    TestClient s = subscriber("s", 2);
    publish("room/1", "a");
    publish("room/2", "b");
    publish("room/1", "c");
    publish("room/3", "d");
    publish("room/1", "e");
    publish("room/2", "f");
    assertEquals(List.of("room/1=1", "room/2=2", "=1", "room/3=2", "=1", "room/2=2"), forms(s));
  }

  @Test
  void brokerBoundsWhatTheClientAllows() {
    TestClient s = subscriber("s", 65_535);
    for (int i = 0; i < 10; i++) {
      publish("room/" + i, "x");
    }
    assertTrue(
        s.sent(Packet.Publish.class).stream()
            .allMatch(p -> p.topicAlias() >= 1 && p.topicAlias() <= ALIASES_OF_THE_BROKER));
  }

  @Test
  void clientThatAcceptsNoAliasGetsNone() {
    TestClient s = subscriber("s", 0);
    publish("room/1", "a");
    publish("room/1", "b");
    assertEquals(List.of("room/1=0", "room/1=0"), forms(s));
  }

  @Test
  void shortTopicsGetNoAlias() {
    TestClient s = subscriber("s", 10);
    publish("abc", "a");
    publish("éa", "b"); // 3 bytes
    publish("éab", "c"); // 4 bytes
    publish("𝄞", "d"); // 4 bytes
    assertEquals(List.of("abc=0", "éa=0", "éab=1", "𝄞=2"), forms(s));
  }

  @Test
  void settingsHoldForNewConnections() {
    TestClient before = subscriber("before", 10);
    fixture.broker.configure(withAliases(0, 4));
    TestClient without = subscriber("without", 10);
    fixture.broker.configure(withAliases(5, 8));
    TestClient longOnes = subscriber("long", 10);
    publish("room/1", "a");
    publish("room/1/lamp", "b");
    assertEquals(List.of("room/1=1", "room/1/lamp=2"), forms(before));
    assertEquals(List.of("room/1=0", "room/1/lamp=0"), forms(without));
    assertEquals(List.of("room/1=0", "room/1/lamp=1"), forms(longOnes));
  }

  @Test
  @Normative("MQTT-3.3.2-7")
  void messageSentAgainOnANewConnectionNamesItsTopic() {
    TestClient first = fixture.client().connect(connect("s", 10, 1_000));
    first.subscribe("#", QoS.AT_LEAST_ONCE);
    publish("room/1", "a");
    publish("room/1", "b");
    assertEquals(List.of("room/1=1", "=1"), forms(first));
    first.cut();
    TestClient again = fixture.client().connect(connect("s", 10, 1_000));
    publish("room/1", "c");
    assertEquals(List.of("room/1=1", "=1", "=1"), forms(again));
    assertTrue(again.sent(Packet.Publish.class).get(0).dup());
    again.cut();
    TestClient without = fixture.client().connect(connect("s", 0, 1_000));
    assertEquals(List.of("room/1=0", "room/1=0", "room/1=0"), forms(without));
  }

  @Test
  void messageThatIsTooLargeSetsNoAlias() {
    TestClient s = subscriber("s", 10);
    s.accepts = publish -> publish.payload().length() < 5;
    publish("room/1", "too large");
    publish("room/1", "ok");
    assertEquals(List.of("room/1=1"), forms(s));
  }

  @Test
  void messageThatFitsOnlyWithoutTheAliasGoesWithout() {
    TestClient s = subscriber("s", 10);
    s.accepts = publish -> size(publish) <= 11;
    publish("room/1", "abcde"); // 6 + 5, and 3 for an alias
    publish("room/1", "ab");
    publish("room/1", "abcdefgh"); // fits with the alias only
    assertEquals(List.of("room/1=0", "room/1=1", "=1"), forms(s));
    assertEquals(List.of("abcde", "ab", "abcdefgh"), s.payloads());
  }

  @Test
  void messageThatIsTooLargeEvenWithItsAliasIsNotSent() {
    TestClient s = subscriber("s", 10);
    s.accepts = publish -> size(publish) <= 15;
    publish("room/1", "ok");
    publish("room/1", "x".repeat(13));
    publish("room/1", "x".repeat(12));
    assertEquals(List.of("room/1=1", "=1"), forms(s));
  }

  /** Characters at the bounds of 1, 2, 3 and 4 bytes; an alias from 6 bytes on. */
  @ParameterizedTest
  @CsvSource({"0x7F, 6", "0x80, 3", "0x7FF, 3", "0x800, 2", "0xFFFD, 2", "0x10000, 2"})
  void lengthOfATopicIsCountedInBytesOfUtf8(int codePoint, int enough) {
    OutgoingAliases aliases = Objects.requireNonNull(OutgoingAliases.of(10, withAliases(10, 6)));
    TestClient client = fixture.client();
    String character = Character.toString(codePoint);

    Packet.Publish shorter = plain(character.repeat(enough - 1));
    Packet.Publish longEnough = plain(character.repeat(enough));

    assertEquals(0, form(aliases, shorter, client).topicAlias());
    assertEquals(1, form(aliases, longEnough, client).topicAlias());
  }

  private static Packet.Publish plain(String topic) {
    return TestClient.publication(topic, "x", QoS.AT_MOST_ONCE, 0, false);
  }

  /** A client that keeps track of aliases is compared with one that gets topics only. */
  @Test
  void clientThatTracksAliasesSeesTheRightTopics() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int ofClient = 1 + random.nextInt(5);
      int ofBroker = 1 + random.nextInt(5);
      int largest = random.nextBoolean() ? 14 + random.nextInt(12) : Integer.MAX_VALUE;
      OutgoingAliases aliases = aliases(ofClient, ofBroker);
      TestClient client = fixture.client();
      client.accepts = publish -> size(publish) <= largest;
      Map<Integer, String> known = new HashMap<>();
      for (int i = 0; i < 500; i++) {
        String topic = "t".repeat(1 + random.nextInt(9)) + random.nextInt(3);
        Packet.Publish plain =
            TestClient.publication(
                topic, "x".repeat(random.nextInt(10)), QoS.AT_MOST_ONCE, 0, false);
        Packet.Publish form = form(aliases, plain, client);
        if (form == null) {
          boolean shorterFits =
              known.containsValue(topic) && 3 + plain.payload().length() <= largest;
          assertFalse(size(plain) <= largest || shorterFits, "a message that fits was dropped");
          continue;
        }
        assertTrue(size(form) <= largest);
        assertTrue(form.topicAlias() <= Math.min(ofClient, ofBroker));
        assertEquals(topic, resolve(form, known));
        assertEquals(plain.payload(), form.payload());
      }
    }
  }

  /** What gets a short form is what a list in the order of use would keep. */
  @Test
  void aliasesFollowTheOrderOfUse() {
    for (int maximum = 1; maximum <= 6; maximum++) {
      Random random = new Random(maximum);
      OutgoingAliases aliases = aliases(maximum, 100);
      TestClient client = fixture.client();
      Deque<String> recent = new ArrayDeque<>();
      Map<Integer, String> known = new HashMap<>();
      for (int i = 0; i < 2_000; i++) {
        String topic = "topic" + random.nextInt(maximum * 2);
        Packet.Publish form =
            form(aliases, TestClient.publication(topic, "x", QoS.AT_MOST_ONCE, 0, false), client);
        assertNotNull(form);
        assertEquals(recent.remove(topic), form.topic().isEmpty());
        assertEquals(topic, resolve(form, known));
        recent.addLast(topic);
        if (recent.size() > maximum) {
          recent.removeFirst();
        }
      }
    }
  }

  @Test
  void nothingIsKeptForWhomNoAliasIsWanted() {
    assertNull(OutgoingAliases.of(0, Fixture.SETTINGS));
    assertNull(OutgoingAliases.of(10, withAliases(0, 4)));
  }

  /** The form in which a client gets a packet, or null if it does not. */
  private static Packet.@Nullable Publish form(
      OutgoingAliases aliases, Packet.Publish plain, TestClient client) {
    client.sent.clear();
    boolean sent =
        aliases.isLongEnough(plain.topic())
            ? aliases.publish(plain, client)
            : client.publish(plain);
    assertEquals(sent ? 1 : 0, client.sent.size());
    return sent ? client.last(Packet.Publish.class) : null;
  }

  private static String resolve(Packet.Publish form, Map<Integer, String> known) {
    if (form.topicAlias() != 0 && !form.topic().isEmpty()) {
      known.put(form.topicAlias(), form.topic());
    }
    return form.topic().isEmpty() ? known.get(form.topicAlias()) : form.topic();
  }

  private static int size(Packet.Publish publish) {
    return publish.topic().getBytes(StandardCharsets.UTF_8).length
        + publish.payload().length()
        + (publish.topicAlias() == 0 ? 0 : 3);
  }

  private static OutgoingAliases aliases(int clientMaximum, int brokerMaximum) {
    return Objects.requireNonNull(OutgoingAliases.of(clientMaximum, withAliases(brokerMaximum, 4)));
  }

  private TestClient subscriber(String id, int aliasMaximum) {
    TestClient client = fixture.clientOnOtherLoop().connect(connect(id, aliasMaximum, 0));
    return client.subscribe("#", QoS.AT_MOST_ONCE);
  }

  private void publish(String topic, String text) {
    publisher.publish(topic, text, QoS.AT_LEAST_ONCE, 1);
  }

  private static List<String> forms(TestClient client) {
    return client.sent(Packet.Publish.class).stream()
        .map(p -> p.topic() + "=" + p.topicAlias())
        .toList();
  }

  private static Packet.Connect connect(String id, int aliasMaximum, long expirySeconds) {
    return new Packet.Connect(
        ProtocolVersion.V5_0,
        id,
        false,
        60,
        null,
        null,
        (Payload) null,
        expirySeconds,
        65_535,
        0xFFFF_FFFFL,
        aliasMaximum,
        false,
        true,
        null,
        null);
  }

  private static BrokerSettings withAliases(int maximum, int minBytes) {
    return Records.with(
        Records.settings("outgoingTopicAliasMaximum", maximum),
        "outgoingTopicAliasMinBytes",
        minBytes);
  }
}
