package io.fluxmqtt.session.broker;

/**
 * The QoS 2 Packet Identifiers that a client uses until its PUBREL. Owned by the session's loop.
 */
final class IncomingIds {
  private final PacketIds<Void> ids = new PacketIds<>();

  boolean contains(int packetId) {
    return ids.contains(packetId);
  }

  void add(int packetId) {
    ids.put(packetId, null);
  }

  /** Returns whether it was there. */
  boolean remove(int packetId) {
    return ids.remove(packetId);
  }

  int size() {
    return ids.size();
  }
}
