package io.fluxmqtt.itests.kit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;

/** A socket that speaks MQTT only as far as a test tells it to. One thread. */
public final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private int version = 5;
  private int nextId;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** A connection on which nothing was said yet. */
  public static RawClient open(BrokerAddress broker) throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new InetSocketAddress(broker.host(), broker.port()), PATIENCE_MILLIS);
    return new RawClient(socket);
  }

  /** A client that was accepted. */
  public static RawClient connected(BrokerAddress broker, ConnectPacket connect)
      throws IOException {
    RawClient client = open(broker);
    RawPacket connAck = client.connect(connect);
    assertEquals(0, connAck.reason(), "refused");
    return client;
  }

  /** Sends CONNECT and takes CONNACK, whatever it says. */
  public RawPacket connect(ConnectPacket connect) throws IOException {
    version = connect.version();
    send(connect.toBytes());
    return expect(Wire.CONNACK);
  }

  public void send(byte[]... packets) throws IOException {
    out.write(Wire.join(packets));
    out.flush();
  }

  /** The next packet; fails if there is none in time or the connection ends. */
  public RawPacket receive() throws IOException {
    return receive(Duration.ofMillis(PATIENCE_MILLIS));
  }

  /**
   * The next packet.
   *
   * @throws EOFException if the broker closed instead
   * @throws SocketTimeoutException if nothing came in time
   */
  public RawPacket receive(Duration limit) throws IOException {
    socket.setSoTimeout((int) Math.max(1, limit.toMillis()));
    int first = in.read();
    if (first < 0) {
      throw new EOFException("the broker closed the connection");
    }
    int length = 0;
    int shift = 0;
    int next;
    do {
      next = in.read();
      if (next < 0) {
        throw new EOFException("the broker closed the connection within a packet");
      }
      length |= (next & 0x7F) << shift;
      shift += 7;
    } while ((next & 0x80) != 0);
    if (shift > 28 || next == 0 && shift > 7) { // [MQTT-1.5.5-1]
      throw new AssertionError("the Remaining Length takes " + shift / 7 + " bytes");
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the broker closed the connection within a packet");
    }
    return new RawPacket(version, first, body);
  }

  /** So many bytes as they come, of whatever packets. */
  public byte[] receiveBytes(int count) throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    return in.readNBytes(count);
  }

  public RawPacket expect(int type) throws IOException {
    RawPacket packet = receive();
    assertEquals(type, packet.type(), packet::toString);
    return packet;
  }

  /** The broker sends nothing more and closes. */
  public void expectClosed() throws IOException {
    try {
      throw new AssertionError("still open, and got a " + receive());
    } catch (EOFException | SocketException e) {
      // A reset is an end as well: bytes of ours may have been under way.
    }
  }

  /** The broker says why (5.0) and closes. */
  public void expectDisconnect(int reason) throws IOException {
    expectDisconnect(Set.of(reason));
  }

  /** The broker gives one of these reasons (5.0) and closes. */
  public void expectDisconnect(Set<Integer> reasons) throws IOException {
    RawPacket packet = expect(Wire.DISCONNECT);
    assertTrue(reasons.contains(packet.reason()), () -> "0x%02X".formatted(packet.reason()));
    expectClosed();
  }

  /** The broker refuses the CONNECT that was sent, and closes. */
  public RawPacket expectRefused(int reason) throws IOException {
    RawPacket packet = expect(Wire.CONNACK);
    assertEquals(Integer.toHexString(reason), Integer.toHexString(packet.reason()));
    expectClosed();
    return packet;
  }

  /** Subscribes and returns the code of SUBACK. */
  public int subscribe(String filter, int options, byte[]... properties) throws IOException {
    int id = nextPacketId();
    send(
        version == 5
            ? Wire.subscribe(id, filter, options, properties)
            : Wire.subscribe311(id, filter, options));
    RawPacket subAck = expect(Wire.SUBACK);
    assertEquals(id, subAck.packetId());
    assertEquals(1, subAck.reasons().size());
    return subAck.reasons().get(0);
  }

  /** Publishes at QoS 1 (5.0) and returns the code of PUBACK. */
  public int publish(String topic, String payload, byte[]... properties) throws IOException {
    int id = nextPacketId();
    send(Wire.publish(topic, 1, id, payload, properties));
    RawPacket pubAck = expect(Wire.PUBACK);
    assertEquals(id, pubAck.packetId());
    return pubAck.reason();
  }

  /** Publishes at QoS 1 (5.0) with RETAIN. */
  public void publishRetained(String topic, String payload, byte[]... properties)
      throws IOException {
    publishFully(0x03, topic, payload, properties);
  }

  /** Publishes (5.0) with all its flags, and goes through the flow that its QoS demands. */
  public void publishFully(int flags, String topic, String payload, byte[]... properties)
      throws IOException {
    int id = nextPacketId();
    send(Wire.publish(flags, topic, id, payload.getBytes(UTF_8), properties));
    switch (flags >> 1 & 3) {
      case 1 -> assertEquals(id, expect(Wire.PUBACK).packetId());
      case 2 -> {
        assertEquals(id, expect(Wire.PUBREC).packetId());
        send(Wire.acknowledge(Wire.PUBREL, id));
        assertEquals(id, expect(Wire.PUBCOMP).packetId());
      }
      default -> {
        // nothing is answered
      }
    }
  }

  /** The next packet is a PUBLISH with this payload; it is not acknowledged. */
  public RawPacket expectMessage(String payload) throws IOException {
    RawPacket packet = expect(Wire.PUBLISH);
    assertEquals(payload, packet.payloadText(), packet::toString);
    return packet;
  }

  /** The next packet is a PUBLISH with this payload; it is acknowledged as its QoS demands. */
  public RawPacket take(String payload) throws IOException {
    RawPacket packet = expectMessage(payload);
    acknowledge(packet);
    return packet;
  }

  /** Acknowledges a PUBLISH as its QoS demands, to the end. */
  public void acknowledge(RawPacket publish) throws IOException {
    if (publish.qos() == 1) {
      send(Wire.acknowledge(Wire.PUBACK, publish.packetId()));
    } else if (publish.qos() == 2) {
      send(Wire.acknowledge(Wire.PUBREC, publish.packetId()));
      assertEquals(publish.packetId(), expect(Wire.PUBREL).packetId());
      send(Wire.acknowledge(Wire.PUBCOMP, publish.packetId()));
    }
  }

  /** The broker answers a PINGREQ, and nothing else came before. */
  public void ping() throws IOException {
    send(Wire.pingReq());
    expect(Wire.PINGRESP);
  }

  /**
   * The broker has nothing to send but answers to PINGREQ. There are two of them since the first
   * may overtake a message that is on its way from another connection.
   */
  public void expectNothing() throws IOException {
    ping();
    ping();
  }

  /** As {@link #expectRefused}, or the broker closes without a word, as it may. */
  public void expectRefusedOrClosed(Integer... reasons) throws IOException {
    RawPacket packet;
    try {
      packet = receive();
    } catch (EOFException | SocketException e) {
      return;
    }
    assertEquals(Wire.CONNACK, packet.type(), packet::toString);
    assertTrue(Set.of(reasons).contains(packet.reason()), packet::toString);
    expectClosed();
  }

  public int nextPacketId() {
    return ++nextId;
  }

  /** Ends the connection with DISCONNECT; returns once the broker knows. */
  public void disconnect() throws IOException {
    send(Wire.disconnect());
    expectClosed();
  }

  /** Ends the connection without DISCONNECT, as a lost network does. */
  public void cut() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
