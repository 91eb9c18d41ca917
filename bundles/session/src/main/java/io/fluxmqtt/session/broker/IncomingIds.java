package io.fluxmqtt.session.broker;

/**
 * The QoS 2 Packet Identifiers that a client uses until its PUBREL. Owned by the session's loop.
 */
final class IncomingIds {
  private PacketIds<Boolean> ids = PacketIds.none(); // whether the store has it

  boolean contains(int packetId) {
    return ids.contains(packetId);
  }

  /** Whether it is there, and the store has it. */
  boolean isStored(int packetId) {
    return Boolean.TRUE.equals(ids.get(packetId));
  }

  /** Adds an identifier, which the store has, too, or has not. */
  void add(int packetId, boolean stored) {
    ids = ids.writable();
    ids.put(packetId, stored);
  }

  /** Returns whether it was there. */
  boolean remove(int packetId) {
    return ids.remove(packetId);
  }

  int size() {
    return ids.size();
  }
}
