package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * MQTT 5.0, section 3.3.2: Topic Name and properties of PUBLISH (MessageExpiryIT and TopicAliasIT
 * have the rest).
 */
@ExtendWith(SharedBroker.class)
class PublishPropertiesIT {
  private static final byte[] CORRELATION = {0, 1, (byte) 0xFF, (byte) 0xC0, 0};
  private static final byte[][] PROPERTIES = {
    property(Wire.PAYLOAD_FORMAT, bytes(1)),
    property(Wire.CONTENT_TYPE, utf8("text/plain; charset=utf-8; name=größe")),
    property(Wire.RESPONSE_TOPIC, utf8("answer/Ä/to")),
    property(Wire.CORRELATION_DATA, Wire.binary(CORRELATION)),
    Wire.userProperty("b", "1"),
    Wire.userProperty("a", "2"),
    Wire.userProperty("b", "1"),
    Wire.userProperty("", ""),
    Wire.userProperty("schlüssel 🔑", "wert=\n"),
  };
  private static final List<Object> USER_PROPERTIES =
      List.of("b=1", "a=2", "b=1", "=", "schlüssel 🔑=wert=\n");

  private String topic;
  private RawClient publisher;
  private RawClient subscriber;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a/b");
    publisher = clients.connect("publisher");
    subscriber = clients.connect("subscriber");
  }

  @Test
  @Normative("MQTT-3.3.2-1")
  void aPublishWithoutTopicNameIsRefused() throws IOException {
    publisher.send(packet(0x30));

    publisher.expectDisconnect(0x81);
  }

  @Test
  @Normative("MQTT-3.3.2-1")
  void anEmptyTopicNameWithoutAliasIsRefused() throws IOException {
    publisher.send(Wire.publish("", 0, 0, "x"));

    publisher.expectDisconnect(0x82);
  }

  @Test
  @Normative("MQTT-3.3.2-1")
  void theTopicNameIsTheFirstFieldInUtf8() throws IOException {
    subscriber.subscribe(topic + "/größe/🌡", 0);

    publisher.publish(topic + "/größe/🌡", "x");

    byte[] expected = Wire.publish(topic + "/größe/🌡", 0, 0, "x");
    assertArrayEquals(expected, subscriber.expect(Wire.PUBLISH).toBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"+", "#", "a/+", "a/#", "+/a", "a/+/b", "a+", "a#b"})
  @Normative({"MQTT-3.3.2-2", "MQTT-4.7.0-1"})
  void aWildcardInATopicNameIsRefused(String wrong) throws IOException {
    publisher.send(Wire.publish(wrong, 0, 0, "x"));

    publisher.expectDisconnect(Set.of(0x81, 0x82, 0x90));
  }

  @Test
  @Normative("MQTT-3.3.2-3")
  void whatComesMatchesTheFilterAndHasItsOwnTopicName() throws IOException {
    subscriber.subscribe(topic + "/+/x", 0);
    subscriber.subscribe(topic + "/end", 0);

    for (String tail : new String[] {"/1/x", "/x", "/1/y", "/1/x/2", "/1/2/x", "", "//x", "/end"}) {
      publisher.publish(topic + tail, tail);
    }

    for (String expected : new String[] {"/1/x", "//x", "/end"}) {
      assertEquals(topic + expected, subscriber.expectMessage(expected).topic());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, -1})
  @Normative("MQTT-3.3.2-4")
  void thePayloadFormatIndicatorPasses(int format, Clients clients) throws IOException {
    RawClient second = clients.connect("second");
    subscriber.subscribe(topic, 2);
    second.subscribe(topic, 0);

    publisher.publish(
        topic, "text", format < 0 ? bytes() : property(Wire.PAYLOAD_FORMAT, bytes(format)));

    assertEquals(format, subscriber.expectMessage("text").number(Wire.PAYLOAD_FORMAT, -1));
    assertEquals(format, second.expectMessage("text").number(Wire.PAYLOAD_FORMAT, -1));
  }

  @Test
  @Normative({
    "MQTT-3.3.2-4",
    "MQTT-3.3.2-15",
    "MQTT-3.3.2-16",
    "MQTT-3.3.2-17",
    "MQTT-3.3.2-18",
    "MQTT-3.3.2-20"
  })
  void allSubscribersGetThePropertiesAsTheyWere(Clients clients) throws IOException {
    RawClient second = clients.connect("second");
    clients.connect(clients.v5("sleeper").sessionExpiry(60)).subscribe(topic, 1);
    subscriber.subscribe(topic, 2);
    second.subscribe(topic + "/#", 0);

    publisher.publishFully(0x05, topic, "x", PROPERTIES);

    expectAll(subscriber.take("x"));
    expectAll(second.take("x"));
    RawClient sleeper = clients.connect(clients.v5("sleeper").resume());
    expectAll(sleeper.take("x"));
    sleeper.subscribe(topic, 0);
    expectAll(sleeper.take("x"));
  }

  private static void expectAll(RawPacket got) {
    assertEquals(1, got.number(Wire.PAYLOAD_FORMAT, -1));
    assertEquals(List.of("text/plain; charset=utf-8; name=größe"), got.all(Wire.CONTENT_TYPE));
    assertEquals(List.of("answer/Ä/to"), got.all(Wire.RESPONSE_TOPIC));
    assertEquals(1, got.all(Wire.CORRELATION_DATA).size());
    assertArrayEquals(CORRELATION, (byte[]) got.all(Wire.CORRELATION_DATA).get(0));
    assertEquals(USER_PROPERTIES, got.all(Wire.USER_PROPERTY));
    assertEquals(PROPERTIES.length, got.properties().size(), "nothing is added");
  }

  @Test
  @Normative({"MQTT-3.3.2-17", "MQTT-3.3.2-18"})
  void manyUserPropertiesKeepTheirOrder() throws IOException {
    byte[][] sent = new byte[100][];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = Wire.userProperty("k" + i % 7, "v".repeat(i) + i);
    }
    subscriber.subscribe(topic, 0);

    publisher.publish(topic, "x", sent);

    assertArrayEquals(
        Wire.publish(topic, 0, 0, "x", sent), subscriber.expect(Wire.PUBLISH).toBytes());
  }

  @Test
  @Normative({"MQTT-3.3.2-15", "MQTT-3.3.2-16"})
  void aRequestIsAnsweredThroughItsProperties(Clients clients) throws IOException {
    RawClient responder = clients.connect("responder");
    responder.subscribe(topic, 1);
    subscriber.subscribe(clients.topic("answers/me"), 1);

    subscriber.send(
        Wire.publish(
            topic,
            0,
            0,
            "request",
            property(Wire.RESPONSE_TOPIC, utf8(clients.topic("answers/me"))),
            property(Wire.CORRELATION_DATA, Wire.binary(CORRELATION))));
    RawPacket request = responder.take("request");
    byte[] correlation = (byte[]) request.all(Wire.CORRELATION_DATA).get(0);
    responder.publish(
        (String) request.all(Wire.RESPONSE_TOPIC).get(0),
        "response",
        property(Wire.CORRELATION_DATA, Wire.binary(correlation)));

    RawPacket response = subscriber.take("response");
    assertArrayEquals(CORRELATION, (byte[]) response.all(Wire.CORRELATION_DATA).get(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"+", "#", "a/+", "a/#", "a+"})
  @Normative("MQTT-3.3.2-14")
  void aWildcardInAResponseTopicIsRefused(String wrong) throws IOException {
    publisher.send(Wire.publish(topic, 0, 0, "x", property(Wire.RESPONSE_TOPIC, utf8(wrong))));

    publisher.expectDisconnect(Set.of(0x81, 0x82, 0x90));
  }

  static Stream<Arguments> onceOnly() {
    return Stream.of(
        Arguments.of("Payload Format Indicator", property(Wire.PAYLOAD_FORMAT, bytes(0))),
        Arguments.of("Message Expiry Interval", property(Wire.MESSAGE_EXPIRY, Wire.u32(9))),
        Arguments.of("Topic Alias", property(Wire.TOPIC_ALIAS, u16(1))),
        Arguments.of("Response Topic", property(Wire.RESPONSE_TOPIC, utf8("r"))),
        Arguments.of("Correlation Data", property(Wire.CORRELATION_DATA, Wire.binary(bytes(1)))),
        Arguments.of("Content Type", property(Wire.CONTENT_TYPE, utf8("c"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("onceOnly")
  void aPropertyThatComesTwiceIsAProtocolError(String name, byte[] once) throws IOException {
    publisher.send(Wire.publish(topic, 0, 0, "x", once, once));

    publisher.expectDisconnect(0x82);
  }

  @Test
  void aPayloadFormatIndicatorOf2IsRefused() throws IOException {
    publisher.send(Wire.publish(topic, 0, 0, "x", property(Wire.PAYLOAD_FORMAT, bytes(2))));

    publisher.expectDisconnect(Set.of(0x81, 0x82));
  }
}
