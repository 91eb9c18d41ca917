package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client may send when, and who takes it. Owned by the connection's loop. */
final class Incoming {
  private final Broker broker;
  private final ClientConnection connection;
  private @Nullable PublishFlow publishFlow; // null until the client publishes

  Incoming(Broker broker, ClientConnection connection) {
    this.broker = broker;
    this.connection = connection;
  }

  /** The first packet. */
  static Packet.Connect first(Packet packet) {
    if (packet instanceof Packet.Connect connect) { // [MQTT-3.1.0-1]
      return connect;
    }
    throw violation("the first packet is not CONNECT but " + name(packet));
  }

  /** What a client that named an Authentication Method sends while it waits for CONNACK. */
  void beforeConnAck(Packet packet) {
    if (packet instanceof Packet.Auth auth) {
      connection.authentication().received(auth);
    } else if (packet instanceof Packet.Disconnect disconnect) {
      connection.leave(disconnect);
    } else { // [MQTT-3.1.2-30]
      throw violation(name(packet) + " before CONNACK in an authentication");
    }
  }

  /** What a client sends that is in. */
  void afterConnAck(Session session, Packet packet) {
    if (packet instanceof Packet.Publish publish) {
      publishFlow().publish(session, publish);
    } else if (packet instanceof Packet.PubAck ack) {
      session.outbox().acknowledged(ack.packetId());
    } else if (packet instanceof Packet.PubRec rec) {
      session.outbox().received(connection, rec.packetId(), rec.reason());
    } else if (packet instanceof Packet.PubRel rel) {
      publishFlow().release(session, rel.packetId());
    } else if (packet instanceof Packet.PubComp comp) {
      session.outbox().completed(comp.packetId());
    } else if (packet instanceof Packet.Subscribe subscribe) {
      new SubscribeFlow(broker, connection, session, subscribe).goOn();
    } else if (packet instanceof Packet.Unsubscribe unsubscribe) {
      SubscribeFlow.unsubscribe(connection, session, unsubscribe);
    } else if (packet instanceof Packet.PingReq) {
      connection.send(Packet.PingResp.INSTANCE); // [MQTT-3.12.4-1]
    } else if (packet instanceof Packet.Disconnect disconnect) {
      connection.disconnected(session, disconnect);
    } else if (packet instanceof Packet.Auth auth) {
      connection.authentication().received(auth);
    } else if (packet instanceof Packet.Connect) { // [MQTT-3.1.0-2]
      throw violation("a second CONNECT");
    } else {
      throw violation(name(packet) + " is not expected from a client");
    }
  }

  private PublishFlow publishFlow() {
    if (publishFlow == null) {
      publishFlow = new PublishFlow(broker, connection);
    }
    return publishFlow;
  }

  private static ProtocolViolation violation(String text) {
    return new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, text);
  }

  private static String name(Packet packet) {
    return packet.getClass().getSimpleName().toUpperCase(Locale.ROOT);
  }
}
