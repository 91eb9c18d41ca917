package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Lives one life after the other, each with a Will Message of its own and a Will Delay of 0 or 1 s.
 * Those that end with a DISCONNECT leave none. The last is ended by the broker's death or, shortly
 * before it, by its own: that Will is published, once, when the delay is over, be it after a
 * restart.
 */
final class Mortal extends Actor implements Source {
  private static final int MOMENT_MILLIS = 60;

  private final int id;
  private final Random random;
  private final BitSet owed = new BitSet();
  private final BitSet spared = new BitSet();
  private int life = -1;
  private boolean welcomed;
  private boolean saidGoodbye;
  private boolean polite; // the broker has closed the connection after that, or died

  Mortal(int id, Findings findings) {
    super("mortal-" + id, 5, findings);
    this.id = id;
    random = new Random(id);
  }

  @Override
  public int id() {
    return id;
  }

  /** The Wills that must be published, some maybe later. */
  @Override
  public BitSet owed() {
    return (BitSet) owed.clone();
  }

  @Override
  ConnectPacket greeting() {
    life++;
    welcomed = false;
    String will = new String(new Letter(id, life).payload(50), StandardCharsets.ISO_8859_1);
    int delay = random.nextInt(2);
    return super.greeting()
        .will("will/" + id, will, 2, Wire.property(Wire.WILL_DELAY, Wire.u32(delay)));
  }

  @Override
  void welcomed(boolean sessionPresent) {
    super.welcomed(sessionPresent);
    promise();
    welcomed = true;
    if (polite) { // the broker has not died: this session has come back, and says something else
      spared.set(life - 1);
    }
    polite = false;
    saidGoodbye = false;
  }

  @Override
  void sessionLost() {
    // said by a finding if it was promised; then its Will is gone with it
  }

  @Override
  boolean converse(Link link, BooleanSupplier going) throws IOException {
    int moments = random.nextInt(10);
    while (going.getAsBoolean() && moments-- > 0) {
      Optional<RawPacket> packet = link.receive(MOMENT_MILLIS);
      if (packet.isPresent()) {
        refuseEnd(packet.get());
      }
    }
    if (!going.getAsBoolean()) {
      return false;
    }
    switch (random.nextInt(3)) {
      case 0 -> {
        while (going.getAsBoolean()) { // until the broker dies
          Optional<RawPacket> packet = link.receive(MOMENT_MILLIS);
          if (packet.isPresent()) {
            refuseEnd(packet.get());
          }
        }
        return false;
      }
      case 1 -> {
        return false; // without a word
      }
      default -> {
        saidGoodbye = true;
        link.send(Wire.disconnect());
        link.flush();
        polite = closes(link);
        return polite;
      }
    }
  }

  private static boolean closes(Link link) {
    try {
      link.receive();
      return false;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Without a word; what it has left is owed from now on. */
  @Override
  void end(Link link) {
    // the connection is closed
  }

  /** After each run: the life that was there is over. */
  void bury() {
    if (welcomed && !saidGoodbye) {
      owed.set(life);
    }
    welcomed = false;
    saidGoodbye = false;
    polite = false;
  }

  /** Adds findings for Wills that were published though nobody had died. */
  void check(Inbox inbox) {
    for (int i = spared.nextSetBit(0); i >= 0; i = spared.nextSetBit(i + 1)) {
      if (inbox.has(id, i)) {
        findings.add(Kind.PROTOCOL, "the Will of life " + i + " of " + name + ", which went well");
      }
    }
  }
}
