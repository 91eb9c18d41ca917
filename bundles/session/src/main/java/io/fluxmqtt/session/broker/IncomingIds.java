package io.fluxmqtt.session.broker;

import java.util.BitSet;

/**
 * The QoS 2 Packet Identifiers that a client uses until its PUBREL. Owned by the session's loop.
 */
final class IncomingIds {
  private final BitSet ids = new BitSet();
  private int size;

  boolean contains(int packetId) {
    return ids.get(packetId);
  }

  void add(int packetId) {
    if (!ids.get(packetId)) {
      ids.set(packetId);
      size++;
    }
  }

  void remove(int packetId) {
    if (ids.get(packetId)) {
      ids.clear(packetId);
      size--;
    }
  }

  int size() {
    return size;
  }
}
