package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A client with a session that outlives the broker's kills: so does this object, and knows where
 * both are. One thread at a time.
 */
abstract class Actor {
  private static final long KILL_NANOS = 10_000_000_000L; // on a machine that is busy

  static final long YEAR_SECONDS = 31_536_000;

  final String name;
  final int version;
  final Findings findings;
  private boolean promised; // that the session is there, once something in it was acknowledged

  Actor(String name, int version, Findings findings) {
    this.name = name;
    this.version = version;
    this.findings = findings;
  }

  /**
   * What it does on a connection, until it is done or the connection ends.
   *
   * @return whether it wants another connection, which takes the session over from this one
   */
  abstract boolean converse(Link link, BooleanSupplier going) throws IOException;

  /** The broker has no session: what was in it is void. */
  abstract void sessionLost();

  final void promise() {
    promised = true;
  }

  /**
   * Connects and works.
   *
   * @param going whether there is more to begin; what has begun is finished in any case
   * @param killed whether the broker is meant to be gone
   * @return whether it came to an end by itself
   */
  final boolean run(BrokerAddress broker, BooleanSupplier going, BooleanSupplier killed) {
    Link link = null;
    try {
      link = open(broker);
      while (converse(link, going)) {
        Link next = open(broker);
        link.close();
        link = next;
      }
      end(link);
      return true;
    } catch (IOException e) {
      close(link);
      // What the kill does to a connection is seen here before the killer is back from its call.
      if (!gone(killed)) {
        findings.add(Kind.PROTOCOL, name + " was let down: " + e);
      }
      return false;
    } catch (RuntimeException | AssertionError e) {
      findings.add(Kind.PROTOCOL, name + " does not understand: " + e);
      return false;
    } finally {
      close(link);
    }
  }

  /** The last that it says on its last connection. */
  void end(Link link) throws IOException {
    link.send(Wire.disconnect());
    link.flush();
  }

  private Link open(BrokerAddress broker) throws IOException {
    Link link = new Link(broker, version);
    try {
      connect(link);
      return link;
    } catch (IOException | RuntimeException | AssertionError e) {
      close(link);
      throw e;
    }
  }

  private static void close(Link link) {
    try {
      if (link != null) {
        link.close();
      }
    } catch (IOException e) {
      // nobody listens to it any more
    }
  }

  private static boolean gone(BooleanSupplier killed) {
    long end = System.nanoTime() + KILL_NANOS;
    while (!killed.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return true;
  }

  /** What it connects with: its session, that is to stay. */
  ConnectPacket greeting() {
    return version == 5
        ? ConnectPacket.v5(name).resume().sessionExpiry(YEAR_SECONDS)
        : ConnectPacket.v311(name).resume();
  }

  /** CONNACK has come. */
  void welcomed(boolean sessionPresent) {
    if (!sessionPresent) {
      if (promised) {
        findings.add(Kind.SESSION, name + " has no session any more");
      }
      sessionLost();
      promised = false;
    }
  }

  private void connect(Link link) throws IOException {
    link.send(greeting().toBytes());
    link.flush();
    RawPacket answer = link.receive();
    if (answer.type() != Wire.CONNACK || answer.reason() != 0) {
      throw new IOException("CONNECT was answered by " + answer);
    }
    welcomed(answer.sessionPresent());
  }

  /** The broker ends the connection with a word, as it may once it cannot write any more. */
  static void refuseEnd(RawPacket packet) throws IOException {
    if (packet.type() == Wire.DISCONNECT) {
      throw new IOException("disconnected: " + packet);
    }
  }

  /** Fails unless an acknowledgement says success. */
  static void requireSuccess(RawPacket acknowledgement) throws IOException {
    if (acknowledgement.reason() >= 0x80) {
      throw new IOException("refused: " + acknowledgement);
    }
  }
}
