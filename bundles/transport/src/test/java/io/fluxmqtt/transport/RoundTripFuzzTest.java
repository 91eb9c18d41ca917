package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.itests.kit.ShortRun;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a client sent and a server may send too is written by us and read by netty: it must come out
 * the same, or, where the client's Maximum Packet Size forbids that, shorter or not at all. See
 * {@link FuzzedStream} for the form of an input.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RoundTripFuzzTest {
  private static final long UNLIMITED = 0xFFFF_FFFFL;

  /** Parts that a packet is sent without where it would be too large with them. */
  private static final Set<String> DISPENSABLE =
      Set.of("reasonString", "userProperties", "responseInformation", "serverReference");

  @FuzzTest
  void writesWhatNettyReads(byte[] input) {
    FuzzedStream stream = FuzzedStream.of(input);
    ProtocolVersion version = ProtocolVersion.V3_1_1;
    for (Object received : DecodedStream.of(stream.bytes(), from -> Integer.MAX_VALUE)) {
      if (received instanceof Packet.Connect connect) {
        version = connect.version();
      }
      Packet packet = received instanceof Packet read ? sendable(read, version) : null;
      if (packet != null) {
        roundTrip(packet, version, stream.pieces());
      }
    }
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // of all together
  void writesWhatNettyReadsForManyMutations() {
    ShortRun.of(RoundTripFuzzTest.class, 5_000, this::writesWhatNettyReads);
  }

  private static void roundTrip(Packet packet, ProtocolVersion version, int maximum) {
    assertEquals(List.of(packet), Peer.read(version, Peer.written(packet, version, UNLIMITED)));
    if (version != ProtocolVersion.V5_0) {
      return;
    }
    byte[] limited = Peer.written(packet, version, maximum);
    assertTrue(limited.length <= maximum, () -> packet + " as " + limited.length + " bytes");
    if (limited.length > 0) {
      Packet read = Peer.read(version, limited).get(0);
      assertEquals(withoutTexts((Record) packet), withoutTexts((Record) read));
    }
  }

  /** A server's packet with the same content; null if there is none. */
  private static @Nullable Packet sendable(Packet packet, ProtocolVersion version) {
    boolean version5 = version == ProtocolVersion.V5_0;
    if (packet instanceof Packet.Publish) {
      return packet;
    } else if (packet instanceof Packet.PubAck ack) {
      return version5 ? ack : new Packet.PubAck(ack.packetId(), ReasonCode.SUCCESS, null);
    } else if (packet instanceof Packet.PubRec || packet instanceof Packet.PubRel) {
      return packet;
    } else if (packet instanceof Packet.PubComp || packet instanceof Packet.Auth) {
      return packet;
    } else if (packet instanceof Packet.Disconnect disconnect) {
      String text = disconnect.reasonString();
      boolean refers = text != null && text.length() % 2 == 0;
      return version5
          ? new Packet.Disconnect(
              disconnect.reason(), null, refers ? null : text, refers ? text : null)
          : null;
    } else if (packet instanceof Packet.Subscribe subscribe) {
      return new Packet.SubAck(
          subscribe.packetId(),
          subscribe.requests().stream().map(request -> ReasonCode.granted(request.qos())).toList(),
          version5 ? subscribe.requests().get(0).filter() : null);
    } else if (packet instanceof Packet.Unsubscribe unsubscribe) {
      int codes = version5 ? unsubscribe.filters().size() : 0;
      return new Packet.UnsubAck(
          unsubscribe.packetId(),
          IntStream.range(0, codes).mapToObj(i -> ReasonCode.SUCCESS).toList(),
          version5 ? unsubscribe.filters().get(0) : null);
    } else if (packet instanceof Packet.Connect connect) {
      return connAck(connect);
    }
    return null;
  }

  private static Packet connAck(Packet.Connect connect) {
    if (connect.version() != ProtocolVersion.V5_0) {
      return new Packet.ConnAck(!connect.cleanStart(), connect.cleanStart() ? 5 : 0, null);
    }
    return new Packet.ConnAck(
        !connect.cleanStart(),
        connect.cleanStart() ? 0x87 : 0,
        new Packet.ConnAckProperties(
            connect.sessionExpirySeconds(),
            connect.receiveMaximum(),
            connect.maximumPacketSize(),
            connect.clientId(),
            connect.topicAliasMaximum(),
            connect.userName(),
            connect.keepAliveSeconds(),
            connect.authenticationMethod(),
            connect.authenticationData(),
            new Capabilities(
                connect.cleanStart(),
                !Boolean.FALSE.equals(connect.requestProblemInformation()),
                connect.requestResponseInformation(),
                connect.will() == null,
                QoS.of(connect.keepAliveSeconds() % 3)),
            connect.will() == null ? null : connect.will().topic(),
            connect.will() == null ? null : connect.clientId()));
  }

  /** What stays however small the client's Maximum Packet Size is. */
  private static Map<String, Object> withoutTexts(Record packet) {
    Map<String, Object> parts = new TreeMap<>();
    for (RecordComponent part : packet.getClass().getRecordComponents()) {
      try {
        Object value = part.getAccessor().invoke(packet);
        boolean nested = value instanceof Packet.ConnAckProperties;
        parts.put(part.getName(), nested ? withoutTexts((Record) value) : "" + value);
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    parts.keySet().removeAll(DISPENSABLE);
    return parts;
  }
}
