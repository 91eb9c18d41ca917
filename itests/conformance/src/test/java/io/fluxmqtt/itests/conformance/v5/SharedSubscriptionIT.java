package io.fluxmqtt.itests.conformance.v5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 4.8: Shared Subscriptions. */
@ExtendWith(SharedBroker.class)
class SharedSubscriptionIT {
  private String topic;
  private String filter;
  private RawClient publisher;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a");
    filter = "$share/group/" + topic;
    publisher = clients.connect("publisher");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$share/", "$share//", "$share//a", "$share/g", "$share/g/"})
  @Normative({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
  void aShareNameAndAFilterMustBeThere(String wrong, Clients clients) throws IOException {
    RawClient client = clients.connect("c");
    client.send(Wire.subscribe(1, wrong, 0));
    client.expectDisconnect(0x82);
  }

  @Test
  @Normative("MQTT-4.8.2-1")
  void withoutItsSlashShareIsALevelLikeAnyOther(Clients clients) throws IOException {
    assertEquals(0, clients.connect("c").subscribe("$share", 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"$share/+/a", "$share/#/a", "$share/g+/a", "$share/g#/a", "$share/#"})
  @Normative("MQTT-4.8.2-2")
  void aShareNameHasNoWildcard(String wrong, Clients clients) throws IOException {
    RawClient client = clients.connect("c");
    client.send(Wire.subscribe(1, wrong, 0));
    client.expectDisconnect(Set.of(0x81, 0x82));
  }

  @Test
  @Normative({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
  void theShareNameIsNoPartOfTheFilter(Clients clients) throws IOException {
    RawClient client = clients.connect("c");
    assertEquals(0, client.subscribe("$share/x/" + topic + "/+", 0));
    assertEquals(0, client.subscribe("$SHARE/x/" + topic, 0), "upper case has no meaning");

    publisher.publish(topic + "/1", "seen");
    publisher.publish(topic, "not seen");
    publisher.publish(topic + "/2", "end");

    assertEquals(topic + "/1", client.take("seen").topic());
    client.take("end");
  }

  @Test
  void eachMessageGoesToOneMemberOfEachGroup(Clients clients) throws IOException {
    List<RawClient> members = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      RawClient member = clients.connect("member" + i);
      member.subscribe(filter, 1);
      member.subscribe(topic + "/fence", 1); // QoS 0 may overtake
      members.add(member);
    }
    RawClient other = clients.connect("other");
    other.subscribe("$share/other/" + topic, 1);
    RawClient plain = clients.connect("plain");
    plain.subscribe(topic, 1);

    Set<String> all = new TreeSet<>();
    for (int i = 0; i < 30; i++) {
      publisher.publish(topic, "m" + i);
      all.add("m" + i);
      other.take("m" + i);
      plain.take("m" + i);
    }

    List<String> got = new ArrayList<>();
    publisher.publish(topic + "/fence", "fence");
    for (RawClient member : members) {
      int before = got.size();
      for (RawPacket packet = member.expect(Wire.PUBLISH);
          !packet.payloadText().equals("fence");
          packet = member.expect(Wire.PUBLISH)) {
        got.add(packet.payloadText());
      }
      assertTrue(got.size() > before, "a member got nothing");
    }
    assertEquals(30, got.size());
    assertEquals(all, new TreeSet<>(got));
  }

  @ParameterizedTest
  @CsvSource({"2, 0, 0", "2, 1, 1", "2, 2, 2", "1, 2, 1", "0, 2, 0"})
  @Normative("MQTT-4.8.2-3")
  void theGrantedQosOfTheMemberCounts(int published, int granted, int expected, Clients clients)
      throws IOException {
    RawClient member = clients.connect("member");
    assertEquals(granted, member.subscribe(filter, granted));

    publisher.publishFully(published << 1, topic, "x");

    assertEquals(expected, member.take("x").qos());
  }

  @Test
  @Normative("MQTT-4.8.2-3")
  void everyMemberHasItsOwnQos(Clients clients) throws IOException {
    RawClient low = clients.connect("low");
    RawClient high = clients.connect("high");
    low.subscribe(filter, 0);
    high.subscribe(filter, 2);
    low.subscribe(topic + "/fence", 0);
    high.subscribe(topic + "/fence", 0);

    for (int i = 0; i < 10; i++) {
      publisher.publishFully(4, topic, "m" + i);
    }
    publisher.publishFully(4, topic + "/fence", "fence");

    assertEquals(Set.of(0), qosUntilFence(low));
    assertEquals(Set.of(2), qosUntilFence(high));
  }

  private static Set<Integer> qosUntilFence(RawClient client) throws IOException {
    Set<Integer> seen = new TreeSet<>();
    for (RawPacket packet = client.expect(Wire.PUBLISH);
        !packet.payloadText().equals("fence");
        packet = client.expect(Wire.PUBLISH)) {
      seen.add(packet.qos());
    }
    return seen;
  }

  @Test
  @Normative("MQTT-4.8.2-4")
  void qos2ThatWasSentWaitsForItsClient(Clients clients) throws IOException {
    RawClient chosen = clients.connect(clients.v5("chosen").sessionExpiry(60));
    chosen.subscribe(filter, 2);
    publisher.publishFully(4, topic, "sent");
    publisher.publishFully(4, topic, "received");
    int sent = chosen.expectMessage("sent").packetId();
    int received = chosen.expectMessage("received").packetId();
    chosen.send(Wire.acknowledge(Wire.PUBREC, received));
    chosen.expect(Wire.PUBREL);
    RawClient other = clients.connect("other");
    other.subscribe(filter, 2);
    other.subscribe(topic + "/fence", 2);
    chosen.cut();

    chosen = clients.connect(clients.v5("chosen").resume().sessionExpiry(60));
    RawPacket first = chosen.receive();
    RawPacket second = chosen.receive();
    RawPacket publish = first.type() == Wire.PUBLISH ? first : second;
    RawPacket release = first.type() == Wire.PUBLISH ? second : first;
    assertEquals("sent", publish.payloadText());
    assertEquals(sent, publish.packetId());
    assertTrue(publish.dup());
    assertEquals(Wire.PUBREL, release.type());
    assertEquals(received, release.packetId());
    publisher.publishFully(4, topic + "/fence", "fence");
    other.take("fence");
    other.ping();
  }

  @Test
  @Normative("MQTT-4.8.2-5")
  void qos2ThatWasSentEndsWithItsSession(Clients clients) throws IOException {
    RawClient chosen = clients.connect(clients.v5("chosen").sessionExpiry(60));
    chosen.subscribe(filter, 2);
    publisher.publishFully(4, topic, "sent");
    chosen.expectMessage("sent");
    RawClient other = clients.connect("other");
    other.subscribe(filter, 2);
    chosen.cut();

    RawClient anew = clients.connect(clients.v5("chosen")); // Clean Start ends the old session
    anew.ping();
    publisher.publishFully(4, topic, "next");

    other.take("next");
    other.ping();
  }

  @ParameterizedTest
  @CsvSource({"1, 128", "1, 151", "2, 128", "2, 131"})
  @Normative("MQTT-4.8.2-6")
  void whatAMemberRefusesGoesToNobody(int qos, int reason, Clients clients) throws IOException {
    RawClient chosen = clients.connect(clients.v5("chosen").sessionExpiry(60));
    chosen.subscribe(filter, 2);
    publisher.publishFully(qos << 1, topic, "refused");
    int id = chosen.expectMessage("refused").packetId();
    RawClient other = clients.connect("other");
    other.subscribe(filter, 2);

    chosen.send(Wire.acknowledge(qos == 1 ? Wire.PUBACK : Wire.PUBREC, id, reason));
    chosen.ping();
    chosen.cut();
    clients.connect(clients.v5("chosen")).ping(); // not even when its session ends
    publisher.publishFully(qos << 1, topic, "next");

    other.take("next");
    other.ping();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void qos1ThatADeadMemberLeftGoesToAnother(boolean wasSent, Clients clients) throws IOException {
    RawClient dying = clients.connect(clients.v5("dying").receiveMaximum(1));
    dying.subscribe(filter, 1);
    publisher.publish(topic, "sent");
    publisher.publish(topic, "waiting");
    RawPacket sent = dying.expectMessage("sent");
    RawClient heir = clients.connect("heir");
    heir.subscribe(filter, 1);
    if (!wasSent) {
      dying.acknowledge(sent);
      dying.expectMessage("waiting");
    }

    dying.cut(); // and its session ends

    if (wasSent) {
      RawPacket inherited = heir.take("sent");
      assertFalse(inherited.dup(), "it is new to this client");
    }
    heir.take("waiting");
    heir.ping();
  }

  @Test
  void qos2ThatWasNeverSentGoesToAnother(Clients clients) throws IOException {
    RawClient dying = clients.connect(clients.v5("dying").receiveMaximum(1));
    dying.subscribe(filter, 2);
    publisher.publishFully(4, topic, "sent");
    publisher.publishFully(4, topic, "waiting");
    dying.expectMessage("sent");
    RawClient heir = clients.connect("heir");
    heir.subscribe(filter, 2);

    dying.cut();

    heir.take("waiting");
    heir.ping();
  }

  @Test
  void aMemberThatLeavesGetsNothingMore(Clients clients) throws IOException {
    RawClient leaver = clients.connect("leaver");
    RawClient stayer = clients.connect("stayer");
    leaver.subscribe(filter, 1);
    stayer.subscribe(filter, 1);
    leaver.send(Wire.unsubscribe(9, topic));
    assertEquals(List.of(0x11), leaver.expect(Wire.UNSUBACK).reasons());
    leaver.send(Wire.unsubscribe(10, filter));
    assertEquals(List.of(0x00), leaver.expect(Wire.UNSUBACK).reasons());

    for (int i = 0; i < 6; i++) {
      publisher.publish(topic, "m" + i);
      stayer.take("m" + i);
    }
    leaver.ping();
  }

  @Test
  void subscribingAgainDoesNotMakeASecondMember(Clients clients) throws IOException {
    RawClient one = clients.connect("one");
    one.subscribe(filter, 1);
    one.subscribe(filter, 0);

    publisher.publish(topic, "x");

    assertEquals(0, one.take("x").qos());
    one.ping();
  }

  @Test
  void aGroupThatIsAwayHasItsMessagesKept(Clients clients) throws IOException {
    RawClient away = clients.connect(clients.v5("away").sessionExpiry(60));
    away.subscribe(filter, 1);
    away.disconnect();

    publisher.publish(topic, "kept");

    clients.connect(clients.v5("away").resume()).take("kept");
  }
}
