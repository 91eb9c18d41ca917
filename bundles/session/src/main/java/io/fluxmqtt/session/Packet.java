package io.fluxmqtt.session;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT Control Packets as plain values, in the terms of MQTT 5.0. What an older version cannot
 * say is absent when received and left out when sent.
 */
public sealed interface Packet {
  /**
   * CONNECT.
   *
   * @param clientId as sent, possibly empty
   * @param sessionExpirySeconds the Session Expiry Interval; for 3.x, 0 if {@code cleanStart}, else
   *     4,294,967,295
   * @param receiveMaximum 1 to 65,535; 65,535 if absent
   * @param maximumPacketSize 1 to 4,294,967,295; the highest if absent
   * @param topicAliasMaximum 0 to 65,535
   */
  record Connect(
      ProtocolVersion version,
      String clientId,
      boolean cleanStart,
      int keepAliveSeconds,
      @Nullable Will will,
      @Nullable String userName,
      @Nullable Payload password,
      long sessionExpirySeconds,
      int receiveMaximum,
      long maximumPacketSize,
      int topicAliasMaximum,
      boolean requestResponseInformation,
      @Nullable Boolean requestProblemInformation,
      @Nullable String authenticationMethod,
      @Nullable Payload authenticationData)
      implements Packet {}

  /** The Will of a CONNECT, with its delay in seconds. The topic was not checked yet. */
  record Will(
      String topic,
      Payload payload,
      QoS qos,
      boolean retain,
      MessageProperties properties,
      long delaySeconds) {
    /**
     * The Application Message to publish.
     *
     * @throws IllegalArgumentException if the topic is not a valid Topic Name
     */
    public Message message() {
      return new Message(topic, payload, qos, retain, properties);
    }
  }

  /**
   * CONNACK.
   *
   * @param code the number on the wire in the connection's version: a Reason Code of 5.0 or a
   *     return code of 3.x
   * @param properties null for 3.x
   */
  record ConnAck(boolean sessionPresent, int code, @Nullable ConnAckProperties properties)
      implements Packet {}

  /**
   * The properties of CONNACK; a null or empty part is left out.
   *
   * @param sessionExpirySeconds where it differs from what the client asked
   * @param assignedClientId where the client sent none
   * @param serverKeepAliveSeconds where it differs from what the client asked
   * @param capabilities what the client may use; what is not restricted is left out
   */
  record ConnAckProperties(
      @Nullable Long sessionExpirySeconds,
      @Nullable Integer receiveMaximum,
      @Nullable Long maximumPacketSize,
      @Nullable String assignedClientId,
      int topicAliasMaximum,
      @Nullable String reasonString,
      @Nullable Integer serverKeepAliveSeconds,
      @Nullable String authenticationMethod,
      @Nullable Payload authenticationData,
      Capabilities capabilities,
      @Nullable String responseInformation,
      @Nullable String serverReference) {
    /** Those of a refusal. */
    public static ConnAckProperties refusal(
        @Nullable String reasonString, @Nullable String serverReference) {
      return new ConnAckProperties(
          null,
          null,
          null,
          null,
          0,
          reasonString,
          null,
          null,
          null,
          Capabilities.ALL,
          null,
          serverReference);
    }
  }

  /**
   * PUBLISH, in either direction.
   *
   * @param topic possibly empty if there is an alias; not checked yet when received
   * @param packetId 1 to 65,535; 0 for QoS 0
   * @param topicAlias 1 to 65,535, or 0 for none
   * @param subscriptionIdentifiers possibly empty; always empty when received
   */
  record Publish(
      String topic,
      Payload payload,
      QoS qos,
      boolean dup,
      boolean retain,
      int packetId,
      int topicAlias,
      MessageProperties properties,
      List<Integer> subscriptionIdentifiers)
      implements Packet {}

  /** PUBACK. */
  record PubAck(int packetId, ReasonCode reason, @Nullable String reasonString) implements Packet {}

  /** PUBREC. */
  record PubRec(int packetId, ReasonCode reason, @Nullable String reasonString) implements Packet {}

  /** PUBREL. */
  record PubRel(int packetId, ReasonCode reason) implements Packet {}

  /** PUBCOMP. */
  record PubComp(int packetId, ReasonCode reason) implements Packet {}

  /**
   * SUBSCRIBE; at least one request.
   *
   * @param identifier the Subscription Identifier, 1 to 268,435,455, or 0 for none
   */
  record Subscribe(int packetId, int identifier, List<SubscribeRequest> requests)
      implements Packet {}

  /** One filter of SUBSCRIBE with its options; the filter was not checked yet. */
  record SubscribeRequest(
      String filter, QoS qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {}

  /** SUBACK, a code for each request. */
  record SubAck(int packetId, List<ReasonCode> reasons, @Nullable String reasonString)
      implements Packet {}

  /** UNSUBSCRIBE; at least one filter, not checked yet. */
  record Unsubscribe(int packetId, List<String> filters) implements Packet {}

  /** UNSUBACK, a code for each filter; 3.x sends no codes. */
  record UnsubAck(int packetId, List<ReasonCode> reasons, @Nullable String reasonString)
      implements Packet {}

  /** PINGREQ. */
  record PingReq() implements Packet {}

  /** PINGRESP. */
  record PingResp() implements Packet {
    /** The only one needed. */
    public static final PingResp INSTANCE = new PingResp();
  }

  /**
   * DISCONNECT; sent to 5.0 clients only.
   *
   * @param sessionExpirySeconds as sent by the client, or null
   * @param serverReference as sent by the broker, or null
   */
  record Disconnect(
      ReasonCode reason,
      @Nullable Long sessionExpirySeconds,
      @Nullable String reasonString,
      @Nullable String serverReference)
      implements Packet {
    /** One that sends the client nowhere else. */
    public Disconnect(
        ReasonCode reason, @Nullable Long sessionExpirySeconds, @Nullable String reasonString) {
      this(reason, sessionExpirySeconds, reasonString, null);
    }
  }

  /** AUTH; 5.0 only. */
  record Auth(
      ReasonCode reason,
      @Nullable String method,
      @Nullable Payload data,
      @Nullable String reasonString,
      List<UserProperty> userProperties)
      implements Packet {}
}
