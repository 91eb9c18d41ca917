package io.fluxmqtt.session.broker;

import io.fluxmqtt.session.Packet;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Keeps acknowledgements in the order of the packets they answer [MQTT-4.6.0-2] [MQTT-4.6.0-3],
 * though some must wait until their message is safe. A client that goes on sending while many wait
 * is held until they have left, so that they stay bounded whatever binds it. Owned by the
 * connection's loop.
 */
final class AckQueue {
  /** A place in the order. */
  final class Slot {
    private @Nullable Packet packet;
    private @Nullable Runnable afterwards;

    /** The answer is known; it leaves once all before it have left. */
    void fill(Packet answer) {
      packet = answer;
      sendFilled();
    }

    /** As {@link #fill(Packet)}, and runs a task right after the answer was sent. */
    void fill(Packet answer, Runnable task) {
      afterwards = task;
      fill(answer);
    }
  }

  private final ClientConnection connection;
  private @Nullable Deque<Slot> slots; // null until an answer must wait
  private boolean holding;

  AckQueue(ClientConnection connection) {
    this.connection = connection;
  }

  /** Sends an answer that need not wait for anything but those before it. */
  void send(Packet answer) {
    if (slots == null || slots.isEmpty()) {
      connection.send(answer);
    } else {
      open().fill(answer);
    }
  }

  /** Takes a place for an answer that is not known yet. */
  Slot open() {
    Slot slot = new Slot();
    if (slots == null) {
      slots = new ArrayDeque<>();
    }
    slots.add(slot);
    if (!holding && slots.size() >= most()) {
      holding = true;
      connection.intake().hold();
    }
    return slot;
  }

  /** Above what a client sends that keeps to its Receive Maximum. */
  private int most() {
    return 2 * connection.promised().receiveMaximum();
  }

  private void sendFilled() {
    if (slots == null) {
      return; // nothing was opened
    }
    for (Slot first = slots.peek(); first != null && first.packet != null; first = slots.peek()) {
      slots.remove();
      connection.send(first.packet);
      if (first.afterwards != null) {
        first.afterwards.run();
      }
    }
    if (holding && slots.size() < most()) {
      holding = false;
      connection.worker().execute(connection.intake()::release);
    }
  }
}
