package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.access.PublishVerdicts;
import io.fluxmqtt.session.access.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way into a connection: packets in the order in which they came, though some must wait. Owned
 * by the connection's loop.
 *
 * <p>While a decision is awaited, or a receiver's mailbox is full, the connection is <em>held</em>:
 * reading pauses, packets that were read already wait in a backlog, the keep-alive clock stands
 * still, and even the close of the connection waits its turn, so that packets sent before it count.
 */
final class Intake {
  private final Broker broker;
  private final ClientConnection connection;
  private @Nullable Deque<Packet> backlog; // null until a packet must wait
  private int holds;
  private boolean closing;

  Intake(Broker broker, ClientConnection connection) {
    this.broker = broker;
    this.connection = connection;
  }

  /** A packet has come; it is processed now, or when all before it have been. */
  void take(Packet packet) {
    if (holds == 0) {
      connection.process(packet);
      return;
    }
    if (backlog == null) {
      backlog = new ArrayDeque<>();
    }
    backlog.add(packet);
  }

  /** The network has closed; {@link ClientConnection#closedInTurn} follows what waits. */
  void closeInTurn() {
    closing = true;
  }

  /** Whether the network has closed and what came before it still waits. */
  boolean isClosing() {
    return closing;
  }

  boolean isHeld() {
    return holds > 0;
  }

  /** Drops what waits. */
  void clear() {
    backlog = null;
  }

  /** Pauses until {@link #release} was called as often. */
  void hold() {
    if (holds++ == 0) {
      connection.network().pauseReading();
    }
  }

  /**
   * Holds for a step that releases, now or later. Reading pauses only if that was not before the
   * step returns: to pause and resume costs two system calls.
   */
  void holdWhile(Runnable step) {
    holds++;
    step.run();
    if (isHeld() && connection.isOpen()) {
      connection.network().pauseReading();
    }
  }

  void release() {
    holds--;
    while (holds == 0 && connection.isOpen()) {
      Packet next = backlog == null ? null : backlog.poll();
      if (next == null) {
        break;
      }
      connection.process(next);
    }
    if (holds == 0 && connection.isOpen()) {
      if (closing) {
        connection.closedInTurn();
      } else {
        connection.goesOn();
      }
    }
  }

  /**
   * Pauses until a receiver has taken its mail.
   *
   * @param whenTaken is given what to run then, on any thread
   */
  void waitFor(Consumer<Runnable> whenTaken) {
    hold();
    whenTaken.accept(() -> connection.worker().execute(this::release));
  }

  /**
   * Asks whether a client may do something. If the answer is not known at once, the connection is
   * held until it is.
   */
  void decide(Client client, Access access, Consumer<Verdict> then) {
    ask(later -> broker.access().decide(client, access, later), then);
  }

  /** As above, of a PUBLISH; the verdict may be kept. */
  void decide(
      Client client, Access.Publish access, PublishVerdicts verdicts, Consumer<Verdict> then) {
    ask(later -> verdicts.ask(client, access, later), then);
  }

  /**
   * Asks something else, likewise.
   *
   * @param question returns the answer, or null and gives it to its argument later, on any thread
   */
  <T> void ask(Function<Consumer<T>, @Nullable T> question, Consumer<T> then) {
    T now = question.apply(answer -> connection.worker().execute(() -> answered(then, answer)));
    if (now != null) {
      then.accept(now);
    } else {
      hold();
    }
  }

  private <T> void answered(Consumer<T> then, T answer) {
    if (connection.isOpen()) {
      connection.guard(() -> then.accept(answer));
    }
    release();
  }
}
