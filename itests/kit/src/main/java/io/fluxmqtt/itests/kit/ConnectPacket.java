package io.fluxmqtt.itests.kit;

import static io.fluxmqtt.itests.kit.Wire.binary;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.u32;
import static io.fluxmqtt.itests.kit.Wire.utf8;

/** Builds a CONNECT; Clean Start, no keep alive and no session expiry unless it is said. */
public final class ConnectPacket {
  private final int version;
  private final String clientId;
  private int flags = 0x02;
  private int keepAlive;
  private byte[] connectProperties = {};
  private byte[] payloadTail = {};

  private ConnectPacket(int version, String clientId) {
    this.version = version;
    this.clientId = clientId;
  }

  public static ConnectPacket v5(String clientId) {
    return new ConnectPacket(5, clientId);
  }

  public static ConnectPacket v311(String clientId) {
    return new ConnectPacket(4, clientId);
  }

  public int version() {
    return version;
  }

  /** Goes on with an earlier session. */
  public ConnectPacket resume() {
    flags &= ~0x02;
    return this;
  }

  public ConnectPacket keepAlive(int seconds) {
    keepAlive = seconds;
    return this;
  }

  public ConnectPacket with(int property, byte[] value) {
    connectProperties = join(connectProperties, property(property, value));
    return this;
  }

  /** Asks for Reason Strings; who does not gets none as shipped. */
  public ConnectPacket explained() {
    return with(Wire.REQUEST_PROBLEM_INFORMATION, Wire.bytes(1));
  }

  public ConnectPacket sessionExpiry(long seconds) {
    return with(Wire.SESSION_EXPIRY, u32(seconds));
  }

  public ConnectPacket receiveMaximum(int maximum) {
    return with(Wire.RECEIVE_MAXIMUM, u16(maximum));
  }

  /** Before {@link #login}. */
  public ConnectPacket will(String topic, String payload, int qos, byte[]... willProperties) {
    flags |= 0x04 | qos << 3;
    byte[] own = version == 5 ? properties(willProperties) : bytes();
    payloadTail = join(payloadTail, own, utf8(topic), utf8(payload));
    return this;
  }

  /** The Will is to be retained. */
  public ConnectPacket willRetain() {
    flags |= 0x20;
    return this;
  }

  public ConnectPacket login(String user, String password) {
    flags |= 0xC0;
    payloadTail = join(payloadTail, utf8(user), utf8(password));
    return this;
  }

  /** A password without a user name, which 5.0 allows. */
  public ConnectPacket password(byte[] password) {
    flags |= 0x40;
    payloadTail = join(payloadTail, binary(password));
    return this;
  }

  public byte[] toBytes() {
    return Wire.packet(
        Wire.CONNECT << 4,
        utf8("MQTT"),
        bytes(version, flags),
        u16(keepAlive),
        version == 5 ? properties(connectProperties) : bytes(),
        utf8(clientId),
        payloadTail);
  }
}
