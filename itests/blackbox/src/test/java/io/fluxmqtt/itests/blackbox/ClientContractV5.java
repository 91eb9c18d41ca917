package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What must work with every 5.0 client as well. */
abstract class ClientContractV5 extends ClientContract {
  @Test
  void propertiesArePassedOn() throws Exception {
    MqttPeer client = connected("props", false);
    client.subscribe(base + "/p", 1);

    client.publish(
        message("/p", "text/plain", base + "/answer", "id-7", 100, List.of("a=2", "a=1", "b=3")));

    TestMessage got = client.next();
    assertEquals("text/plain", got.contentType());
    assertEquals(base + "/answer", got.responseTopic());
    assertEquals("id-7", got.correlation());
    assertEquals(List.of("a=2", "a=1", "b=3"), got.userProperties(), "order counts");
    assertTrue(got.expirySeconds() > 90 && got.expirySeconds() <= 100, "" + got.expirySeconds());
  }

  @Test
  void subscriptionIdentifiersComeBack() throws Exception {
    MqttPeer client = connected("subid", false);
    client.subscribe(base + "/s/1", 1, 11);
    client.subscribe(base + "/s/2", 1, 268_435_455);

    client.publish(TestMessage.of(base + "/s/1", "x", 1));
    assertEquals(List.of(11), client.next().subscriptionIds());
    client.publish(TestMessage.of(base + "/s/2", "x", 1));
    assertEquals(List.of(268_435_455), client.next().subscriptionIds());
  }

  @Test
  void expiredMessagesAreNotDelivered() throws Exception {
    MqttPeer before = connected("late", true);
    before.subscribe(base + "/e", 1);
    before.disconnect();
    MqttPeer publisher = connected("pub", false);
    publisher.publish(message("/e", null, null, null, 1, List.of("n=1")));
    long end = System.nanoTime() + 1_200_000_000L;
    publisher.publish(message("/e", null, null, null, 100, List.of("n=2")));
    Await.until("the first message has expired", () -> System.nanoTime() > end);

    MqttPeer after = connected("late", true);

    assertEquals(List.of("n=2"), after.next().userProperties());
    after.disconnect();
    connected("late", false);
  }

  @Test
  void sharedSubscriptionSplitsMessages() throws Exception {
    List<MqttPeer> members = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      MqttPeer member = connected("member" + i, false);
      member.subscribe("$share/group/" + base + "/s", 1);
      members.add(member);
    }
    MqttPeer publisher = connected("pub", false);
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

  private TestMessage message(
      String topic,
      String contentType,
      String responseTopic,
      String correlation,
      long expirySeconds,
      List<String> userProperties) {
    byte[] payload = "payload".getBytes(StandardCharsets.UTF_8);
    return new TestMessage(
        base + topic,
        payload,
        1,
        false,
        contentType,
        responseTopic,
        correlation,
        expirySeconds,
        userProperties,
        List.of());
  }
}
