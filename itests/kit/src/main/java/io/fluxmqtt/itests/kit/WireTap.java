package io.fluxmqtt.itests.kit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The packets of one connection, as they pass through a {@link Cable}. Each direction is written
 * down by a thread of its own, and read by any.
 */
public final class WireTap {
  /**
   * A packet that passed.
   *
   * @param nanos when its last byte came to the cable, in terms of {@link System#nanoTime()}
   */
  public record Passed(RawPacket packet, long nanos) {}

  private final Side up = new Side();
  private final Side down = new Side();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile int version = 4;

  WireTap() {}

  /** What the client has sent so far. */
  public List<Passed> fromClient() {
    return up.passed();
  }

  /** What the broker has sent so far. */
  public List<Passed> fromBroker() {
    return down.passed();
  }

  /** The first packet of a type in one of the lists above. */
  public static Optional<Passed> first(List<Passed> passed, int type) {
    return passed.stream().filter(each -> each.packet().type() == type).findFirst();
  }

  /** Completes when the connection has ended, whoever ended it. */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  void up(byte[] buffer, int length) {
    up.add(buffer, length);
  }

  void down(byte[] buffer, int length) {
    down.add(buffer, length);
  }

  void end() {
    ended.complete(null);
  }

  /** Cuts the bytes of one direction into packets. */
  private final class Side {
    private final List<Passed> packets = new ArrayList<>(); // guarded by this
    private byte[] rest = new byte[256]; // what has come of packets that are not whole
    private int filled;

    synchronized List<Passed> passed() {
      return List.copyOf(packets);
    }

    synchronized void add(byte[] buffer, int length) {
      long now = System.nanoTime();
      if (filled + length > rest.length) {
        rest = Arrays.copyOf(rest, Math.max(filled + length, 2 * rest.length));
      }
      System.arraycopy(buffer, 0, rest, filled, length);
      filled += length;
      int begin = 0;
      for (int end = end(begin); end > 0; end = end(begin)) {
        packets.add(new Passed(packet(begin, end), now));
        begin = end;
      }
      System.arraycopy(rest, begin, rest, 0, filled - begin);
      filled -= begin;
    }

    /** Where the packet that begins there ends, or -1 if it is not whole yet. */
    private int end(int begin) {
      int length = 0;
      int shift = 0;
      for (int at = begin + 1; at < filled; at++, shift += 7) {
        length |= (rest[at] & 0x7F) << shift;
        if (rest[at] >= 0) {
          return at + 1 + length <= filled ? at + 1 + length : -1;
        }
      }
      return -1;
    }

    private RawPacket packet(int begin, int end) {
      int body = begin + 1;
      while (rest[body] < 0) {
        body++;
      }
      RawPacket packet =
          new RawPacket(version, rest[begin] & 0xFF, Arrays.copyOfRange(rest, body + 1, end));
      if (packet.type() == Wire.CONNECT) {
        version = packet.body()[6];
      }
      return packet;
    }
  }
}
